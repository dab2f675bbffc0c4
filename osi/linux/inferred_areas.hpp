// SPDX-License-Identifier: GPL-2.0-or-later
// Inferring the members of mm_struct and vm_area_struct.
#pragma once

#include <span>

#include "osi/linux/inferred_layout.hpp"
#include "osi/linux/layout.hpp"

namespace hvgdb::osi {

/// mm_struct.pgd.
void infer_page_tables(const InferenceInput& input, std::span<const VirtAddr> spaces, Layout& layout);
/// mm_struct.mm_mt with maple_tree.ma_root, or mm_struct.mmap with vm_area_struct.vm_next; then vm_start, vm_end and
/// vm_mm.
void infer_areas(const MemoryReader& kernel, std::span<const VirtAddr> spaces, Layout& layout);

}  // namespace hvgdb::osi
