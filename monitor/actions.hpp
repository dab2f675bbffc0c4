// SPDX-License-Identifier: GPL-2.0-or-later
// From the rules of the monitor language to values. For parse.cpp alone.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <tao/pegtl/nothing.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "monitor/grammar.hpp"
#include "monitor/near_miss.hpp"
#include "monitor/reading.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

template <std::unsigned_integral Number>
[[nodiscard]] Number number_at(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x");
    const auto digits = text.substr(hexadecimal ? 2 : 0);
    Number value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
    if (result.ec != std::errc()) {
        constexpr int kBits = std::numeric_limits<Number>::digits;
        throw Refusal{text, "Number too large, it must fit in " + std::to_string(kBits) + " bits", {}};
    }
    return value;
}

[[nodiscard]] inline RegisterName register_at(std::string_view text, const emulator::TargetDescription& description) {
    constexpr std::size_t kMostProposals = 5;
    constexpr std::size_t kLongestShown = 32;
    const auto name = text.substr(text.starts_with('$') ? 1 : 0);
    if (description.find(name) != nullptr) {
        return {std::string(name)};
    }

    std::vector<std::string_view> known;
    for (const auto& info : description.registers()) {
        known.emplace_back(info.name);
    }
    auto hint = did_you_mean(near_misses(name, known, kMostProposals));
    if (hint.empty()) {
        hint = "(gdb's \"info all-registers\" lists them)";
    }
    throw Refusal{text, "Unknown register \"" + shortened(name, kLongestShown) + "\"", std::move(hint)};
}

/// Who mistypes a kind does not mean a process.
inline void refuse_mistyped_kind(std::string_view word) {
    constexpr std::size_t kMostProposals = 3;
    constexpr std::size_t kLongestShown = 32;
    std::vector<std::string_view> known;
    known.reserve(kEventWords.size());
    for (const auto& row : kEventWords) {
        known.push_back(row.name);
    }
    if (auto hint = did_you_mean(near_misses(word, known, kMostProposals)); !hint.empty()) {
        throw Refusal{word,
                      "No kind of event; a process called \"" + shortened(word, kLongestShown) + "\" goes in quotes",
                      std::move(hint)};
    }
}

template <typename Rule>
struct Action : tao::pegtl::nothing<Rule> {};

struct TakeAddress {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.place = VirtAddr{number_at<std::uint64_t>(in.string_view())};
    }
};
template <>
struct Action<grammar::address> : TakeAddress {};
template <>
struct Action<grammar::bare_address> : TakeAddress {};

template <>
struct Action<grammar::register_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.place = register_at(in.string_view(), reading.description);
    }
};

/// A number of 32 bits.
template <auto member>
struct TakeNumber {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.*member = number_at<std::uint32_t>(in.string_view());
    }
};
template <>
struct Action<grammar::process> : TakeNumber<&Reading::process> {};
template <>
struct Action<grammar::thread_number> : TakeNumber<&Reading::number> {};
template <>
struct Action<grammar::vcpu_number> : TakeNumber<&Reading::number> {};

template <>
struct Action<grammar::byte_count> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.length = number_at<std::uint32_t>(in.string_view());
        if (reading.length == 0 || reading.length > kLongestMemory) {
            throw Refusal{in.string_view(), "From 1 to " + std::to_string(kLongestMemory) + " bytes", {}};
        }
    }
};

struct TakeName {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.name = in.string();
    }
};
template <>
struct Action<grammar::process_name> : TakeName {};
template <>
struct Action<grammar::bare_program> : TakeName {};
template <char quote>
struct Action<grammar::quoted_text<quote>> : TakeName {};

template <>
struct Action<grammar::guest_path> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.path = in.string();
    }
};

template <>
struct Action<grammar::proclist_tree> {
    static void apply0(Reading& reading) { reading.tree = true; }
};

struct TakeSymbolAddress {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.symbols.emplace_back(VirtAddr{number_at<std::uint64_t>(in.string_view())});
    }
};
template <>
struct Action<grammar::symbol_address> : TakeSymbolAddress {};
template <>
struct Action<grammar::pointed_address> : TakeSymbolAddress {};
template <>
struct Action<grammar::symbol_register> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.symbols.emplace_back(register_at(in.string_view(), reading.description));
    }
};
template <>
struct Action<grammar::symbol_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.symbols.emplace_back(in.string());
    }
};

template <JsonTopic topic>
struct Action<grammar::json_word<topic>> {
    static void apply0(Reading& reading) { reading.json_topic = topic; }
};

template <>
struct Action<grammar::scope_any> {
    static void apply0(Reading& reading) { reading.scope.wanted = cmd::Scope::Any{}; }
};
template <>
struct Action<grammar::scope_here> {
    static void apply0(Reading& reading) { reading.scope.wanted = cmd::Scope::Here{}; }
};
template <>
struct Action<grammar::scope_root> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.scope.wanted = AddressSpace{number_at<std::uint64_t>(in.string_view())};
    }
};

template <>
struct Action<grammar::events_on> {
    static void apply0(Reading& reading) { reading.events_on = true; }
};
template <>
struct Action<grammar::events_off> {
    static void apply0(Reading& reading) { reading.events_off = true; }
};
template <EventWord word>
struct Action<grammar::event_word<word>> {
    static void apply0(Reading& reading) { reading.kinds.add(spec(word).kinds); }
};
template <>
struct Action<grammar::event_process> : TakeNumber<&Reading::process> {};
template <>
struct Action<grammar::event_bare_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        const auto name = in.string_view();
        refuse_mistyped_kind(name);
        reading.name = name;
    }
};

template <osi::StopAt where>
struct Action<grammar::stop_word<where>> {
    static void apply0(Reading& reading) { reading.stop_at = where; }
};

template <>
struct Action<grammar::hook_process> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.hook.process = number_at<std::uint32_t>(in.string_view());
    }
};
template <>
struct Action<grammar::hook_kernel> {
    static void apply0(Reading& reading) { reading.hook.kernel = true; }
};
template <>
struct Action<grammar::hook_library> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.hook.library = in.string();
        reading.hook.library.pop_back();  // the exclamation mark
    }
};
template <>
struct Action<grammar::hook_address> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.hook.where = VirtAddr{number_at<std::uint64_t>(in.string_view())};
        reading.has_hook = true;
    }
};
template <>
struct Action<grammar::hook_symbol> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.hook.where = in.string();
        reading.has_hook = true;
    }
};
template <>
struct Action<grammar::hook_number> : TakeNumber<&Reading::hook_number> {};

template <CommandId id>
struct Action<grammar::topic<id>> {
    static void apply0(Reading& reading) { reading.topic = id; }
};

}  // namespace hvgdb::monitor
