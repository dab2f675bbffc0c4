// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inferred_layout.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <ostream>

#include "tests/osi/made_up_kernel.hpp"

namespace hvgdb::osi {
namespace {

using Areas = MadeUpKernel::Areas;

void expect_member(const Layout& layout, Field field, std::uint64_t offset, std::uint64_t size = 8) {
    EXPECT_TRUE(layout.has(field)) << spec(field).path;
    EXPECT_EQ(layout[field].offset, offset) << spec(field).path;
    EXPECT_EQ(layout[field].size, size) << spec(field).path;
}

class InferredLayout : public testing::TestWithParam<Areas> {};

TEST_P(InferredLayout, HasAllThatIsRequired) {
    const MadeUpKernel kernel(GetParam());
    const auto found = kernel.infer();
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->init_task.value, MadeUpKernel::task(0));
    const Layout& layout = found->layout;
    EXPECT_EQ(layout.missing(), std::vector<std::string>{});
    expect_member(layout, Field::task_flags, at::kFlags, 4);
    expect_member(layout, Field::task_stack, at::kStack);
    expect_member(layout, Field::task_tasks, at::kList, 16);
    expect_member(layout, Field::task_mm, at::kMm);
    expect_member(layout, Field::task_active_mm, at::kMm + 8);
    expect_member(layout, Field::task_pid, at::kPid, 4);
    expect_member(layout, Field::task_tgid, at::kPid + 4, 4);
    expect_member(layout, Field::task_real_parent, at::kParent);
    expect_member(layout, Field::task_group_leader, at::kLeader);
    expect_member(layout, Field::task_comm, at::kComm, 16);
    expect_member(layout, Field::mm_pgd, at::kPgd);
    expect_member(layout, Field::vma_start, at::kAreaStart);
    expect_member(layout, Field::vma_end, at::kAreaEnd);
    expect_member(layout, Field::vma_mm, at::kAreaMm);
    expect_member(layout, Field::regs_cs, 17 * 8, 2);
    EXPECT_EQ(layout.size_of(Structure::pt_regs), 21 * 8);
}

INSTANTIATE_TEST_SUITE_P(Both, InferredLayout, testing::Values(Areas::tree, Areas::list));

TEST(InferredAreas, AreInATree) {
    const auto found = MadeUpKernel(Areas::tree).infer();
    ASSERT_TRUE(found) << found.error().detail;
    expect_member(found->layout, Field::mm_mt, at::kTree, 16);
    expect_member(found->layout, Field::maple_tree_root, at::kTreeRoot);
    expect_member(found->layout, Field::maple_range_slot, 128, 128);
    expect_member(found->layout, Field::maple_arange_slot, 80, 80);
    EXPECT_FALSE(found->layout.has(Field::mm_mmap));
}

TEST(InferredAreas, AreInAList) {
    const auto found = MadeUpKernel(Areas::list).infer();
    ASSERT_TRUE(found) << found.error().detail;
    expect_member(found->layout, Field::mm_mmap, at::kFirstArea);
    expect_member(found->layout, Field::vma_next, at::kAreaNext);
    EXPECT_FALSE(found->layout.has(Field::mm_mt));
}

/// A change that leaves one member in doubt, and that member.
struct Doubt {
    const char* title;
    Field field;
    std::function<void(MadeUpKernel&)> change;
    friend void PrintTo(const Doubt& row, std::ostream* out) { *out << row.title; }
};

void for_each_task(MadeUpKernel& kernel, const std::function<void(std::uint64_t task, unsigned index)>& change) {
    (void)kernel;
    for (unsigned index = 0; index < MadeUpKernel::kTasks; ++index) {
        change(MadeUpKernel::task(index), index);
    }
}

class InDoubt : public testing::TestWithParam<Doubt> {};

TEST_P(InDoubt, IsAbsent) {
    MadeUpKernel kernel(Areas::tree);
    ASSERT_TRUE(kernel.infer()->layout.has(GetParam().field));
    GetParam().change(kernel);
    const auto found = kernel.infer();
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_FALSE(found->layout.has(GetParam().field));
    EXPECT_TRUE(found->layout.has(Field::task_tasks));
}

const Doubt kDoubts[] = {
    {"two pairs of ids", Field::task_pid,
     [](MadeUpKernel& kernel) {
         for_each_task(kernel, [&](std::uint64_t task, unsigned index) {
             kernel.memory.put(task + 0x190, (index <= 2 ? index : 3 * index) * 0x1'0000'0001);
         });
     }},
    {"one process without an id of its own", Field::task_tgid,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::task(9) + at::kPid, 2, 4); }},
    {"a parent from nowhere", Field::task_real_parent,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::task(9) + at::kParent, 0xffff'8880'1234'5678); }},
    {"kthreadd with memory", Field::task_mm,
     [](MadeUpKernel& kernel) {
         kernel.memory.put(MadeUpKernel::task(2) + at::kMm, MadeUpKernel::space(1));
         kernel.memory.put(MadeUpKernel::task(2) + at::kMm + 8, MadeUpKernel::space(1));
     }},
    {"another word with the flags", Field::task_flags,
     [](MadeUpKernel& kernel) {
         for_each_task(kernel, [&](std::uint64_t task, unsigned index) {
             kernel.memory.put(task + 0x190, MadeUpKernel::is_user(index) ? 0 : 0x20'0000, 4);
         });
     }},
    {"a shared stack", Field::task_stack,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::task(9) + at::kStack, MadeUpKernel::stack(8)); }},
    {"tables that do not map the kernel", Field::mm_pgd,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::table(11) + 8 * 511, 0); }},
    {"two tables, none of them in use", Field::mm_pgd,
     [](MadeUpKernel& kernel) {
         for_each_task(kernel, [&](std::uint64_t, unsigned index) {
             kernel.memory.put(MadeUpKernel::space(index) + 0x80, MadeUpKernel::table(index));
         });
     }},
    {"a node that belongs to another tree", Field::mm_mt,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::node(11), MadeUpKernel::space(12) | 1); }},
    {"an area that says something else", Field::vma_end,
     [](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::area(11, 1) + at::kAreaEnd, 0x1000); }},
};
INSTANTIATE_TEST_SUITE_P(Table, InDoubt, testing::ValuesIn(kDoubts));

