// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// A range of a process's own memory.
struct AddressRange {
    VirtAddr start;
    VirtAddr end;  ///< behind its last byte; not before `start`
    [[nodiscard]] std::uint64_t size() const { return end.value - start.value; }
    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

}  // namespace hvgdb::osi
