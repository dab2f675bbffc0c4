// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/mappings.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxKnown = std::size_t{64} * 1024;
constexpr std::size_t kMaxNameBytes = std::size_t{16} * 1024 * 1024;
constexpr unsigned kPageShift = 12;

using namespace area_flags;

Mapping mapping_of(VirtAddr start, VirtAddr end, std::uint64_t flags) {
    return {.start = start,
            .end = end,
            .read = (flags & kRead) != 0,
            .write = (flags & kWrite) != 0,
            .execute = (flags & kExecute) != 0,
            .shared = (flags & kMayShare) != 0,
            .flags = flags,
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
      areas_(kernel),
      inode_(kernel, {Field::inode_number, Field::inode_super_block}),
      files_(kernel),
      names_(kernel, symbols[KernelSymbol::special_mapping_operations]) {}

MappingList Mappings::of(VirtAddr mm) {
    MappingList list;
    names_.begin(mm);
    listed_bytes_ = 0;
    const AreaList found = areas_.of(mm);
    list.complete = found.complete;
    list.mappings.reserve(found.areas.size() + 1);
    for (const MemoryArea& area : found.areas) {
        add(describe(area), list);
    }
    add_gate(mm, list);
    return list;
}

void Mappings::add(Mapping mapping, MappingList& list) {
    listed_bytes_ += mapping.name.size();
    if (listed_bytes_ > kMaxNameBytes) {
        mapping.name.clear();
        list.complete = false;
    }
    list.mappings.push_back(std::move(mapping));
}

Mapping Mappings::describe(const MemoryArea& area) {
    auto mapping = mapping_of(area.start, area.end, area.flags);
    const AreaHints hints{.ops = area.ops, .private_data = area.private_data, .anon_name = area.anon_name};
    if (area.file.value == 0) {
        mapping.name = names_.of(mapping.start, mapping.end, hints);
        return mapping;
    }
    mapping.offset = area.page_offset << kPageShift;
    describe_file(area.file, mapping);
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
