// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <string>
#include <tao/pegtl/memory_input.hpp>
#include <tao/pegtl/normal.hpp>
#include <tao/pegtl/parse.hpp>
#include <utility>
#include <vector>

#include "monitor/actions.hpp"
#include "monitor/expectation.hpp"
#include "monitor/near_miss.hpp"
#include "monitor/reading.hpp"
#include "monitor/taint_actions.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

decltype(cmd::Events::wanted) event_request(const Reading& reading) {
    if (reading.events_off) {
        return cmd::Events::Off{};
    }
    if (!reading.events_on && reading.kinds.empty()) {
        return {};
    }
    EventWish wish{.kinds = reading.kinds.empty() ? spec(EventWord::processes).kinds : reading.kinds, .whom = {}};
    if (reading.process) {
        wish.whom = *reading.process;
    } else if (reading.name) {
        wish.whom = *reading.name;
    }
    return wish;
}

SourceRequest source_request(const Reading& reading) {
    return {.process = reading.process,
            .any = reading.any_process,
            .labels = {.label = reading.label, .positional = reading.positional}};
}

SinkWish sink_wish(const Reading& reading) {
    return {.word = *reading.sink, .process = reading.process, .any = reading.any_process};
}

}  // namespace

// The commands

/// `make` builds the command from the arguments once its whole line has matched.
template <auto make>
struct Finish {
    static void apply0(Reading& reading) { reading.command = make(reading); }
};
template <>
struct Action<grammar::check_taint> : Finish<[](Reading& r) -> Command { return cmd::CheckTaint{r.target}; }> {};
template <>
struct Action<grammar::get_taint> : Finish<[](Reading& r) -> Command { return cmd::GetTaint{r.target}; }> {};
template <>
struct Action<grammar::taint>
    : Finish<[](Reading& r) -> Command { return cmd::Taint{r.target, r.label, r.positional}; }> {};
template <>
struct Action<grammar::untaint> : Finish<[](Reading& r) -> Command {
    return cmd::Untaint{r.all_targets ? std::nullopt : std::optional(r.target)};
}> {};
template <>
struct Action<grammar::taint_file>
    : Finish<[](Reading& r) -> Command { return cmd::TaintFile{source_request(r), *r.name}; }> {};
template <>
struct Action<grammar::taint_fd>
    : Finish<[](Reading& r) -> Command { return cmd::TaintFd{source_request(r), r.source_number}; }> {};
template <>
struct Action<grammar::taint_argv> : Finish<[](Reading& r) -> Command {
    const InputLabels labels{r.label, r.positional};
    if (r.process) {
        return cmd::TaintArgv{.whom = *r.process, .labels = labels};
    }
    return r.name ? cmd::TaintArgv{.whom = *r.name, .labels = labels} : cmd::TaintArgv{.whom = {}, .labels = labels};
}> {};
template <>
struct Action<grammar::taint_sources> : Finish<[](Reading&) -> Command { return cmd::TaintSources{}; }> {};
template <>
struct Action<grammar::untaint_source>
    : Finish<[](Reading& r) -> Command { return cmd::UntaintSource{r.ended_source}; }> {};
template <>
struct Action<grammar::taint_report> : Finish<[](Reading& r) -> Command { return cmd::TaintReport{sink_wish(r)}; }> {};
template <>
struct Action<grammar::taint_break>
    : Finish<[](Reading& r) -> Command { return r.sink ? cmd::TaintBreak{sink_wish(r)} : cmd::TaintBreak{r.target}; }> {
};
template <>
struct Action<grammar::taint_sinks> : Finish<[](Reading& r) -> Command { return cmd::TaintSinks{r.sink_number}; }> {};
template <>
struct Action<grammar::untaint_sink> : Finish<[](Reading& r) -> Command { return cmd::UntaintSink{r.sink_number}; }> {};
template <>
struct Action<grammar::taint_policy> : Finish<[](Reading& r) -> Command { return r.policy; }> {};
template <>
struct Action<grammar::taint_stats> : Finish<[](Reading&) -> Command { return cmd::TaintStats{}; }> {};
template <>
struct Action<grammar::osinfo> : Finish<[](Reading&) -> Command { return cmd::OsInfo{}; }> {};
template <>
struct Action<grammar::proclist> : Finish<[](Reading& r) -> Command { return cmd::ProcList{r.tree, r.name}; }> {};
template <>
struct Action<grammar::procinfo> : Finish<[](Reading& r) -> Command { return cmd::ProcInfo{r.process}; }> {};
template <>
struct Action<grammar::threadinfo> : Finish<[](Reading& r) -> Command { return cmd::ThreadInfo{r.process}; }> {};
template <>
struct Action<grammar::meminfo> : Finish<[](Reading& r) -> Command { return cmd::MemInfo{r.process}; }> {};
template <>
struct Action<grammar::files> : Finish<[](Reading& r) -> Command { return cmd::Files{r.process}; }> {};
template <>
struct Action<grammar::modules> : Finish<[](Reading&) -> Command { return cmd::Modules{}; }> {};
template <>
struct Action<grammar::ksym> : Finish<[](Reading& r) -> Command { return cmd::KernelSymbol{r.symbols.at(0)}; }> {};
template <>
struct Action<grammar::osjson> : Finish<[](Reading& r) -> Command {
    return cmd::OsJson{
        r.json_topic, r.process.value_or(r.number), r.symbols, std::get<VirtAddr>(r.place), r.length, r.path, r.target};
}> {};
template <>
struct Action<grammar::events> : Finish<[](Reading& r) -> Command { return cmd::Events{event_request(r)}; }> {};
template <>
struct Action<grammar::wait> : Finish<[](Reading& r) -> Command {
    return cmd::Wait{r.name ? std::optional(osi::StartOrder{*r.name, r.stop_at}) : std::nullopt};
}> {};
template <>
struct Action<grammar::unwait> : Finish<[](Reading& r) -> Command { return cmd::Unwait{r.name}; }> {};
template <>
struct Action<grammar::hook>
    : Finish<[](Reading& r) -> Command { return cmd::Hook{r.has_hook ? std::optional(r.hook) : std::nullopt}; }> {};
