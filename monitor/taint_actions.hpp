// SPDX-License-Identifier: GPL-2.0-or-later
// From the rules about taint to values. For parse.cpp alone.
#pragma once

#include <array>

#include "emulator/arch.hpp"
#include "emulator/taint/registers.hpp"
#include "monitor/actions.hpp"

namespace hvgdb::monitor {

/// Parts of registers, and those of which gdb has no own name, are not in the machine's description.
[[nodiscard]] inline TaintRegister taint_register_at(std::string_view text,
                                                     const emulator::TargetDescription& description) {
    const auto* arch = emulator::find_arch(description);
    const bool x86 = arch != nullptr && arch->root_register == "cr3";
    const auto name = text.substr(text.starts_with('$') ? 1 : 0);
    if (x86 && emulator::taint::find_register(name)) {
        return {std::string(name)};
    }
    return {register_at(text, description).name};
}

/// Who mistypes the word does not mean a program.
inline void refuse_mistyped_positional(std::string_view word) {
    constexpr std::size_t kLongestShown = 32;
    constexpr std::array<std::string_view, 1> kKnown{"positional"};
    if (auto hint = did_you_mean(near_misses(word, kKnown, 1)); !hint.empty()) {
        throw Refusal{word, "No label; a program called \"" + shortened(word, kLongestShown) + "\" goes in quotes",
                      std::move(hint)};
    }
}

template <>
struct Action<grammar::target_address> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.target.where = VirtAddr{number_at<std::uint64_t>(in.string_view())};
    }
};
template <>
struct Action<grammar::target_symbol> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.target.where = KernelPlace{.symbol = in.string(), .offset = 0};
    }
};
template <>
struct Action<grammar::target_offset> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        std::get<KernelPlace>(reading.target.where).offset = number_at<std::uint64_t>(in.string_view());
    }
};
template <>
struct Action<grammar::target_register> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.target.where = taint_register_at(in.string_view(), reading.description);
    }
};
template <>
struct Action<grammar::target_length> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        const auto length = number_at<std::uint64_t>(in.string_view());
        if (length == 0 || length > kMostTaintedBytes) {
            throw Refusal{in.string_view(), "From 1 to " + std::to_string(kMostTaintedBytes) + " bytes", {}};
        }
        reading.target.length = length;
    }
};
template <>
struct Action<grammar::all_targets> {
    static void apply0(Reading& reading) { reading.all_targets = true; }
};

template <>
struct Action<grammar::label> : TakeNumber<&Reading::label> {};
template <>
struct Action<grammar::first_label> : TakeNumber<&Reading::label> {};
template <>
struct Action<grammar::label_positional> {
    static void apply0(Reading& reading) { reading.positional = true; }
};

template <>
struct Action<grammar::source_process> : TakeNumber<&Reading::process> {};
template <>
struct Action<grammar::source_any> {
    static void apply0(Reading& reading) { reading.any_process = true; }
};
template <>
struct Action<grammar::source_bare_file> : TakeName {};
template <>
struct Action<grammar::source_bare_program> : TakeName {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        refuse_mistyped_positional(in.string_view());
        TakeName::apply(in, reading);
    }
};
template <>
struct Action<grammar::source_descriptor> : TakeNumber<&Reading::source_number> {};
template <>
struct Action<grammar::source_number> : TakeNumber<&Reading::ended_source> {};

template <SinkWord word>
struct Action<grammar::sink_word<word>> {
    static void apply0(Reading& reading) { reading.sink = word; }
};
template <>
struct Action<grammar::sink_number> : TakeNumber<&Reading::sink_number> {};

template <PointerTaint choice>
struct Action<grammar::pointer_choice<PolicyPart::loads, choice>> {
    static void apply0(Reading& reading) { reading.policy.loads = choice; }
};
template <PointerTaint choice>
struct Action<grammar::pointer_choice<PolicyPart::stores, choice>> {
    static void apply0(Reading& reading) { reading.policy.stores = choice; }
};
template <>
struct Action<grammar::conditions_on> {
    static void apply0(Reading& reading) { reading.policy.conditions = true; }
};
template <>
struct Action<grammar::conditions_off> {
    static void apply0(Reading& reading) { reading.policy.conditions = false; }
};

}  // namespace hvgdb::monitor
