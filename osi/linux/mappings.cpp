// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/mappings.hpp"

#include "osi/linux/maple_tree.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxMappings = std::size_t{128} * 1024;
constexpr std::size_t kMaxKnown = std::size_t{64} * 1024;
constexpr std::size_t kMaxNameBytes = std::size_t{16} * 1024 * 1024;
constexpr unsigned kPageShift = 12;
// include/linux/mm.h
constexpr std::uint64_t kRead = 1;
constexpr std::uint64_t kWrite = 2;
constexpr std::uint64_t kExecute = 4;
constexpr std::uint64_t kMayShare = 0x80;

Mapping mapping_of(VirtAddr start, VirtAddr end, std::uint64_t flags) {
    return {.start = start,
            .end = end,
            .read = (flags & kRead) != 0,
            .write = (flags & kWrite) != 0,
            .execute = (flags & kExecute) != 0,
            .shared = (flags & kMayShare) != 0,
            .name = {}};
}

/// arch/x86/entry/vsyscall/vsyscall_64.c: the mode is emulate, execute only or none.
std::optional<Mapping> gate(const KernelMemory& kernel, const KernelSymbols& symbols) {
    constexpr std::uint64_t kModeSize = 4;
    constexpr std::uint64_t kEmulate = 0;
    constexpr std::uint64_t kNone = 2;
    constexpr std::uint64_t kAddress = 0xffff'ffff'ff60'0000;
    constexpr std::uint64_t kSize = 0x1000;
    const auto mode_at = symbols[KernelSymbol::vsyscall_mode];
    const auto mode = mode_at ? kernel.memory().number(*mode_at, kModeSize) : std::nullopt;
    if (!mode || *mode >= kNone) {
        return std::nullopt;
    }
    const auto area = symbols[KernelSymbol::gate_vma];
    const auto flags = area ? kernel.number(*area, Field::vma_flags) : std::nullopt;
    auto found = mapping_of(VirtAddr{kAddress}, VirtAddr{kAddress + kSize},
                            flags.value_or(*mode == kEmulate ? kRead | kExecute : kExecute));
    found.name = "[vsyscall]";
    return found;
}

}  // namespace

Mappings::Mappings(const KernelMemory& kernel, const KernelSymbols& symbols, Paths& paths)
    : kernel_(kernel),
      paths_(paths),
      gate_(gate(kernel, symbols)),
      area_(kernel, {Field::vma_start, Field::vma_end, Field::vma_next, Field::vma_mm, Field::vma_flags,
                     Field::vma_pgoff, Field::vma_file, Field::vma_ops, Field::vma_private_data, Field::vma_anon_name}),
      inode_(kernel, {Field::inode_number, Field::inode_super_block}),
      files_(kernel),
      names_(kernel, symbols[KernelSymbol::special_mapping_operations]) {}

MappingList Mappings::of(VirtAddr mm) {
    MappingList list;
    names_.begin(mm);
    listed_bytes_ = 0;
    if (const auto tree = kernel_.place(mm, Field::mm_mt)) {
        from_tree(*tree, mm, list);
    } else if (const auto first = kernel_.pointer(mm, Field::mm_mmap)) {
        from_chain(*first, mm, list);
    } else {
        list.complete = false;
    }
    add_gate(mm, list);
    return list;
}

void Mappings::from_tree(VirtAddr tree, VirtAddr mm, MappingList& list) {
    const MapleEntries found = maple_entries(kernel_, tree);
    list.complete = found.complete;
    list.mappings.reserve(found.entries.size() + 1);
    for (const MapleEntry& entry : found.entries) {
        const VirtAddr area{entry.value};
        // An area that says something else than the tree has just been changed, or is none.
        if (read_area(area, mm) && area_.number(Field::vma_start) == entry.first &&
            area_.number(Field::vma_end) == entry.last + 1) {
            add(describe(), list);
        } else {
            list.complete = false;
        }
    }
}

