// SPDX-License-Identifier: GPL-2.0-or-later
// Enough of a kernel's memory to tell its structures from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/inferred_layout.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {

class PagedMemory final : public MemoryReader {
  public:
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        return pages.read(address.value, out);
    }
    void put(std::uint64_t address, std::uint64_t value, std::size_t size = 8) {
        pages.map(address, size);
        (void)pages.write(address, store_little_endian(value, size));
    }
    void put_text(std::uint64_t address, std::string_view text) {
        pages.map(address, text.size());
        (void)pages.write(address, as_bytes(text));
    }
    test::FakeMemory pages;
};

/// Offsets of the made-up kernel.
namespace at {
inline constexpr std::uint64_t kFlags = 0x2c, kStack = 0x38, kList = 0x100, kMm = 0x120, kPid = 0x150, kParent = 0x160,
                               kLeader = 0x178, kComm = 0x200;
inline constexpr std::uint64_t kFirstArea = 0, kTree = 0x40, kTreeRoot = 8, kPgd = 0x78;
inline constexpr std::uint64_t kAreaMm = 0x10, kAreaStart = 0x20, kAreaEnd = 0x28, kAreaNext = 0x30;
}  // namespace at

/// init_task, the first process, kthreadd, seven more of its kind and five of the first one's, the last of them a
/// zombie. Objects have a page each, or more.
class MadeUpKernel {
  public:
    enum class Areas : std::uint8_t { tree, list };

    explicit MadeUpKernel(Areas areas) : areas_(areas) {
        memory.pages.map(kImage - 0x4000, 0x8000);
        for (unsigned index = 0; index < kTasks; ++index) {
            add_task(index);
        }
    }

    [[nodiscard]] Expected<InferredKernel> infer() const {
        const std::vector<ImageRange> image{{VirtAddr{kImage - 0x4000}, 0x4000, false, true},
                                            {VirtAddr{kImage}, 0x4000, true, false}};
        return infer_kernel({memory, image, roots,
                             [](VirtAddr address) { return std::optional(PhysAddr{address.value - kDirectMap}); }});
    }

    [[nodiscard]] static std::uint64_t task(unsigned index) {
        return index == 0 ? kImage + 0x1140 : kDirectMap + 0x10'0000 + 0x2000 * index + 0x80 * (index % 3);
    }
    [[nodiscard]] static std::uint64_t space(unsigned index) { return kDirectMap + 0x20'0000 + 0x1000 * index; }
    [[nodiscard]] static std::uint64_t table(unsigned index) { return kDirectMap + 0x30'0000 + 0x2000 * index; }
    [[nodiscard]] static std::uint64_t stack(unsigned index) { return kDirectMap + 0x40'0000 + 0x4000 * index; }
    [[nodiscard]] static std::uint64_t node(unsigned index) { return kDirectMap + 0x50'0000 + 0x100 * index; }
    [[nodiscard]] static std::uint64_t area(unsigned index, unsigned number) {
        return kDirectMap + 0x60'0000 + 0x1000 * index + 0xc0 * number;
    }
    [[nodiscard]] static bool is_user(unsigned index) { return index == 1 || (index >= kFirstUser && index < kZombie); }

    static constexpr std::uint64_t kImage = 0xffff'ffff'8200'0000;
    static constexpr std::uint64_t kDirectMap = 0xffff'8880'0000'0000;
    static constexpr unsigned kTasks = 15;
    static constexpr unsigned kFirstUser = 10;
    static constexpr unsigned kZombie = 14;

    PagedMemory memory;
    std::vector<AddressSpace> roots;

  private:
    void add_task(unsigned index) {
        constexpr std::uint64_t kKernelThread = 0x0020'0040;
        const std::uint64_t task = MadeUpKernel::task(index);
        const std::uint64_t next = MadeUpKernel::task((index + 1) % kTasks);
        const bool user = is_user(index) || index == kZombie;
        const std::uint64_t parent = index <= 2 ? MadeUpKernel::task(0) : MadeUpKernel::task(user ? 1 : 2);
        const std::uint64_t id = index <= 2 ? index : index * 3;
        memory.pages.map(task, 0x300);
        memory.put(task + at::kFlags, user ? 0x0040'0100 : kKernelThread, 4);
        memory.put(task + at::kStack, index == kZombie ? 0 : stack(index));
        memory.put(task + at::kList, next + at::kList);
        memory.put(next + at::kList + 8, task + at::kList);
        memory.put(task + at::kPid, id, 4);
        memory.put(task + at::kPid + 4, id, 4);
        memory.put(task + at::kParent, parent);
        memory.put(task + at::kParent + 8, parent);
        memory.put(task + at::kParent + 16, task + at::kParent + 16);  // an empty list
        memory.put(task + at::kLeader, task);
        memory.put(task + at::kLeader + 8, task + 0x40);  // into itself, but not to its start
        memory.put_text(task + at::kComm, index == 0 ? "swapper/0" : index == 2 ? "kthreadd" : "some\x01name");
        memory.put(task + at::kMm + 8, index == 0 ? kImage + 0x100 : 0);
        if (is_user(index)) {
            add_space(index);
        }
    }

    void add_space(unsigned index) {
        const std::uint64_t space = MadeUpKernel::space(index);
        memory.put(task(index) + at::kMm, space);
        memory.put(task(index) + at::kMm + 8, space);
        memory.pages.map(space, 0x400);
        memory.put(space + at::kPgd, table(index));
        memory.pages.map(table(index), 0x1000);
        memory.put(table(index) + 8 * 256, 0x1000 * index | 0x67);  // its LDT
        for (const unsigned entry : {273U, 402U, 511U}) {
            memory.put(table(index) + 8 * entry, 0x1000 * entry | 0x67);
        }
        memory.pages.map(stack(index), 0x4000);
        const std::uint64_t registers = stack(index) + 0x4000 - 21 * 8;
        memory.put(registers + 8 * 17, 0x33);
        memory.put(registers + 8 * 18, 0x246);
        memory.put(registers + 8 * 20, 0x2b);
        add_areas(index);
    }

    /// Three, with a gap in front of each.
    void add_areas(unsigned index) {
        const std::uint64_t node = MadeUpKernel::node(index);
        for (unsigned number = 0; number < 3; ++number) {
            const std::uint64_t start = 0x40'0000 * (number + 1) + 0x1000 * index;
            const std::uint64_t object = area(index, number);
            memory.pages.map(object, 0x100);
            memory.put(object + at::kAreaMm, space(index));
            memory.put(object + at::kAreaStart, start);
            memory.put(object + at::kAreaEnd, start + 0x2000);
            if (areas_ == Areas::list) {
                memory.put(object + at::kAreaNext, number < 2 ? area(index, number + 1) : 0);
            } else {
                memory.put(node + 8 + 16 * number, start - 1);  // pivots
                memory.put(node + 16 + 16 * number, start + 0x1fff);
                memory.put(node + 128 + 8 + 16 * number, object);  // slots
            }
        }
        if (areas_ == Areas::list) {
            memory.put(space(index) + at::kFirstArea, area(index, 0));
            return;
        }
        constexpr std::uint64_t kLeaf = 1 << 3;
        memory.put(node, (space(index) + at::kTree) | 1);
        memory.put(node + 8 + 16 * 3, ~std::uint64_t{0});
        memory.put(space(index) + at::kTree + at::kTreeRoot, node | kLeaf | 2);
    }

    Areas areas_;
};

}  // namespace hvgdb::osi
