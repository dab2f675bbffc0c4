// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands about the guest's operating system answer, but for lists of processes and JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/text.hpp"
#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using Call = test::FakeOs::Call;

class OsReportTest : public testing::Test, public ConsoleFixture {
  protected:
    OsReportTest() { os.guest = sample_guest(); }

    test::FakeProcess& sshd() { return os.guest.processes[3]; }
};

TEST_F(OsReportTest, OsinfoTellsTheFacts) {
    EXPECT_EQ(ask("osinfo"),
              "kernel      Linux 6.12.107+deb13-cloud-amd64\n"
              "image       0xffffffff81000000, 41 MiB\n"
              "structures  the kernel's own type information (BTF), 121185 types\n"
              "events, by the kernel functions that tell them:\n"
              "forked  wake_up_new_task\n");
    os.guest.facts.clear();
    EXPECT_THAT(ask("osinfo"), testing::StartsWith("nothing is known of the kernel\n"));
}

TEST_F(OsReportTest, ProcinfoTellsAboutTheCurrentProcess) {
    const auto text = ask("procinfo");
    EXPECT_EQ(text,
              "pid             812\n"
              "name            sshd\n"
              "parent          1 (systemd)\n"
              "namespace pids  812 7\n"
              "uid             1000\n"
              "effective uid   0\n"
              "gid             0\n"
              "state           R running\n"
              "threads         2\n"
              "started         4.81 s after boot\n"
              "kind            program, 64-bit\n"
              "program         /usr/sbin/sshd\n"
              "directory       /\n"
              "command line    sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\n"
              "address space   0x59a4000\n"
              "task            0xffff888001658000\n");
    EXPECT_EQ(ask("procinfo 812", 1), text);
}

TEST_F(OsReportTest, ProcinfoOfAKernelThreadHasNoProgram) {
    const auto text = ask("procinfo 2");
    EXPECT_THAT(text, HasSubstr("parent          0 (the kernel)\n"));
    EXPECT_THAT(text, HasSubstr("state           I idle\n"));
    EXPECT_THAT(text, HasSubstr("kind            kernel thread\n"
                                "program         none\n"
                                "directory       none\n"
                                "command line    [kthreadd]\n"
                                "address space   none\n"));
    EXPECT_EQ(os.calls(Call::arguments), 0u);
}

TEST_F(OsReportTest, ProcinfoTellsHowAZombieEnded) {
    sshd().process.state = 'Z';
    const struct {
        std::uint32_t code;
        std::string_view text;
    } rows[] = {{0x2a00, "exit            status 42\n"},
                {0, "exit            status 0\n"},
                {9, "exit            signal 9\n"},
                {0x8b, "exit            signal 11\n"}};
    for (const auto& row : rows) {
        sshd().process.exit_code = row.code;
        EXPECT_THAT(ask("procinfo 812"), HasSubstr("state           Z zombie\n" + std::string(row.text)));
    }
}

TEST_F(OsReportTest, ProcinfoNamesEveryState) {
    for (const char state : std::string("RSDTtXZI")) {
        sshd().process.state = state;
        EXPECT_THAT(ask("procinfo 812"), Not(HasSubstr("unknown"))) << state;
    }
    sshd().process.state = '\x1b';
    EXPECT_THAT(ask("procinfo 812"), HasSubstr("state           . unknown\n"));
}

TEST_F(OsReportTest, ProcinfoTellsWhatIsUnreadableInItsRow) {
    const Error fault{Errc::fault, "no memory there"};
    for (const auto call : {Call::executable, Call::working_directory, Call::arguments}) {
        os.refuse(call, fault);
    }
    auto& process = sshd().process;
    process.parent = 4711;
    process.namespace_pids.clear();
    process.uid.reset();
    process.effective_uid.reset();
    process.gid.reset();
    process.start_time.reset();
    EXPECT_EQ(ask("procinfo 812"),
              "pid             812\n"
              "name            sshd\n"
              "parent          4711 (unreadable)\n"
              "namespace pids  unreadable\n"
              "uid             unreadable\n"
              "effective uid   unreadable\n"
              "gid             unreadable\n"
              "state           R running\n"
              "threads         2\n"
              "started         unreadable\n"
              "kind            program, 64-bit\n"
              "program         unreadable\n"
              "directory       unreadable\n"
              "command line    unreadable\n"
              "address space   0x59a4000\n"
              "task            0xffff888001658000\n");
    process.parent.reset();
    EXPECT_THAT(ask("procinfo 812"), HasSubstr("parent          unreadable\n"));
}

TEST_F(OsReportTest, ProcinfoTellsThirtyTwoBitPrograms) {
    EXPECT_THAT(ask("procinfo 1001"), HasSubstr("kind            program, 32-bit\n"));
}

TEST_F(OsReportTest, ProcinfoBreaksALongCommandLine) {
    sshd().arguments.assign(5000, "word");
    const auto text = ask("procinfo 812");
    EXPECT_THAT(text, HasSubstr("command line    word word"));
    EXPECT_THAT(text, HasSubstr("\n                word word"));
    EXPECT_THAT(text, HasSubstr("...\naddress space"));
    EXPECT_LT(text.size(), 8192u);
}

