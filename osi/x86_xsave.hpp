// SPDX-License-Identifier: GPL-2.0-or-later
// x87, SSE and AVX registers out of an XSAVE area (Intel SDM vol. 1, chapter 13).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace hvgdb::osi {

/// Control and status, as FXSAVE stores them (Intel SDM vol. 1, 10.5.1) but for the tag word.
struct X87Control {
    std::uint16_t control = 0x37f;
    std::uint16_t status = 0;
    std::uint16_t tags = 0xffff;  ///< two bits a register, as FSTENV stores them: 0 valid, 1 zero, 2 special, 3 empty
    std::uint16_t opcode = 0;
    std::uint64_t instruction = 0;  ///< 64 bits, or a selector in bits 32 to 47 and 32 bits of offset
    std::uint64_t operand = 0;
};

/// Looks at the bytes of an area, which must outlive it: the standard or the compacted format (13.4), or FXSAVE's 512
/// bytes alone. A component whose bit in XSTATE_BV is clear was in its initial state (13.6) and is not in the bytes:
/// its initial values are given. All bytes may be nonsense; what lies outside of them is absent.
class X86Xsave {
  public:
    static constexpr std::size_t kFxsaveSize = 512;
    static constexpr std::size_t kHeaderEnd = 576;
    using Vector = std::array<std::byte, 16>;
    using Float80 = std::array<std::byte, 10>;

    explicit X86Xsave(std::span<const std::byte> area);

    /// st(0) ... st(7), by their place in the stack, not by physical register.
    [[nodiscard]] std::optional<Float80> st(unsigned index) const;
    [[nodiscard]] std::optional<X87Control> x87() const;
    /// Of 0 to 15, the lower 128 bits.
    [[nodiscard]] std::optional<Vector> xmm(unsigned index) const;
    [[nodiscard]] std::optional<std::uint32_t> mxcsr() const;
    /// Bits 128 to 255 of ymm0 to ymm15. Absent when the area has no place for AVX at all.
    [[nodiscard]] std::optional<Vector> ymm_high(unsigned index) const;
    [[nodiscard]] bool compacted() const;

  private:
    enum class Component : std::uint8_t { x87 = 0, sse = 1, avx = 2 };

    [[nodiscard]] bool in_use(Component component) const;
    [[nodiscard]] std::uint64_t number(std::size_t offset, std::size_t size) const;
    [[nodiscard]] std::uint16_t full_tags(std::uint8_t abridged, std::uint16_t status) const;

    std::span<const std::byte> area_;
    std::uint64_t present_ = 0;  // XSTATE_BV
    std::uint64_t layout_ = 0;   // XCOMP_BV
};

}  // namespace hvgdb::osi
