// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

/// movsd and cmpsd are names of string and of vector instructions.
struct Table {
    std::array<Rule, ZYDIS_MNEMONIC_MAX_VALUE + 1> rules{};
    std::array<Rule, ZYDIS_MNEMONIC_MAX_VALUE + 1> strings{};
};

const Table& table() {
    static const auto table_of_all = [] {
        Table built;
        for (const auto& rows :
             {move_rules(), integer_rules(), bit_rules(), shift_rules(), stack_rules(), system_rules(), x87_rules(),
              vector_move_rules(), vector_lane_rules(), vector_scalar_rules(), vector_shift_rules(),
              vector_convert_rules(), vector_shuffle_rules(), vector_mask_rules()}) {
            for (const auto& row : rows) {
                built.rules[row.mnemonic] = row.rule;
            }
        }
        for (const auto& row : string_rules()) {
            built.strings[row.mnemonic] = row.rule;
        }
        return built;
    }();
    return table_of_all;
}

/// With registers that are not followed: more of them, wider ones, masks.
bool is_followed(const Decoded& decoded) {
    const auto encoding = decoded.instruction.encoding;
    return encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY || encoding == ZYDIS_INSTRUCTION_ENCODING_VEX;
}

}  // namespace

const Rule* find_rule(const Decoded& decoded) {
    const auto category = decoded.instruction.meta.category;
    const bool string = category == ZYDIS_CATEGORY_STRINGOP || category == ZYDIS_CATEGORY_IOSTRINGOP;
    const auto& rules = string ? table().strings : table().rules;
    const auto& found = rules[decoded.instruction.mnemonic];
    return found.lower != nullptr && is_followed(decoded) ? &found : nullptr;
}

}  // namespace hvgdb::emulator::taint
