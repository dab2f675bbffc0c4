// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/area_names.hpp"

#include <fmt/format.h>

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxKnown = 4096;

}  // namespace

// Before 6.6 the kernel compared the bounds of the heap with <= and >=.
AreaNames::AreaNames(const KernelMemory& kernel, std::optional<VirtAddr> special_mapping_ops)
    : kernel_(kernel),
      special_mapping_ops_(special_mapping_ops),
      heap_touches_(kernel.has(Field::inode_change_time)),
      files_may_have_names_(kernel.has(Field::vma_anon_name) &&
                            !(kernel.has(Field::vma_shared) && kernel.layout()[Field::vma_shared].offset ==
                                                                   kernel.layout()[Field::vma_anon_name].offset)),
      mm_(kernel, {Field::mm_start_brk, Field::mm_brk, Field::mm_start_stack}) {}

void AreaNames::begin(VirtAddr mm) {
    in_mm_ = mm_.read(mm);
    vdso_ = kernel_.pointer(mm, Field::mm_vdso);
}

std::string AreaNames::of(VirtAddr start, VirtAddr end, const AreaHints& hints) {
    if (hints.ops.value != 0 && is_special(hints.ops)) {
        auto found = special_names_.find(hints.private_data.value);
        if (found == special_names_.end()) {
            if (special_names_.size() >= kMaxKnown) {
                special_names_.clear();
            }
            const auto text = kernel_.pointer(hints.private_data, Field::special_mapping_name);
            constexpr std::size_t kLongestName = 64;
            auto name = text ? kernel_.memory().text(*text, kLongestName) : std::nullopt;
            found = special_names_.emplace(hints.private_data.value, std::move(name).value_or("")).first;
        }
        if (!found->second.empty()) {
            return found->second;
        }
    }
    if (vdso_ && vdso_->value != 0 && start == *vdso_) {
        return "[vdso]";
    }
    if (in_mm_ && mm_.has(Field::mm_brk) && mm_.has(Field::mm_start_brk)) {
        const VirtAddr first = mm_.pointer(Field::mm_start_brk);
        const VirtAddr last = mm_.pointer(Field::mm_brk);
        if (heap_touches_ ? start <= last && end >= first : start < last && end > first) {
            return "[heap]";
        }
    }
    if (in_mm_ && mm_.has(Field::mm_start_stack)) {
        const VirtAddr stack = mm_.pointer(Field::mm_start_stack);
        if (start <= stack && end >= stack) {
            return "[stack]";
        }
    }
    const auto given = given_name(hints.anon_name);
    return given ? fmt::format("[anon:{}]", *given) : std::string();
}

std::optional<std::string> AreaNames::of_shared(const AreaHints& hints) const {
    const auto given = files_may_have_names_ ? given_name(hints.anon_name) : std::nullopt;
    return given ? std::optional(fmt::format("[anon_shmem:{}]", *given)) : std::nullopt;
}

/// Only special mappings, and the gate area, have operations that give a name.
bool AreaNames::is_special(VirtAddr ops) {
    if (special_mapping_ops_) {
        return ops == *special_mapping_ops_;
    }
    auto found = special_.find(ops.value);
    if (found == special_.end()) {
        if (special_.size() >= kMaxKnown) {
            special_.clear();
        }
        const auto namer = is_kernel_pointer(ops) ? kernel_.pointer(ops, Field::vm_operations_name) : std::nullopt;
        found = special_.emplace(ops.value, namer && namer->value != 0).first;
    }
    return found->second;
}

std::optional<std::string> AreaNames::given_name(VirtAddr anon_name) const {
    constexpr std::size_t kLongestName = 80;  // ANON_VMA_NAME_MAX_LEN, kernel/sys.c
    const auto text = is_kernel_pointer(anon_name) ? kernel_.place(anon_name, Field::anon_vma_name_name) : std::nullopt;
    return text ? kernel_.memory().text(*text, kLongestName) : std::nullopt;
}

}  // namespace hvgdb::osi