TEST_F(OsReportTest, ThreadinfoMarksTheThreadOfTheSelectedVcpu) {
    EXPECT_EQ(ask("threadinfo"),
              "   tid  vCPU  last cpu  name  task                state\n"
              "*  812     0         0  sshd  0xffff888001658000  R running\n"
              "   813     -         1  sshd  0xffff888001680000  S sleeping\n");
    EXPECT_THAT(ask("threadinfo 812", 1), Not(HasSubstr("*")));
}

TEST_F(OsReportTest, MeminfoListsAndSums) {
    EXPECT_EQ(ask("meminfo"),
              "start             end               mode   KiB  offset  name\n"
              "0000555555554000  000055555557a000  r--p   152       0  /usr/sbin/sshd\n"
              "000055555557a000  000055555560b000  r-xp   580   26000  /usr/sbin/sshd\n"
              "000055555562f000  0000555555650000  rw-p   132       0  [heap]\n"
              "00007ffff7c00000  00007ffff7c28000  r--p   160       0  ...4-linux-gnu/libc.so.6\n"
              "00007ffff7c28000  00007ffff7d8d000  r-xp  1428   28000  ...4-linux-gnu/libc.so.6\n"
              "00007ffff7fa0000  00007ffff7fa1000  rw-s     4       0  /memfd:x (deleted)\n"
              "00007ffffffde000  00007ffffffff000  rw-p   132       0  [stack]\n"
              "7 mappings, 2.5 MiB: 1.9 MiB executable, 268 KiB writable\n"
              "heap 132 KiB, stack 132 KiB\n");
    EXPECT_EQ(ask("meminfo 2"), "process 2 has no memory of its own\n");
}

TEST_F(OsReportTest, MeminfoOfNonsenseSizesIsATable) {
    sshd().mappings.resize(1);
    sshd().mappings[0].start = VirtAddr{~0ULL};
    sshd().mappings[0].end = VirtAddr{0};
    sshd().mappings[0].name = kHostile;
    EXPECT_EQ(ask("meminfo"),
              "start             end               mode  KiB  offset  name\n"
              "ffffffffffffffff  0000000000000000  r--p    0       0  .]0;owned.  row ..\n"
              "1 mappings, 0 bytes: 0 bytes executable, 0 bytes writable\n"
              "heap 0 bytes, stack 0 bytes\n");
}

TEST_F(OsReportTest, MeminfoShowsOnlySoManyRows) {
    sshd().mappings.assign(kMostRows + 2, sshd().mappings[0]);
    EXPECT_THAT(ask("meminfo"), HasSubstr("sshd\nand 2 more\n65538 mappings, 9.5 GiB"));
}

TEST_F(OsReportTest, FilesListsThem) {
    EXPECT_EQ(ask("files"),
              "fd  mode    flags  position  name\n"
              " 0  r     0100000         0  /dev/null\n"
              " 1  rw         02         0  socket:[15077]\n"
              "14  w     0102001     51234  /var/log/auth.log\n");
    EXPECT_EQ(ask("files 1"), "process 1 has no open files\n");
    sshd().files = {{.number = 7, .name = std::string(200, 'd') + "/end", .position = 0, .flags = 3, .inode = 0}};
    EXPECT_THAT(ask("files"), EndsWith("ddd/end\n"));
}

TEST_F(OsReportTest, ModulesListsThem) {
    EXPECT_EQ(ask("modules"),
              "           address     size  users  state    name\n"
              "0xffffffffc0602000  104 KiB      0  Live     virtio_net\n"
              "0xffffffffc0458000  1.0 MiB      -  Loading  ext4\n");
    os.guest.modules.clear();
    EXPECT_EQ(ask("modules"), "no modules\n");
}

TEST_F(OsReportTest, KsymFindsNamesAndAddresses) {
    machine.set_register(VcpuId{1}, "rip", 0xffff'ffff'8100'0042);
    const struct {
        std::string_view line, answer;
    } rows[] = {
        {"ksym do_exit", "0xffffffff810a4b20 do_exit\n"},
        {"ksym 0xffffffff810a4b20", "0xffffffff810a4b20 do_exit\n"},
        {"ksym *0xffffffff810a4b27", "0xffffffff810a4b27 do_exit+0x7\n"},
        {"ksym 0xffffffffc0459010", "0xffffffffc0459010 ext4_sync_fs+0x10 [ext4]\n"},
        {"ksym $rip", "0xffffffff81000042 _stext+0x42\n"},
        {"ksym nope", "ksym: no such symbol\n"},
        {"ksym 0", "ksym: no symbol there\n"},
        {"ksym $xmm0", "ksym: xmm0 is wider than an address\n"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(ask(row.line, 1), row.answer) << row.line;
    }
}

TEST_F(OsReportTest, AnIdleVcpuRunsNoProcess) {
    for (const std::string command : {"procinfo", "threadinfo", "meminfo", "files"}) {
        EXPECT_EQ(ask(command, 1), command + ": vCPU 1 is idle, name a process (\"proclist\" lists them)\n");
    }
}

TEST_F(OsReportTest, AnswersWhileTheGuestRuns) {
    machine.start();
    EXPECT_THAT(ask("procinfo"), HasSubstr("pid             812\n"));
    EXPECT_EQ(ask("ksym do_exit"), "0xffffffff810a4b20 do_exit\n");
}

}  // namespace
}  // namespace hvgdb::monitor