template <>
struct Action<grammar::unhook> : Finish<[](Reading& r) -> Command { return cmd::Unhook{r.hook_number}; }> {};
template <>
struct Action<grammar::vcpus> : Finish<[](Reading&) -> Command { return cmd::Vcpus{}; }> {};
template <>
struct Action<grammar::translate> : Finish<[](Reading& r) -> Command { return cmd::Translate{r.place}; }> {};
template <>
struct Action<grammar::sites> : Finish<[](Reading&) -> Command { return cmd::Sites{}; }> {};
template <>
struct Action<grammar::scope> : Finish<[](Reading& r) -> Command { return r.scope; }> {};
template <>
struct Action<grammar::version> : Finish<[](Reading&) -> Command { return cmd::Version{}; }> {};
template <>
struct Action<grammar::help> : Finish<[](Reading& r) -> Command { return cmd::Help{r.topic}; }> {};

namespace {

namespace peg = tao::pegtl;
using grammar::kExpectation;

template <typename Rule>
struct Control : peg::normal<Rule> {
    template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
              template <typename...> class Inner, typename Input>
    static bool match(Input& in, Reading& reading) {
        const char* const start = in.current();
        const bool matched = peg::normal<Rule>::template match<A, M, Action, Inner>(in, reading);
        if constexpr (!kExpectation<Rule>.name.empty()) {
            if (!matched) {
                reading.furthest.note(start, kExpectation<Rule>);
            }
        }
        return matched;
    }
};

// Diagnostics

std::string expectation_text(const std::vector<Expectation>& expected) {
    std::string out =
        expected.size() == 1 ? "Invalid syntax, expected " : "Invalid syntax, expected one of the following: ";
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::string_view quote = expected[i].literal ? "\"" : "";
        out.append(i == 0 ? "" : ", ").append(quote).append(expected[i].name).append(quote);
    }
    return out;
}

std::string near_literals(std::string_view word, const std::vector<Expectation>& expected) {
    constexpr std::size_t kMostProposals = 3;
    std::vector<std::string_view> literals;
    for (const auto& expectation : expected) {
        if (expectation.literal) {
            literals.push_back(expectation.name);
        }
    }
    return did_you_mean(near_misses(word, literals, kMostProposals));
}

Diagnostic syntax_error(std::string_view line, const Furthest& furthest) {
    const auto column = static_cast<std::size_t>(furthest.where() - line.data());
    const auto rest = line.substr(column);
    const auto word = rest.substr(0, rest.find_first_of(kBlanks));
    return {std::string(line), column, expectation_text(furthest.expected()), near_literals(word, furthest.expected())};
}

}  // namespace

std::expected<Command, Diagnostic> parse(std::string_view line, const emulator::TargetDescription& description) {
    line = trim(line);
    Reading reading{.description = description};
    peg::memory_input<peg::tracking_mode::lazy> in(line.data(), line.data() + line.size(), "");
    try {
        if (peg::parse<grammar::command, Action, Control>(in, reading)) {
            return *std::move(reading.command);
        }
    } catch (Refusal& refusal) {
        const auto column = static_cast<std::size_t>(refusal.where.data() - line.data());
        return std::unexpected(
            Diagnostic{std::string(line), column, std::move(refusal.message), std::move(refusal.hint)});
    }
    return std::unexpected(syntax_error(line, reading.furthest));
}

}  // namespace hvgdb::monitor
