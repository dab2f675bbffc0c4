// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of BTF's types (include/uapi/linux/btf.h).
#pragma once

#include <cstdint>

namespace hvgdb::osi {

/// BTF_KIND_*, as far as they matter here.
enum class BtfKind : std::uint8_t {
    integer = 1,
    pointer = 2,
    array = 3,
    structure = 4,
    union_type = 5,
    enumeration = 6,
    forward = 7,
    alias = 8,
    volatile_type = 9,
    const_type = 10,
    restrict_type = 11,
    function = 12,
    prototype = 13,
    variable = 14,
    section = 15,
    floating = 16,
    declaration_tag = 17,
    type_tag = 18,
    enumeration64 = 19,
};

}  // namespace hvgdb::osi
