// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/monitor/console_fixture.hpp"

namespace hvgdb::monitor {
namespace {

/// The root at 0x1000 maps address 0x0020'0000 + x as a 2 MiB page at 0x40'0000, and 0x123 as a 4 KiB one at 0x9000.
class TranslateTest : public testing::Test, public ConsoleFixture {
  protected:
    TranslateTest() {
        enter_long_mode(0, 0x33, 0x1000);
        set_entry(0x1000, 0, 0x2007);
        set_entry(0x2000, 0, 0x3007);
        set_entry(0x3000, 0, 0x4007);
        set_entry(0x3000, 1, 0x40'0081);
        set_entry(0x4000, 0, 0x8000'0000'0000'9007);
    }
};

constexpr std::string_view kSmallPage =
    "virtual   0x123\n"
    "physical  0x9123\n"
    "page      4 KiB, rw- user\n"
    "level  index  entry at  entry\n"
    "PML4   0      0x1000    0x2007\n"
    "PDPT   0      0x2000    0x3007\n"
    "PD     0      0x3000    0x4007\n"
    "PT     0      0x4000    0x8000000000009007\n";

TEST_F(TranslateTest, TakesAnAddressInEveryForm) {
    machine.set_pc(VcpuId{0}, 0x123);
    for (const auto* line : {"translate 0x123", "translate 291", "translate *0x123", "translate *291", "translate rip",
                             "translate $rip"}) {
        EXPECT_EQ(ask(line), kSmallPage) << line;
    }
}

TEST_F(TranslateTest, ShowsLargePages) {
    EXPECT_EQ(ask("translate 0x234567"),
              "virtual   0x234567\n"
              "physical  0x434567\n"
              "page      2 MiB, r-x kernel\n"
              "level  index  entry at  entry\n"
              "PML4   0      0x1000    0x2007\n"
              "PDPT   0      0x2000    0x3007\n"
              "PD     1      0x3008    0x400081\n");
}

TEST_F(TranslateTest, SaysWhereAnUnmappedAddressEnds) {
    EXPECT_EQ(ask("translate 0x40000000"),
              "virtual   0x40000000\n"
              "not mapped: entry 1 of the PDPT is not present\n"
              "level  index  entry at  entry\n"
              "PML4   0      0x1000    0x2007\n"
              "PDPT   1      0x2008    0x0\n");
    EXPECT_EQ(ask("translate 0x800000000000"),
              "virtual   0x800000000000\n"
              "no canonical address\n");
}

TEST_F(TranslateTest, TablesOutsideMemoryEndTheWalk) {
    set_entry(0x1000, 5, 0x7777'7007);
    const auto text = ask("translate 0x28000000000");
    EXPECT_NE(text.find("the walk ends at the PDPT: "), std::string::npos) << text;
    EXPECT_NE(text.find("\nPML4   5      0x1028    0x77777007\n"), std::string::npos) << text;
}

TEST_F(TranslateTest, UsesTheSelectedVcpu) {
    enter_long_mode(1, 0x33, 0x6000);
    set_entry(0x6000, 0, 0);
    EXPECT_NE(ask("translate 0x123", 1).find("entry 0 of the PML4 is not present"), std::string::npos);
}

TEST_F(TranslateTest, OfAMachineWithoutPagingIsTheIdentity) {
    machine.set_register(VcpuId{0}, "cr0", 0x11);
    EXPECT_EQ(ask("translate 0xb8000"),
              "virtual   0xb8000\n"
              "physical  0xb8000\n"
              "paging is off: both are the same\n");
}

TEST_F(TranslateTest, RefusesOlderKindsOfPaging) {
    machine.set_register(VcpuId{0}, "efer", 0);
    EXPECT_EQ(ask("translate 0x123"), "translate: page tables of PAE paging are not walked\n");
}

TEST_F(TranslateTest, RefusesRegistersThatHoldNoAddress) {
    EXPECT_EQ(ask("translate xmm0"), "translate: xmm0 is wider than an address\n");
}

TEST_F(TranslateTest, TellsWhichEverCallFails) {
    for (unsigned nth = 1;; ++nth) {
        ASSERT_LT(nth, 20u) << "the command calls the machine without end";
        machine.fail_call(nth, Error{Errc::timeout, "QEMU does not answer"});
        const auto text = ask("translate rip");
        if (machine.failure_pending()) {
            break;
        }
        EXPECT_NE(text.find("QEMU does not answer"), std::string::npos) << nth << "\n" << text;
    }
}

}  // namespace
}  // namespace hvgdb::monitor
