// SPDX-License-Identifier: GPL-2.0-or-later
// Where tainted data can decide something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace hvgdb::emulator::taint {

enum class SinkKind : std::uint8_t {
    branch,   ///< the condition of a branch
    jump,     ///< where a jump, a call or a return goes to, when the instruction does not say it itself
    syscall,  ///< a system call's number and arguments
    memory,   ///< what is stored in some place
};
inline constexpr std::size_t kSinkKinds = 4;

/// Some kinds of sinks.
class SinkKinds {
  public:
    constexpr SinkKinds() = default;
    constexpr SinkKinds(std::initializer_list<SinkKind> kinds) {
        for (const auto kind : kinds) {
            bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(kind));
        }
    }
    [[nodiscard]] static constexpr SinkKinds of_bits(std::uint8_t bits) {
        SinkKinds kinds;
        kinds.bits_ = bits;
        return kinds;
    }
    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool has(SinkKind kind) const { return (bits_ >> static_cast<unsigned>(kind) & 1) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    constexpr void add(SinkKinds other) { bits_ = static_cast<std::uint8_t>(bits_ | other.bits_); }
    friend constexpr bool operator==(SinkKinds, SinkKinds) = default;

  private:
    std::uint8_t bits_ = 0;
};

}  // namespace hvgdb::emulator::taint
