// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands about taint can be asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/taint/policy.hpp"
#include "emulator/types.hpp"

namespace hvgdb::monitor {

/// More bytes are not tainted, or asked for, at once.
inline constexpr std::uint64_t kMostTaintedBytes = std::uint64_t{64} << 20;
/// Nor more labels made by one command.
inline constexpr std::uint64_t kMostPositional = std::uint64_t{1} << 18;

/// A place in the kernel's memory.
struct KernelPlace {
    std::string symbol;
    std::uint64_t offset = 0;
    friend bool operator==(const KernelPlace&, const KernelPlace&) = default;
};

/// A register or a part of one, by a name that the machine's processor knows. It need not carry taint.
struct TaintRegister {
    std::string name;
    friend bool operator==(const TaintRegister&, const TaintRegister&) = default;
};

struct TaintTarget {
    std::variant<VirtAddr, KernelPlace, TaintRegister> where;
    std::optional<std::uint64_t> length;  ///< bytes, 1 to kMostTaintedBytes; nothing: one, or the whole register
    friend bool operator==(const TaintTarget&, const TaintTarget&) = default;
};

using emulator::taint::PointerTaint;

[[nodiscard]] constexpr std::string_view name_of(PointerTaint choice) {
    constexpr std::array<std::string_view, 3> kNames{"off", "index", "all"};
    return kNames[static_cast<std::size_t>(choice)];
}

enum class PolicyPart : std::uint8_t { loads, stores, conditions };

[[nodiscard]] constexpr std::string_view name_of(PolicyPart part) {
    constexpr std::array<std::string_view, 3> kNames{"loads", "stores", "conditions"};
    return kNames[static_cast<std::size_t>(part)];
}

}  // namespace hvgdb::monitor
