// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_text.hpp"

#include <gtest/gtest.h>
#include <ostream>

#include "emulator/hex.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {
namespace {

using namespace osi::event;

osi::Event event_of(decltype(osi::Event::what) what) {
    return {.kind = static_cast<osi::EventKind>(what.index()),
            .vcpu = {},
            .pid = 812,
            .tid = 813,
            .command = "cat",
            .what = std::move(what)};
}

Started started(std::string path, std::vector<std::string> arguments) {
    Started what;
    what.path = std::move(path);
    what.arguments = std::move(arguments);
    return what;
}

Mapped mapped(std::uint64_t flags, std::string path) {
    return {.start = {0x7000}, .length = 0x3000, .offset = 0x1000, .flags = flags, .path = std::move(path)};
}

/// struct siginfo of 64 bits.
Signal signal(unsigned number, int code, std::uint64_t at_16, bool by_default = false) {
    Signal what{.number = number, .by_default = by_default};
    const auto put = [&](std::size_t offset, std::uint64_t value, std::size_t size) {
        const auto bytes = store_little_endian(value, size);
        std::ranges::copy(bytes, what.info.begin() + static_cast<std::ptrdiff_t>(offset));
    };
    put(0, number, 4);
    put(8, static_cast<std::uint32_t>(code), 4);
    put(16, at_16, 8);
    return what;
}

struct Row {
    decltype(osi::Event::what) what;
    std::string text;
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.text; }
};

class EventTexts : public testing::TestWithParam<Row> {};

TEST_P(EventTexts, AreLines) {
    EXPECT_EQ(event_text(event_of(GetParam().what)), "[812.813] cat: " + GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Processes, EventTexts,
    testing::Values(Row{started("/bin/cat", {"cat", "/etc/passwd"}), R"(started /bin/cat "cat" "/etc/passwd")"},
                    Row{started("", {}), "started a program whose path is unreadable"},
                    Row{started("/a b", {"", "\"\\", "x\ny\x1b[0m\xff"}), R"(started /a b "" "\"\\" "x y.[0m.")"},
                    Row{started("/a", {std::string(129, 'x')}), "started /a \"" + std::string(128, 'x') + "...\""},
                    Row{Forked{.child = 900, .vfork = false}, "forked 900"},
                    Row{Forked{.child = 900, .vfork = true}, "vforked 900"}, Row{ThreadCreated{814}, "made thread 814"},
                    Row{ThreadExited{0x300}, "thread exited with 3"}, Row{Exited{0}, "exited with 0"},
                    Row{Exited{0xff00}, "exited with 255"}, Row{Exited{9}, "killed by SIGKILL"},
                    Row{Exited{0x8b}, "killed by SIGSEGV (core dumped)"}, Row{Exited{35}, "killed by signal 35"},
                    Row{Gone{900}, "900 is gone"}));

INSTANTIATE_TEST_SUITE_P(
    Mappings, EventTexts,
    testing::Values(Row{mapped(5, "/lib/x\n.so"), "mapped 0x7000, 12 KiB r-xp of /lib/x .so from 0x1000"},
                    Row{mapped(0xb, ""), "mapped 0x7000, 12 KiB rw-s"},
                    Row{mapped(0x100, ""), "mapped 0x7000, 12 KiB ---p"},
                    Row{Unmapped{{0xffff'ffff'ffff'f000}, 4096}, "unmapped 0xfffffffffffff000, 4 KiB"}));

INSTANTIATE_TEST_SUITE_P(
    Signals, EventTexts,
    testing::Values(Row{signal(11, 1, 0, true), "signal SIGSEGV at 0x0, by default"},
                    Row{signal(11, 0x80, 0), "signal SIGSEGV from the kernel"},
                    Row{signal(8, 1, 0xffff'ffff'ffff'ffff), "signal SIGFPE at 0xffffffffffffffff"},
                    Row{signal(15, 0, 700), "signal SIGTERM from 700"},
                    Row{signal(11, -6, 700), "signal SIGSEGV from 700"},
                    Row{signal(17, 1, 900), "signal SIGCHLD about 900"},
                    Row{signal(14, -2, 5), "signal SIGALRM from a timer"},
                    Row{signal(34, -1, 700), "signal 34 from 700"}, Row{signal(2, 5, 700), "signal SIGINT"},
                    Row{Signal{.number = 15}, "signal SIGTERM"}, Row{Signal{.number = ~0U}, "signal 4294967295"}));

INSTANTIATE_TEST_SUITE_P(SystemCalls, EventTexts,
                         testing::Values(Row{SyscallEntered{257, {0xffff'ff9c, 0x7fff'0000'1000, 0, 0, 77, 78}},
                                             "openat(-100, 0x7fff00001000, 0, 0) entered"},
                                         Row{SyscallEntered{39, {1, 2, 3, 4, 5, 6}}, "getpid() entered"},
                                         Row{SyscallEntered{9, {0, 4096, 3, 0x22, 0xffff'ffff'ffff'ffff, 4095}},
                                             "mmap(0, 0x1000, 3, 34, -1, 4095) entered"},
                                         Row{SyscallEntered{1, {7}, true}, "exit(7) entered"},
                                         Row{SyscallEntered{999, {}}, "system call 999(0, 0, 0, 0, 0, 0) entered"},
                                         Row{SyscallReturned{257, 3}, "openat = 3"},
                                         Row{SyscallReturned{257, -2}, "openat = -2 (ENOENT)"},
                                         Row{SyscallReturned{0, -512}, "read = -512 (ERESTARTSYS)"},
                                         Row{SyscallReturned{0, -4000}, "read = -4000"},
                                         Row{SyscallReturned{0, -4096}, "read = 0xfffffffffffff000"},
                                         Row{SyscallReturned{9, 0x7fff'0000'1000}, "mmap = 0x7fff00001000"},
                                         Row{SyscallReturned{295, 4, true}, "openat = 4"}));

INSTANTIATE_TEST_SUITE_P(Switches, EventTexts,
                         testing::Values(Row{Switched{.thread = 901, .process = 900}, "the CPU goes to 900.901"},
                                         Row{Switched{}, "the CPU goes idle"}));

TEST(EventText, NamesNobodyWithoutACommand) {
    auto event = event_of(Exited{0});
    event.command = "";
    EXPECT_EQ(event_text(event), "[812.813] ?: exited with 0");
    event.command = "a\nb\x1b\xff" + std::string(40, 'x');
    EXPECT_EQ(event_text(event), "[812.813] a b..xxxxxxxxxxx...: exited with 0");
}

TEST(EventText, IsBoundedAndPrintableWhateverTheGuestSays) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    std::string hostile;
    while (hostile.size() < 100'000) {
        hostile += all;
    }
    const std::vector<std::string> many(5000, std::string(127, '"'));
    for (const auto& what :
         {decltype(osi::Event::what)(started(hostile, {hostile, hostile})),
          decltype(osi::Event::what)(started(hostile, many)), decltype(osi::Event::what)(mapped(~0ULL, hostile))}) {
        auto event = event_of(what);
        event.command = hostile;
        const auto text = event_text(event);
        EXPECT_LE(text.size(), kLongestEventText);
        EXPECT_EQ(text, printable(text));
    }
    EXPECT_TRUE(event_text(event_of(started("/a", many))).ends_with("\" ..."));
}

}  // namespace
}  // namespace hvgdb::monitor