TEST(InferredPageTables, AreThoseInUseWhenThereAreSeveral) {
    MadeUpKernel kernel(Areas::tree);
    for (unsigned index = 0; index < MadeUpKernel::kTasks; ++index) {
        const std::uint64_t other = MadeUpKernel::table(index) + 0x10'0000'0000;
        kernel.memory.put(MadeUpKernel::space(index) + 0x80, other);
        for (const unsigned entry : {273U, 402U, 511U}) {
            kernel.memory.put(other + 8 * entry, 0x1000 * entry | 0x67);
        }
    }
    // As in user mode with isolated page tables.
    kernel.roots = {AddressSpace{MadeUpKernel::table(12) - MadeUpKernel::kDirectMap + 0x1000}};
    const auto found = kernel.infer();
    ASSERT_TRUE(found) << found.error().detail;
    expect_member(found->layout, Field::mm_pgd, at::kPgd);
}

TEST(InferKernel, NeedsAListOfProcesses) {
    const auto fails = [](const std::function<void(MadeUpKernel&)>& change) {
        MadeUpKernel kernel(Areas::tree);
        change(kernel);
        const auto found = kernel.infer();
        return !found && found.error().code == Errc::not_found;
    };
    EXPECT_FALSE(fails([](MadeUpKernel&) {}));
    EXPECT_TRUE(
        fails([](MadeUpKernel& kernel) { kernel.memory.put_text(MadeUpKernel::task(0) + at::kComm, "Swapper"); }));
    EXPECT_TRUE(
        fails([](MadeUpKernel& kernel) { kernel.memory.put_text(MadeUpKernel::task(2) + at::kComm, "other"); }));
    EXPECT_TRUE(fails([](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::task(7) + at::kList, 0); }));
    EXPECT_TRUE(fails([](MadeUpKernel& kernel) { kernel.memory.put(MadeUpKernel::task(7) + at::kLeader, 0); }));
    EXPECT_TRUE(fails([](MadeUpKernel& kernel) {  // ends in a circle that does not lead back
        kernel.memory.put(MadeUpKernel::task(9) + at::kList, MadeUpKernel::task(5) + at::kList);
    }));
    EXPECT_TRUE(fails([](MadeUpKernel& kernel) {  // three processes
        kernel.memory.put(MadeUpKernel::task(2) + at::kList, MadeUpKernel::task(0) + at::kList);
        kernel.memory.put(MadeUpKernel::task(0) + at::kList + 8, MadeUpKernel::task(2) + at::kList);
    }));
}

/// The same page everywhere: names, and pointers that lead back into it.
class Hall final : public MemoryReader {
  public:
    explicit Hall(std::uint64_t step) {
        for (std::size_t at = 0; at < page_.size(); at += 8) {
            put(at, 0xffff'ffff'8200'0000 + at * step % 0x10'0000);
        }
        for (const std::size_t at : {std::size_t{0x200}, std::size_t{0x800}}) {
            std::ranges::copy(as_bytes(std::string_view("swapper/0\0\0\0\0\0\0\0", 16)), page_.begin() + at);
        }
        std::ranges::copy(as_bytes(std::string_view("kthreadd\0\0\0\0\0\0\0\0", 16)), page_.begin() + 0x400);
    }
    std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        ++reads;
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = page_[(address.value + i) % page_.size()];
        }
        return out.size();
    }
    mutable std::uint64_t reads = 0;

  private:
    void put(std::size_t at, std::uint64_t value) {
        std::ranges::copy(store_little_endian(value, 8), page_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    std::array<std::byte, 4096> page_{};
};

TEST(InferKernel, EndsInAHallOfMirrors) {
    for (const std::uint64_t step : {0, 1, 3, 17}) {
        const Hall hall(step);
        const std::vector<ImageRange> image{{VirtAddr{0xffff'ffff'8200'0000}, 0x10'0000, true, false}};
        (void)infer_kernel({hall, image, {}, {}});
        EXPECT_LT(hall.reads, 10'000'000u) << step;
    }
}

}  // namespace
}  // namespace hvgdb::osi
