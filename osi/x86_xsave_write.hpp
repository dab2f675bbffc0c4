// SPDX-License-Identifier: GPL-2.0-or-later
// Changing x87, SSE and AVX registers in an XSAVE area (Intel SDM vol. 1, chapter 13).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::osi {

/// Whether it is one that such an area holds, by gdb's name: st0 ... st7, fctrl ... fop, mxcsr, xmm0 ... xmm15, ymm0h
/// ... ymm15h.
[[nodiscard]] bool is_xsave_register(std::string_view name);

/// Where such an area has a register, both formats alike.
struct XsavePlace {
    std::size_t offset = 0;
    std::size_t size = 0;
};
/// Nothing for other names.
[[nodiscard]] std::optional<XsavePlace> xsave_place(std::string_view name);

/// Changes the bytes of an area as X86Xsave reads them. A component that was in its initial state gets its initial
/// values first, and its bit in XSTATE_BV is set; AVX's only if `may_begin_avx`, because the processor refuses a bit of
/// what the kernel has not enabled. `bad_argument` for a value of a wrong size, or one that no processor would load;
/// `unsupported` when the area has no place for it; `not_found` for other names.
[[nodiscard]] Expected<void> write_xsave_register(std::span<std::byte> area, std::string_view name,
                                                  std::span<const std::byte> value, bool may_begin_avx);

/// A vCPU's x87 and SSE registers as FXSAVE would store them, out of a whole register block: what the description lacks
/// is zero. Empty when the block is shorter than described.
[[nodiscard]] Bytes fxsave_area(const emulator::TargetDescription& description, std::span<const std::byte> block);

}  // namespace hvgdb::osi
