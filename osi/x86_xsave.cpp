// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_xsave.hpp"

#include <algorithm>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

constexpr unsigned kVectors = 16;
constexpr unsigned kStackDepth = 8;
constexpr std::uint64_t kCompacted = std::uint64_t{1} << 63;
constexpr std::uint32_t kInitialMxcsr = 0x1f80;

// Intel SDM vol. 1, tables 10-2 and 13-1.
constexpr std::size_t kControlAt = 0;
constexpr std::size_t kStatusAt = 2;
constexpr std::size_t kTagsAt = 4;
constexpr std::size_t kOpcodeAt = 6;
constexpr std::size_t kInstructionAt = 8;
constexpr std::size_t kOperandAt = 16;
constexpr std::size_t kMxcsrAt = 24;
constexpr std::size_t kStackAt = 32;
constexpr std::size_t kXmmAt = 160;
constexpr std::size_t kPresentAt = 512;
constexpr std::size_t kLayoutAt = 520;
// AVX comes first behind the header in both formats: 13.4.2 and 13.4.3, and CPUID's leaf 0xd says 576 for every
// processor there is.
constexpr std::size_t kYmmAt = 576;
constexpr std::size_t kSlot = 16;

}  // namespace

X86Xsave::X86Xsave(std::span<const std::byte> area) : area_(area) {
    if (area.size() >= kHeaderEnd) {
        present_ = number(kPresentAt, 8);
        layout_ = number(kLayoutAt, 8);
    } else {
        present_ = 0x3;  // FXSAVE leaves nothing out
    }
}

std::uint64_t X86Xsave::number(std::size_t offset, std::size_t size) const {
    return load_little_endian(area_.subspan(offset, size));
}

bool X86Xsave::compacted() const {
    return (layout_ & kCompacted) != 0;
}

bool X86Xsave::in_use(Component component) const {
    return ((present_ >> static_cast<unsigned>(component)) & 1) != 0;
}

std::optional<X86Xsave::Float80> X86Xsave::st(unsigned index) const {
    if (area_.size() < kFxsaveSize || index >= kStackDepth) {
        return std::nullopt;
    }
    Float80 value{};
    if (in_use(Component::x87)) {
        std::ranges::copy(area_.subspan(kStackAt + kSlot * index, value.size()), value.begin());
    }
    return value;
}

// Intel SDM vol. 1, 10.5.1.1 "x87 state": from one bit a register to two.
std::uint16_t X86Xsave::full_tags(std::uint8_t abridged, std::uint16_t status) const {
    constexpr unsigned kValid = 0;
    constexpr unsigned kZero = 1;
    constexpr unsigned kSpecial = 2;
    constexpr unsigned kEmpty = 3;
    constexpr std::uint64_t kLargestExponent = 0x7fff;
    const unsigned top = (status >> 11U) & 7U;
    unsigned tags = 0;
    for (unsigned physical = 0; physical < kStackDepth; ++physical) {
        unsigned tag = kEmpty;
        if (((abridged >> physical) & 1U) != 0) {
            const std::size_t slot = kStackAt + kSlot * ((physical - top) & 7U);
            const auto mantissa = number(slot, 8);
            const auto exponent = number(slot + 8, 2) & kLargestExponent;
            if (exponent == 0 && mantissa == 0) {
                tag = kZero;
            } else if (exponent == 0 || exponent == kLargestExponent || (mantissa >> 63) == 0) {
                tag = kSpecial;
            } else {
                tag = kValid;
            }
        }
        tags |= tag << (2 * physical);
    }
    return static_cast<std::uint16_t>(tags);
}

std::optional<X87Control> X86Xsave::x87() const {
    if (area_.size() < kFxsaveSize) {
        return std::nullopt;
    }
    X87Control x87;
    if (in_use(Component::x87)) {
        x87.control = static_cast<std::uint16_t>(number(kControlAt, 2));
        x87.status = static_cast<std::uint16_t>(number(kStatusAt, 2));
        x87.tags = full_tags(static_cast<std::uint8_t>(number(kTagsAt, 1)), x87.status);
        x87.opcode = static_cast<std::uint16_t>(number(kOpcodeAt, 2) & 0x7ff);
        x87.instruction = number(kInstructionAt, 8);
        x87.operand = number(kOperandAt, 8);
    }
    return x87;
}

std::optional<X86Xsave::Vector> X86Xsave::xmm(unsigned index) const {
    if (area_.size() < kFxsaveSize || index >= kVectors) {
        return std::nullopt;
    }
    Vector value{};
    if (in_use(Component::sse)) {
        std::ranges::copy(area_.subspan(kXmmAt + kSlot * index, value.size()), value.begin());
    }
    return value;
}

// In the standard format it is kept whenever SSE or AVX is asked for, whatever XSTATE_BV says; in the compacted format
// it belongs to SSE (13.7, 13.8.2, 13.10).
std::optional<std::uint32_t> X86Xsave::mxcsr() const {
    if (area_.size() < kFxsaveSize) {
        return std::nullopt;
    }
    if (compacted() && !in_use(Component::sse)) {
        return kInitialMxcsr;
    }
    return static_cast<std::uint32_t>(number(kMxcsrAt, 4));
}

std::optional<X86Xsave::Vector> X86Xsave::ymm_high(unsigned index) const {
    const bool placed = !compacted() || ((layout_ >> static_cast<unsigned>(Component::avx)) & 1) != 0;
    if (!placed || index >= kVectors || area_.size() < kYmmAt + kSlot * kVectors) {
        return std::nullopt;
    }
    Vector value{};
    if (in_use(Component::avx)) {
        std::ranges::copy(area_.subspan(kYmmAt + kSlot * index, value.size()), value.begin());
    }
    return value;
}

}  // namespace hvgdb::osi
