// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a page of memory is one process's alone.
#pragma once

#include <optional>
#include <string_view>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/page_cache.hpp"

namespace hvgdb::osi {

/// Nothing when the page, which a process has in a private mapping and must not write by itself, is anonymous memory
/// that nobody else has. Else what it is instead, to be read behind "the page at 0x... ". When in doubt it is not
/// alone. From struct page (include/linux/mm_types.h, include/linux/page-flags.h).
[[nodiscard]] std::optional<std::string_view> why_not_private(const KernelMemory& kernel, const PageCache& cache,
                                                              PhysAddr page);

}  // namespace hvgdb::osi
