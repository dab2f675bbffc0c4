// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utility>

#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr VirtAddr kHead{0xffff'8000'0000'0000};
constexpr VirtAddr kA{0xffff'8000'0000'1000};
constexpr VirtAddr kB{0xffff'8000'0000'2000};
constexpr VirtAddr kC{0xffff'8000'0000'3000};
constexpr std::uint64_t kOffset = 0x10;

VirtAddr node(VirtAddr object) {
    return VirtAddr{object.value + kOffset};
}

KernelList walk(const std::vector<std::pair<VirtAddr, std::uint64_t>>& links, std::size_t limit = 100) {
    FakeMemory memory;
    for (const auto& [from, to] : links) {
        memory.put(from, to);
    }
    auto list = walk_list(memory, kHead, kOffset, limit);
    EXPECT_LT(memory.reads, 10u);
    return list;
}

TEST(KernelList, IsWalkedBackToItsHead) {
    const auto list = walk(
        {{kHead, node(kA).value}, {node(kA), node(kB).value}, {node(kB), node(kC).value}, {node(kC), kHead.value}});
    EXPECT_THAT(list.objects, ElementsAre(kA, kB, kC));
    EXPECT_TRUE(list.complete);
}

TEST(KernelList, MayBeEmpty) {
    const auto list = walk({{kHead, kHead.value}});
    EXPECT_THAT(list.objects, IsEmpty());
    EXPECT_TRUE(list.complete);
}

TEST(KernelList, EndsWhereItIsTorn) {
    const std::pair<const char*, std::uint64_t> rows[] = {
        {"unmapped", kC.value},
        {"null", 0},
        {"user memory", 0x1000},
        {"poison", 0xdead'0000'0000'0100},
        {"error number", ~std::uint64_t{0}},
        {"a circle without the head", node(kA).value},
        {"itself", node(kB).value},
    };
    for (const auto& [what, next] : rows) {
        const auto list = walk({{kHead, node(kA).value}, {node(kA), node(kB).value}, {node(kB), next}});
        EXPECT_THAT(list.objects, ElementsAre(kA, kB)) << what;
        EXPECT_FALSE(list.complete) << what;
    }
}

TEST(KernelList, WithoutAHeadIsEmptyAndIncomplete) {
    const auto list = walk({});
    EXPECT_THAT(list.objects, IsEmpty());
    EXPECT_FALSE(list.complete);
}

TEST(KernelList, StopsAtTheLimit) {
    const std::vector<std::pair<VirtAddr, std::uint64_t>> links{
        {kHead, node(kA).value}, {node(kA), node(kB).value}, {node(kB), kHead.value}};
    EXPECT_THAT(walk(links, 1).objects, ElementsAre(kA));
    EXPECT_FALSE(walk(links, 1).complete);
    EXPECT_TRUE(walk(links, 2).complete);
}

}  // namespace
}  // namespace hvgdb::osi
