// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux on x86 calls its numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace hvgdb::monitor {

struct SystemCallName {
    std::string_view name;  ///< empty: not known
    unsigned arguments = 6;
};

/// `compat`: of the 32-bit table.
[[nodiscard]] SystemCallName system_call_name(std::uint64_t number, bool compat);

/// "SIGSEGV"; empty for those without a name of their own: the real-time ones.
[[nodiscard]] std::string_view signal_name(unsigned number);

/// "ENOENT" of 2; also those that never leave the kernel. Empty: there is none.
[[nodiscard]] std::string_view error_name(std::uint64_t number);

}  // namespace hvgdb::monitor
