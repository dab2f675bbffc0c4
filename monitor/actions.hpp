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
struct Action<grammar::label> : TakeNumber<&Reading::label> {};
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

template <>
struct Action<grammar::process_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.process_name = in.string();
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

template <CommandId id>
struct Action<grammar::topic<id>> {
    static void apply0(Reading& reading) { reading.topic = id; }
};

}  // namespace hvgdb::monitor
