// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever memory holds, and whatever path is asked for: the search ends soon, and what is found can be read or not,
// but never more than there is. The input is the path up to its first NUL, and then the kernel's memory.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "emulator/physical_memory.hpp"
#include "osi/linux/guest_file.hpp"
#include "osi/linux/mapped_files.hpp"
#include "osi/linux/overlay_file.hpp"
#include "osi/linux/path_lookup.hpp"
#include "tests/fuzz/wrapped_memory.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::osi;

constexpr std::size_t kMostReads = std::size_t{16} * 1024 * 1024;
constexpr std::uint64_t kLongestFile = std::uint64_t{1} << 20;

void require(bool holds, std::string_view what) {
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

/// Counts what is asked of the memory.
class CountedMemory final : public MemoryReader {
  public:
    explicit CountedMemory(std::span<const std::uint8_t> bytes) : memory_(bytes) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        ++reads;
        return memory_.read(address, out);
    }
    mutable std::size_t reads = 0;

  private:
    WrappedMemory memory_;
};

class AnyFrames final : public emulator::PhysicalMemory {
  public:
    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        std::ranges::fill(out, static_cast<std::byte>(address.value >> 12));
        return address.value % 3 == 0 ? out.size() / 2 : out.size();
    }
};

/// Every field close together, so that small inputs reach far. Ones for the lists of one kind of kernel.
Layout layout_of(bool rings) {
    FakeLayout fields;
    for (std::size_t i = 0; i < Layout::kFields; ++i) {
        const auto field = static_cast<Field>(i);
        const bool of_other_kind = field == (rings ? Field::dentry_first_child : Field::dentry_children_ring) ||
                                   field == (rings ? Field::overlay_stack : Field::overlay_lower_dentry);
        const std::string_view structure = spec(field).structure;
        if (!of_other_kind &&
            (structure.starts_with("dentry") || structure.starts_with("mount") || structure.starts_with("inode") ||
             structure.starts_with("ovl") || structure.starts_with("super") || structure.starts_with("file_system") ||
             structure.starts_with("address_space") || structure == "page")) {
            fields.add(field, field == Field::inode_mode ? 2 : 8);
        }
    }
    fields.add(Field::xa_node_shift, 1).add(Field::xa_node_slots, 16 * 8, 8);
    fields.set(Structure::page, 16).set(Structure::ovl_path, 16);
    return fields.layout();
}

void read(const FileMemory& memory, const Inode& inode) {
    const auto source = [&]() -> Expected<FileMoment> {
        return FileMoment{.memory = memory, .generation = 1, .running = inode.status.size % 2 == 0};
    };
    if (inode.status.size > kLongestFile) {
        return;
    }
    const auto file = CachedFile::open(source, inode, "x");
    if (file) {
        Bytes bytes(inode.status.size + 1);
        const auto count = (*file)->read(inode.status.inode % 5000, bytes);
        require(!count || *count <= inode.status.size, "more than the file has");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Layout kRings = layout_of(true);
    static const Layout kChains = layout_of(false);
    const auto* const end = std::find(data, data + size, 0);
    const std::string path(data, end);
    const CountedMemory memory(std::span(end, data + size));
    const KernelMemory kernel(memory, size % 2 == 0 ? kRings : kChains);
    const KernelSymbols symbols;
    const PageCache pages(kernel, symbols);
    const AnyFrames frames;
    const FileMemory files{.kernel = kernel, .pages = pages, .physical = frames};
    const VirtAddr start{(std::uint64_t{1} << 63) + 8};
    const MountPath root{.mount = VirtAddr{start.value + 0x100}, .dentry = start};
    PathLookup lookup(files, {.root = root, .working_directory = {.mount = root.mount, .dentry = {start.value + 8}}});
    for (const bool follow : {true, false}) {
        const auto found = lookup.find(path, follow);
        const auto inode = found ? read_inode(kernel, found->inode) : std::nullopt;
        require(!found || inode, "what was found has no inode");
        if (inode) {
            const auto text = link_text(files, *inode);
            require(!text || text->size() <= 4095, "a long link");
            static_cast<void>(file_below(kernel, *inode));
            read(files, *inode);
        }
    }
    require(memory.reads <= kMostReads, "too many reads");
    return 0;
}
