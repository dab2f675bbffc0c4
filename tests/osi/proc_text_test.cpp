// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/proc_text.hpp"

#include <gmock/gmock.h>
#include <string>

#include "tests/support/fake_os.hpp"

namespace hvgdb::osi {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint64_t kPrivateFile = 0x0800'0075;  // rd ex mr mw me sd
constexpr std::uint64_t kReadWrite = 0x0810'0073;    // rd wr mr mw me ac sd
constexpr std::uint64_t kOnceWritten = 0x0810'0071;  // rd mr mw me ac sd
constexpr std::uint64_t kSharedWrite = 0x0800'00fb;  // rd wr sh mr mw me ms sd
constexpr std::uint64_t kDeviceLike = 0x0c04'4411;   // rd mr pf io de dd sd

Mapping area(std::uint64_t start, std::uint64_t end, std::uint64_t flags, std::string name) {
    return {.start = VirtAddr{start},
            .end = VirtAddr{end},
            .read = (flags & 1) != 0,
            .write = (flags & 2) != 0,
            .execute = (flags & 4) != 0,
            .shared = (flags & 0x80) != 0,
            .flags = flags,
            .name = std::move(name)};
}

class ProcText : public testing::Test {
  protected:
    ProcText() {
        Process process;
        process.pid = 812;
        process.parent = 1;
        process.namespace_pids = {812, 3};
        process.uid = 1000;
        process.effective_uid = 0;
        process.gid = 100;
        process.command = "a\nb\\c d";
        process.state = 'S';
        process.start_time = 780'123'456;
        process.threads = 2;
        auto& made = os.guest.add(process);
        made.threads.front().cpu = 1;
        made.threads.push_back({.tid = 813,
                                .pid = 812,
                                .namespace_tids = {813, 4},
                                .command = "worker",
                                .state = 'R',
                                .cpu = 3,
                                .vcpu = std::nullopt,
                                .task = {}});
        made.arguments = {"/bin/x", "", "y"};
        made.environment = {"A=1"};
        made.auxiliary_vector = {{.type = 3, .value = 0x400040}};
        made.executable = "/bin/x";
        made.working_directory = "/tmp";
        auto file = area(0x400000, 0x401000, kPrivateFile, "/bin/new\nline");
        file.offset = 0x2000;
        file.device_major = 8;
        file.device_minor = 0x11;
        file.inode = 99;
        made.mappings = {file, area(0x7ffc08f29000, 0x7ffc08f2b000, kReadWrite, ""),
                         area(0xffffffffff600000, 0xffffffffff601000, 4, "[vsyscall]")};
        process.pid = 900;
        process.state = 'Z';
        process.exit_code = 256;
        os.guest.add(process);
    }
    std::string file(std::string_view path) { return text(proc_file(os, path)); }
    std::string link(std::string_view path) { return text(proc_link(os, path)); }
    /// The line of status that begins with a name.
    std::string status(std::string_view path, const std::string& name) {
        const auto all = "\n" + file(path);
        const auto start = all.find("\n" + name + ":\t");
        return start == std::string::npos
                   ? "(none)"
                   : all.substr(start + name.size() + 3, all.find('\n', start + 1) - start - name.size() - 3);
    }

    test::FakeOs os;