void Mappings::from_chain(VirtAddr first, VirtAddr mm, MappingList& list) {
    VirtAddr above;
    for (VirtAddr area = first; area.value != 0;) {
        if (list.mappings.size() >= kMaxMappings || !read_area(area, mm) || area_.pointer(Field::vma_start) < above) {
            list.complete = false;
            return;
        }
        const VirtAddr next = area_.pointer(Field::vma_next);
        above = area_.pointer(Field::vma_end);
        add(describe(), list);
        area = next;
    }
}

void Mappings::add(Mapping mapping, MappingList& list) {
    listed_bytes_ += mapping.name.size();
    if (listed_bytes_ > kMaxNameBytes) {
        mapping.name.clear();
        list.complete = false;
    }
    list.mappings.push_back(std::move(mapping));
}

bool Mappings::read_area(VirtAddr area, VirtAddr mm) {
    return is_kernel_pointer(area) && area_.has(Field::vma_start) && area_.has(Field::vma_end) && area_.read(area) &&
           area_.number(Field::vma_start) < area_.number(Field::vma_end) &&
           (!area_.has(Field::vma_mm) || area_.pointer(Field::vma_mm) == mm);
}

Mapping Mappings::describe() {
    auto mapping =
        mapping_of(area_.pointer(Field::vma_start), area_.pointer(Field::vma_end), area_.number(Field::vma_flags));
    const AreaHints hints{.ops = area_.pointer(Field::vma_ops),
                          .private_data = area_.pointer(Field::vma_private_data),
                          .anon_name = area_.pointer(Field::vma_anon_name)};
    const VirtAddr file = area_.pointer(Field::vma_file);
    if (file.value == 0) {
        mapping.name = names_.of(mapping.start, mapping.end, hints);
        return mapping;
    }
    mapping.offset = area_.number(Field::vma_pgoff) << kPageShift;
    describe_file(file, mapping);
    if (auto given = names_.of_shared(hints)) {
        mapping.name = std::move(*given);
    }
    return mapping;
}

void Mappings::describe_file(VirtAddr file, Mapping& mapping) {
    // include/linux/kdev_t.h
    constexpr unsigned kMinorBits = 20;
    const FileFacts& found = facts(file);
    mapping.name = found.name;
    mapping.inode = found.inode;
    mapping.device_major = found.device >> kMinorBits;
    mapping.device_minor = found.device & ((1U << kMinorBits) - 1);
}

const Mappings::FileFacts& Mappings::facts(VirtAddr file) {
    const auto known = known_files_.find(file.value);
    if (known != known_files_.end()) {
        return known->second;
    }
    if (known_files_.size() >= kMaxKnown || known_bytes_ >= kMaxNameBytes) {
        known_files_.clear();
        known_bytes_ = 0;
    }
    FileFacts& found = known_files_[file.value];
    const auto state = files_.read_mapped(file);
    if (!state) {
        return found;
    }
    found.name = paths_.of(state->path).value_or("");
    known_bytes_ += found.name.size();
    if (is_kernel_pointer(state->inode) && inode_.read(state->inode)) {
        found.inode = inode_.number(Field::inode_number);
        found.device = device(inode_.pointer(Field::inode_super_block));
    }
    return found;
}

std::uint32_t Mappings::device(VirtAddr super_block) {
    const auto known = devices_.find(super_block.value);
    if (known != devices_.end()) {
        return known->second;
    }
    if (devices_.size() >= kMaxKnown) {
        devices_.clear();
    }
    const auto number = kernel_.number(super_block, Field::super_block_device);
    return devices_[super_block.value] = static_cast<std::uint32_t>(number.value_or(0));
}

/// A 32-bit process has none (get_gate_vma() in vsyscall_64.c).
void Mappings::add_gate(VirtAddr mm, MappingList& list) const {
    constexpr std::uint64_t kHasVsyscall = 2;  // MM_CONTEXT_HAS_VSYSCALL, arch/x86/include/asm/mmu.h
    const auto flags = kernel_.number(mm, Field::mm_context_flags);
    const bool has = flags ? (*flags & kHasVsyscall) != 0 : kernel_.number(mm, Field::mm_context_compat) == 0;
    if (gate_ && has) {
        list.mappings.push_back(*gate_);
    }
}

}  // namespace hvgdb::osi
