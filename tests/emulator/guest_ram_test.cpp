// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/guest_ram.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "emulator/host_mappings.hpp"
#include "emulator/machine_memory.hpp"
#include "emulator/qmp.hpp"
#include "tests/emulator/qmp_script.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::emulator {
namespace {

using testing::ElementsAre;

/// 64 bytes of "host memory", each with its own value.
class GuestRamTest : public testing::Test {
  protected:
    GuestRamTest() {
        for (std::size_t i = 0; i < host_.size(); ++i) {
            host_[i] = static_cast<std::byte>(i);
        }
    }

    [[nodiscard]] std::vector<unsigned> read(const PhysicalMemory& memory, std::uint64_t address,
                                             std::size_t count) const {
        Bytes out(count);
        out.resize(memory.read(PhysAddr{address}, out));
        std::vector<unsigned> values;
        for (const std::byte byte : out) {
            values.push_back(std::to_integer<unsigned>(byte));
        }
        return values;
    }

    [[nodiscard]] std::string answer(std::uint64_t guest, const std::byte* host) const {
        return fmt::format("{{\"return\": \"Host virtual address for {:#x} (ram) is {:#x}\\r\\n\"}}\n", guest,
                           reinterpret_cast<std::uintptr_t>(host));
    }

    [[nodiscard]] Expected<std::unique_ptr<GuestRam>> find(const std::string& ranges, const std::string& answers) {
        requests_.clear();
        auto qmp = Qmp::connect(std::make_unique<QmpScript>(
            std::string(kQmpGreeting) + "{\"return\": {}}\n{\"return\": \" AS \\\"memory\\\", root: system\\r\\n" +
                ranges + "\"}\n" + answers,
            requests_));
        return qmp ? GuestRam::find(*qmp) : std::unexpected(qmp.error());
    }

    std::array<std::byte, 64> host_{};
    std::string requests_;
};

TEST_F(GuestRamTest, ReadsAcrossRangesAndStopsAtHoles) {
    const GuestRam ram({{PhysAddr{0x100}, 4, host_.data() + 10},
                        {PhysAddr{0x104}, 4, host_.data() + 30},
                        {PhysAddr{0x110}, 2, host_.data()}});
    EXPECT_THAT(read(ram, 0x100, 2), ElementsAre(10, 11));
    EXPECT_THAT(read(ram, 0x102, 4), ElementsAre(12, 13, 30, 31));
    EXPECT_THAT(read(ram, 0x106, 100), ElementsAre(32, 33));
    EXPECT_THAT(read(ram, 0x111, 1), ElementsAre(1));
    for (const std::uint64_t hole : {0x0, 0xff, 0x108, 0x10f, 0x112}) {
        EXPECT_THAT(read(ram, hole, 4), ElementsAre()) << hole;
    }
    EXPECT_THAT(read(ram, ~std::uint64_t{0}, 4), ElementsAre());
    EXPECT_THAT(read(GuestRam({}), 0, 4), ElementsAre());
}

TEST_F(GuestRamTest, EndsWithTheAddressSpace) {
    const GuestRam ram({{PhysAddr{0}, 4, host_.data()}, {PhysAddr{~std::uint64_t{0} - 3}, 4, host_.data() + 4}});
    EXPECT_THAT(read(ram, ~std::uint64_t{0} - 1, 8), ElementsAre(6, 7));
}

TEST_F(GuestRamTest, JoinsOnlyWhatIsJoinedInTheHostToo) {
    const auto ram = find(
        "  0000-0007 (prio 0, ram): ram\\r\\n  0008-000f (prio 0, rom): ram @8\\r\\n  0010-001f (prio 0, ram): "
        "ram\\r\\n",
        answer(0, host_.data()) + answer(8, host_.data() + 8) + answer(0x10, host_.data() + 40));
    ASSERT_TRUE(ram) << ram.error().detail;
    ASSERT_EQ((*ram)->ranges().size(), 2u);
    EXPECT_EQ((*ram)->ranges()[0].size, 16u);
    EXPECT_THAT(read(**ram, 0xe, 4), ElementsAre(14, 15, 40, 41));
    EXPECT_NE(requests_.find(R"("gpa2hva 0x10")"), std::string::npos);
}

TEST_F(GuestRamTest, PassesOverWhatIsNoMemoryOfThisProcess) {
    const auto* nowhere = reinterpret_cast<const std::byte*>(std::uintptr_t{0x1000});  // NOLINT
    const std::string ranges = "  0000-0007 (prio 0, ram): ram\\r\\n  0020-0027 (prio 0, ram): ram\\r\\n";
    const auto ram = find(ranges, answer(0, nowhere) + answer(0x20, host_.data()));
    ASSERT_TRUE(ram) << ram.error().detail;
    EXPECT_EQ((*ram)->ranges().size(), 1u);
    EXPECT_THAT(read(**ram, 0x20, 1), ElementsAre(0));

    const auto none = find(ranges, answer(0, nowhere) + "{\"return\": \"Memory at address 0x20 is not RAM\"}\n");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::unsupported);
}