  private:
    static std::string text(const Expected<std::string>& made) {
        return made ? *made : (made.error().code == Errc::not_found ? "not found: " : "error: ") + made.error().detail;
    }
};

TEST_F(ProcText, MapsAreAsTheKernelPrintsThem) {
    const std::string expected =
        "00400000-00401000 r-xp 00002000 08:11 99                                 /bin/new\\012line\n"
        "7ffc08f29000-7ffc08f2b000 rw-p 00000000 00:00 0 \n"
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
    EXPECT_EQ(file("/proc/812/maps"), expected);
    EXPECT_EQ(file("/proc/812/task/813/maps"), expected);
}

TEST_F(ProcText, SmapsTellWhatBelongsInACoreFile) {
    struct Case {
        std::uint64_t flags;
        std::string_view anonymous;
        std::string_view names;
    };
    for (const auto& [flags, anonymous, names] :
         {Case{kPrivateFile, "0", "rd ex mr mw me sd "}, Case{kReadWrite, "8", "rd wr mr mw me ac sd "},
          Case{kOnceWritten, "8", "rd mr mw me ac sd "}, Case{kSharedWrite, "0", "rd wr sh mr mw me ms sd "},
          Case{kDeviceLike, "0", "rd mr pf io de dd sd "}, Case{0x0040'0103, "8", "rd wr gd ht "}}) {
        os.guest.processes.front().mappings = {area(0x1000, 0x3000, flags, "/x")};
        const auto text = file("/proc/812/smaps");
        EXPECT_THAT(text, AllOf(StartsWith("00001000-00003000 "), HasSubstr("\nSize:                  8 kB\n"),
                                HasSubstr("\nAnonymous:             " + std::string(anonymous) + " kB\n"),
                                EndsWith("\nVmFlags: " + std::string(names) + "\n")));
    }
}

TEST_F(ProcText, StatusOfAProcessAndOfAThread) {
    constexpr std::string_view kProcess = "/proc/812/status";
    constexpr std::string_view kThread = "/proc/812/task/813/status";
    EXPECT_EQ(status(kProcess, "Name"), "a\\nb\\\\c d");
    EXPECT_EQ(status(kProcess, "State"), "S (sleeping)");
    EXPECT_EQ(status(kProcess, "Tgid"), "812");
    EXPECT_EQ(status(kProcess, "PPid"), "1");
    EXPECT_EQ(status(kProcess, "TracerPid"), "0");
    EXPECT_EQ(status(kProcess, "Uid"), "1000\t0\t0\t0");
    EXPECT_EQ(status(kProcess, "Gid"), "100\t100\t100\t100");
    EXPECT_EQ(status(kProcess, "NSpid"), "812\t3");
    EXPECT_EQ(status(kProcess, "VmSize"), "      12 kB") << "without [vsyscall]";
    EXPECT_EQ(status(kProcess, "Threads"), "2");
    EXPECT_EQ(status(kThread, "Name"), "worker");
    EXPECT_EQ(status(kThread, "State"), "R (running)");
    EXPECT_EQ(status(kThread, "Tgid"), "812");
    EXPECT_EQ(status(kThread, "Pid"), "813");
    EXPECT_EQ(status(kThread, "NStgid"), "812\t3");
    EXPECT_EQ(status(kThread, "NSpid"), "813\t4");
    EXPECT_EQ(status("/proc/900/status", "VmSize"), "(none)");
    EXPECT_EQ(status("/proc/900/status", "State"), "Z (zombie)");
}

TEST_F(ProcText, StatHasItsFieldsInTheirPlaces) {
    EXPECT_EQ(
        file("/proc/812/stat"),
        "812 (a\nb\\c d) S 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 0 0 2 0 78 12288 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 "
        "0 0 0 0 0 0 0\n");
    EXPECT_THAT(file("/proc/812/task/813/stat"),
                AllOf(StartsWith("813 (worker) R 1 "), HasSubstr(" 2 0 0 12288 "), HasSubstr(" 0 3 0 ")));
    EXPECT_THAT(file("/proc/900/stat"), EndsWith(" 256\n"));
}

TEST_F(ProcText, SmallFilesAndLinks) {
    EXPECT_EQ(file("/proc/812/cmdline"), std::string("/bin/x\0\0y\0", 10));
    EXPECT_EQ(file("/proc/812/environ"), std::string("A=1\0", 4));
    EXPECT_EQ(file("/proc/812/comm"), "a\nb\\c d\n");
    EXPECT_EQ(file("/proc/812/task/813/comm"), "worker\n");
    EXPECT_EQ(file("/proc/812/coredump_filter"), "00000033\n");
    EXPECT_EQ(file("/proc/812/auxv"), std::string("\3\0\0\0\0\0\0\0\x40\0\x40\0\0\0\0\0", 16) + std::string(16, '\0'));
    os.guest.processes.front().process.compat = true;
    EXPECT_EQ(file("/proc/812/auxv"), std::string("\3\0\0\0\x40\0\x40\0", 8) + std::string(24, '\0'));
    EXPECT_EQ(file("/proc/900/auxv"), "");
    EXPECT_EQ(link("/proc/812/exe"), "/bin/x");
    EXPECT_EQ(link("/proc/812/task/813/cwd"), "/tmp");
    EXPECT_EQ(link("/proc/812/root"), "/");
}

TEST_F(ProcText, WhatIsNotThereIsNotFound) {
    for (const auto* path : {"",
                             "/",
                             "/proc",
                             "/proc/",
                             "/proc/812",
                             "/proc/812/",
                             "/proc/self/maps",
                             "/proc/0812/maps",
                             "/proc/+812/maps",
                             "/proc/-1/maps",
                             "/proc/99999999999/maps",
                             "/proc/777/maps",
                             "/proc/813/maps",
                             "/proc/812/mem",
                             "/proc/812/maps/",
                             "/proc/812//maps",
                             "/proc/812/task",
                             "/proc/812/task/maps",
                             "/proc/812/task/900/comm",
                             "/proc/812/task/777/maps",
                             "/proc/812/task/813/task/813/maps",
                             "proc/812/maps",
                             "/proc/812/exe",
                             "/proc/0/maps"}) {
        EXPECT_THAT(file(path), StartsWith("not found: ")) << path;
    }
    for (const auto* path :
         {"/proc/812/maps", "/proc/777/exe", "/proc/777/root", "/proc/900/exe", "/proc/812/task/777/exe"}) {
        EXPECT_THAT(link(path), StartsWith("not found: ")) << path;
    }
}

TEST_F(ProcText, ErrorsOfTheGuestAreTold) {
    os.refuse(Error{Errc::fault, "torn"});
    for (const auto* name :
         {"maps", "smaps", "status", "stat", "cmdline", "environ", "auxv", "comm", "coredump_filter"}) {
        EXPECT_EQ(file("/proc/812/" + std::string(name)), "error: torn") << name;
    }
    os.refuse(std::nullopt);
    os.refuse(test::FakeOs::Call::mappings, {Errc::fault, "torn"});
    EXPECT_THAT(file("/proc/812/status"), AllOf(HasSubstr("Pid:\t812\n"), Not(HasSubstr("VmSize"))));
}

}  // namespace
}  // namespace hvgdb::osi
