// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever memory holds: a process's areas are in order, its names are not too long, and nothing takes long.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "osi/linux/arguments.hpp"
#include "osi/linux/files.hpp"
#include "osi/linux/mappings.hpp"
#include "tests/fuzz/wrapped_memory.hpp"
#include "tests/osi/fake_kernel.hpp"
#include "tests/osi/fake_maple_tree.hpp"

namespace {

using namespace hvgdb::osi;

constexpr std::size_t kLongestName = 4200;

void require(bool holds, std::string_view what) {
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

/// A table of open files of a byte's size: with more most of the time would go by there.
std::uint64_t size_of(Field field) {
    return field == Field::mm_saved_auxv ? 64 : field == Field::fdtable_max_fds ? 1 : 8;
}

/// Every field that these walks know, close together, so that small inputs reach far.
Layout layout_of(bool in_a_tree) {
    FakeLayout fields;
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        const auto field = static_cast<Field>(i);
        const bool of_other_kind = field == (in_a_tree ? Field::mm_mmap : Field::mm_mt);
        if (!of_other_kind && !spec(field).structure.starts_with("task") &&
            !spec(field).structure.starts_with("maple")) {
            fields.add(field, size_of(field));
        }
    }
    Layout layout = fields.layout();
    add_maple_fields(layout);
    return layout;
}

void check(const MappingList& list) {
    const Mapping* previous = nullptr;
    for (const Mapping& mapping : list.mappings) {
        require(mapping.start < mapping.end, "an area ends before it starts");
        require(previous == nullptr || previous->end <= mapping.start || mapping.name == "[vsyscall]", "areas overlap");
        require(mapping.name.size() <= kLongestName, "a long name");
        previous = &mapping;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Layout kTree = layout_of(true);
    static const Layout kChain = layout_of(false);
    const WrappedMemory memory(std::span(data, size));
    const KernelMemory kernel(memory, size % 2 == 0 ? kTree : kChain);
    const hvgdb::VirtAddr start{std::uint64_t{1} << 63};
    KernelSymbols symbols;
    symbols.set(KernelSymbol::vsyscall_mode, start);
    Paths paths(kernel);
    check(Mappings(kernel, symbols, paths).of(start));
    for (const OpenFile& file : open_files(kernel, start, paths).files) {
        require(file.name.size() <= kLongestName, "a long name");
    }
    (void)executable(kernel, start, paths);
    (void)working_directory(kernel, start, paths);
    (void)command_line(kernel, start, memory);
    (void)environment(kernel, start, memory);
    (void)auxiliary_vector(kernel, start, size % 3 == 0);
    return 0;
}