TEST_F(GuestRamTest, FailsWhenQemuDoes) {
    const auto garbage = find("what", "");
    ASSERT_FALSE(garbage);
    EXPECT_EQ(garbage.error().code, Errc::protocol);
    const auto gone = find("  0000-0007 (prio 0, ram): ram\\r\\n", "");
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::gone);
}

TEST_F(GuestRamTest, DropsWhatTheMachineReadsOtherwise) {
    test::FakeMachine machine;
    machine.physical().map(0, 0x3000);
    ASSERT_TRUE(machine.physical().write(0x1000, host_));
    ASSERT_TRUE(machine.physical().write(0x2000, std::span(host_).first(63)));  // the last byte is another one
    GuestRam ram({{PhysAddr{0x1000}, 64, host_.data()},
                  {PhysAddr{0x2000}, 64, host_.data()},
                  {PhysAddr{0x2800}, 1, host_.data()},
                  {PhysAddr{0x8000}, 64, host_.data()}});  // where the machine has nothing
    const auto dropped = ram.verify(machine);
    ASSERT_TRUE(dropped) << dropped.error().detail;
    EXPECT_EQ(*dropped, 2u);
    ASSERT_EQ(ram.ranges().size(), 2u);
    EXPECT_EQ(ram.ranges()[1].start.value, 0x2800u);
}

TEST_F(GuestRamTest, KeepsWhatDiffersOnceOnly) {
    /// Another answer at first.
    class Unsteady final : public test::FakeMachine {
      public:
        Expected<std::size_t> read_physical(PhysAddr address, std::span<std::byte> out) override {
            const auto count = FakeMachine::read_physical(address, out);
            if (calls++ == 0) {
                out[0] ^= std::byte{1};
            }
            return count;
        }
        unsigned calls = 0;
    };
    Unsteady machine;
    machine.physical().map(0x1000, 64);
    ASSERT_TRUE(machine.physical().write(0x1000, host_));
    GuestRam ram({{PhysAddr{0x1000}, 64, host_.data()}});
    EXPECT_EQ(ram.verify(machine).value_or(9), 0u);
    EXPECT_EQ(machine.calls, 3u);
}

TEST_F(GuestRamTest, IsNotVerifiedByAMachineThatFails) {
    test::FakeMachine machine;
    machine.start();
    GuestRam ram({{PhysAddr{0x1000}, 64, host_.data()}});
    const auto dropped = ram.verify(machine);
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, Errc::running);
    EXPECT_EQ(ram.ranges().size(), 1u);
}

TEST_F(GuestRamTest, MachineMemoryReadsThePausedMachine) {
    test::FakeMachine machine;
    machine.physical().map(0x1000, 0x1000);
    ASSERT_TRUE(machine.physical().write(0x1fc0, host_));
    const MachineMemory memory(machine);
    EXPECT_THAT(read(memory, 0x1fc2, 2), ElementsAre(2, 3));
    EXPECT_THAT(read(memory, 0x1ffe, 8), ElementsAre(62, 63));
    EXPECT_THAT(read(memory, 0x2000, 8), ElementsAre());
    EXPECT_THAT(read(memory, 0x1000, 0), ElementsAre());
    machine.start();
    EXPECT_THAT(read(memory, 0x1fc2, 2), ElementsAre());
}

TEST(HostMappingsTest, AnswerForWholeRangesOnly) {
    const HostMappings mappings(
        "1000-2000 r--p 00000000 08:01 1 /bin/x\n"
        "2000-3000 rw-p 00000000 00:00 0\n"
        "3000-4000 ---p 00000000 00:00 0\n"
        "nonsense\n"
        "5000-5000 r--p\n"
        "-\n"
        "f000-10000 r-xp 00000000 00:00 0");
    EXPECT_TRUE(mappings.readable(0x1000, 0x2000));
    EXPECT_TRUE(mappings.readable(0x2fff, 1));
    EXPECT_TRUE(mappings.readable(0xffff, 1));
    EXPECT_FALSE(mappings.readable(0x2fff, 2));
    EXPECT_FALSE(mappings.readable(0xfff, 2));
    EXPECT_FALSE(mappings.readable(0x5000, 1));
    EXPECT_FALSE(mappings.readable(0x1000, ~std::uint64_t{0}));
    EXPECT_FALSE(HostMappings("").readable(0, 1));
    const int here = 0;
    EXPECT_TRUE(HostMappings::of_this_process().readable(reinterpret_cast<std::uintptr_t>(&here), sizeof(here)));
}

}  // namespace
}  // namespace hvgdb::emulator
