// SPDX-License-Identifier: GPL-2.0-or-later
// Runs single instructions on the host's processor, from a given state to the state after them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace hvgdb::emulator::taint {

/// All that a user's instruction can read and write. Its memory lies at fixed addresses.
struct alignas(64) NativeState {
    static constexpr std::size_t kMemorySize = 128;
    static constexpr std::size_t kStackSize = 64;

    std::array<std::uint64_t, 16> general{};
    std::uint64_t flags = 0;
    std::array<std::uint64_t, 7> unused{};
    std::array<std::array<std::uint8_t, 32>, 16> vectors{};
    std::array<std::uint8_t, 512> x87{};  ///< as FXSAVE lays it out
    std::array<std::uint8_t, kMemorySize> memory{};
    std::array<std::uint8_t, kStackSize> stack{};
};

class NativeCpu {
  public:
    NativeCpu();
    ~NativeCpu();
    NativeCpu(const NativeCpu&) = delete;
    NativeCpu& operator=(const NativeCpu&) = delete;

    /// False where the host cannot: another architecture, no AVX2, no memory at the addresses wanted.
    [[nodiscard]] bool usable() const { return usable_; }
    /// What run() executes; `with_x87`: x87 and MMX registers are part of the state.
    void prepare(std::span<const std::byte> instruction, bool with_x87);
    /// False if the instruction faulted. `after.x87` is left alone without `with_x87`.
    [[nodiscard]] bool run(const NativeState& before, NativeState& after);

    /// Where NativeState::memory is, and the middle of NativeState::stack.
    static std::uint64_t memory_address();
    static std::uint64_t stack_address();

  private:
    bool usable_ = false;
    bool with_x87_ = false;
};

}  // namespace hvgdb::emulator::taint
