# SPDX-License-Identifier: GPL-2.0-or-later
# Stages of a long run: each with a heading, its time and its outcome; a table of all at the end.
# To be sourced after common.sh.

STAGE_NAMES=()
declare -A STAGE_RESULT STAGE_TIME STAGE_CLOSING STAGE_FAILED

# stage NAME NEEDED COMMAND...: runs COMMAND (also a function, in a subshell) unless the stage NEEDED did not end well.
stage() {
    local name=$1 needed=$2 log code=0 started=$SECONDS
    shift 2
    STAGE_NAMES+=("$name")
    STAGE_TIME[$name]=0
    if [[ -n $needed && ${STAGE_RESULT[$needed]} != ok ]]; then
        STAGE_RESULT[$name]="not run, for $needed"
        return
    fi
    printf '\n=== %s\n' "$name"
    log=$(mktemp)
    "$@" </dev/null 2>&1 | tee "$log" || code=$?
    STAGE_TIME[$name]=$((SECONDS - started))
    STAGE_RESULT[$name]=ok
    ((code == 0)) || STAGE_RESULT[$name]=FAILED
    STAGE_CLOSING[$name]=$(grep -E '^([0-9]+% tests passed|Total Test time|No tests were found)' "$log" || true)
    STAGE_FAILED[$name]=$(sed -n '/^The following tests FAILED:/,/^[^[:space:]T]/s/^[[:space:]]*[0-9]* - //p' "$log")
    rm -f "$log"
    printf '=== %s: %s, %d s\n' "$name" "${STAGE_RESULT[$name]}" "${STAGE_TIME[$name]}"
}

# finish_stages: ctest's closing lines, the table, the tests that failed, and the end of the script: 0 when every stage
# went well.
finish_stages() {
    local name code=0
    printf '\n=== What each ctest said last\n'
    for name in "${STAGE_NAMES[@]}"; do
        [[ -z ${STAGE_CLOSING[$name]:-} ]] || printf '%s:\n%s\n' "$name" "${STAGE_CLOSING[$name]}"
    done
    printf '\n=== Summary\n'
    for name in "${STAGE_NAMES[@]}"; do
        printf '  %-10s %5d s  %s\n' "$name" "${STAGE_TIME[$name]}" "${STAGE_RESULT[$name]}"
        [[ ${STAGE_RESULT[$name]} == ok ]] && continue
        code=1
        [[ -z ${STAGE_FAILED[$name]:-} ]] || sed 's/^/      /' <<<"${STAGE_FAILED[$name]}"
    done
    if ((code == 0)); then printf 'all stages went well, %d s\n' "$SECONDS"; else printf 'FAILED, %d s\n' "$SECONDS"; fi
    exit "$code"
}
