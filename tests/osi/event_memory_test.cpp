// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_memory.hpp"

#include <gtest/gtest.h>

#include "tests/osi/page_table_memory.hpp"
#include "tests/support/fake_vcpu.hpp"

namespace hvgdb::osi {
namespace {

constexpr AddressSpace kKernelRoot{0x2000};
constexpr AddressSpace kUserRoot{0x3000};
constexpr VirtAddr kMemory{0xffff'8880'0000'0000};  // of the object at 0x10000
constexpr VirtAddr kStack{0xffff'c900'0000'0000};
constexpr VirtAddr kUser{0x401000};
constexpr std::uint64_t kPlaces[] = {0x10000, 0x20000, 0x30000};

class AnyThreads final : public emulator::PhysicalMemory {
  public:
    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        return pages.read(address, out);
    }
    [[nodiscard]] bool any_thread() const override { return threads; }
    PageTableMemory pages;
    bool threads = true;
};

class EventMemoryTest : public testing::Test {
  protected:
    EventMemoryTest() {
        layout_.set(Field::mm_pgd, Member{.offset = 0, .size = 8, .element_size = 8});
        for (const std::uint64_t place : kPlaces) {
            ram_.pages.put(PhysAddr{place}, place);
        }
        map(kKernelRoot, kMemory, kPlaces[0]);
        map(kKernelRoot, kStack, kPlaces[1]);
        map(kUserRoot, kUser, kPlaces[2]);
        // The page tables of the process are in the kernel's memory, too, and its mm_struct points to them.
        map(kKernelRoot, VirtAddr{kMemory.value + 0x1000}, kUserRoot.root);
        ram_.pages.put(PhysAddr{kPlaces[0] + 0x100}, kMemory.value + 0x1000);
    }
    void map(AddressSpace space, VirtAddr address, std::uint64_t place) {
        ram_.pages.map(space, address, PhysAddr{place}, kP | kW);
    }
    std::unique_ptr<EventMemory> make() {
        return make_event_memory({.memory = ram_, .paging = {}, .root = kKernelRoot, .layout = layout_});
    }
    AnyThreads ram_;
    Layout layout_;
    test::FakeVcpu vcpu_;
};

TEST_F(EventMemoryTest, IsReadByTheKernelsPageTables) {
    const auto memory = make();
    memory->arrive(vcpu_);
    EXPECT_EQ(memory->lasting().memory().number(kMemory, 8), kPlaces[0]);
    EXPECT_EQ(memory->kernel().memory().number(kStack, 8), kPlaces[1]);
    EXPECT_FALSE(memory->kernel().memory().number(kUser, 8));
    EXPECT_EQ(vcpu_.reads, 0U);
}

TEST_F(EventMemoryTest, IsReadByTheProcesssPageTables) {
    const auto memory = make();
    const MemoryReader* const user = memory->user(VirtAddr{kMemory.value + 0x100});
    ASSERT_NE(user, nullptr);
    EXPECT_EQ(user->number(kUser, 8), kPlaces[2]);
    EXPECT_EQ(memory->user(kUser), nullptr);
}

TEST_F(EventMemoryTest, IsReadAnewWhereStacksComeAndGo) {
    const auto memory = make();
    EXPECT_EQ(memory->kernel().memory().number(kStack, 8), kPlaces[1]);
    map(kKernelRoot, kStack, kPlaces[2]);
    memory->renew();
    EXPECT_EQ(memory->kernel().memory().number(kStack, 8), kPlaces[2]);
}

TEST_F(EventMemoryTest, IsReadThroughTheVcpuWhereNoOtherThreadMayRead) {
    ram_.threads = false;
    const auto memory = make();
    EXPECT_FALSE(memory->kernel().memory().number(kStack, 8)) << "without a vCPU";
    memory->arrive(vcpu_);
    vcpu_.poke(0x402ffc, "abcdefgh");  // over the end of a page
    EXPECT_EQ(memory->kernel().memory().text(VirtAddr{0x402ffc}, 8), "abcdefgh");
    EXPECT_EQ(memory->user({})->text(VirtAddr{0x402ffe}, 4), "cdef");
    EXPECT_EQ(memory->lasting().memory().number(VirtAddr{0x402ffc}, 1), 'a');
    vcpu_.memory.unmap(0x403000, 1);
    std::array<std::byte, 8> bytes{};
    EXPECT_EQ(memory->kernel().memory().read(VirtAddr{0x402ffc}, bytes), 4U);
    EXPECT_EQ(memory->kernel().memory().read(VirtAddr{~std::uint64_t{0} - 3}, bytes), 0U);
}

}  // namespace
}  // namespace hvgdb::osi
