// SPDX-License-Identifier: GPL-2.0-or-later
// vFile packets, and where the files behind them come from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "emulator/hex.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/fake_os.hpp"
#include "tests/support/host_folder.hpp"

namespace hvgdb::gdbserver {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kNoEntry = "F-1,2";

Expected<std::string> proc_file(osi::Os&, std::string_view path) {
    if (path == "/proc/5/maps") {
        return "made up";
    }
    if (path == "/proc/5/mem") {
        return fail(Errc::fault, "torn");
    }
    return fail(Errc::not_found, "no such file");
}

Expected<std::string> proc_link(osi::Os&, std::string_view path) {
    if (path == "/proc/5/exe") {
        return "/bin/five";
    }
    if (path == "/proc/5/fd/3") {  // a file that is named like one of /proc, in circles
        return "/proc/5/fd/3";
    }
    return fail(Errc::not_found, "no such link");
}

/// Three processes that see different files: 1, 5 and 7.
class Files : public testing::Test {
  protected:
    Files() {
        for (const osi::ProcessId pid : {1U, 5U, 7U}) {
            osi::Process process;
            process.pid = pid;
            auto& made = os.guest.add(process);
            made.contents["/who"] = std::to_string(pid);
            made.contents["/proc/5/maps"] = "not this one";
            made.links["/link"] = "target of " + std::to_string(pid);
        }
        os.guest.processes[1].contents["/bin/five"] = std::string(
            "\x7f"
            "ELF}*#$\0x",
            10);
        rig.stub.set_os(&os);
        rig.stub.set_proc_texts({.file = proc_file, .link = proc_link});
        rig.connect_quietly();
    }

    std::string open(std::string_view path, std::string_view flags = "0") {
        return rig.ask("vFile:open:" + encode_hex(path) + "," + std::string(flags) + ",1c0");
    }
    /// All of a file, or the error.
    std::string contents(std::string_view path) {
        const auto opened = open(path);
        if (opened != "F3") {
            return opened;
        }
        auto text = rig.ask("vFile:pread:3,1000,0");
        (void)rig.ask("vFile:close:3");
        return text.substr(text.find(';') + 1);
    }

    test::FakeOs os;
    test::StubRig rig;
};

TEST_F(Files, AnswerWhatGdbProbes) {
    EXPECT_EQ(rig.ask("vFile:setfs:0"), "F0");
    EXPECT_EQ(rig.ask("vFile:open:6a7573742070726f62696e67,0,1c0"), kNoEntry);  // "just probing"
    rig.stub.set_os(nullptr);
    EXPECT_EQ(rig.ask("vFile:open:6a7573742070726f62696e67,0,1c0"), kNoEntry);
    EXPECT_EQ(open("/who"), kNoEntry);
    EXPECT_EQ(rig.ask("vFile:lstat:" + encode_hex("/who")), kNoEntry);
    EXPECT_EQ(rig.ask("vFile:readlink:" + encode_hex("/link")), kNoEntry);
}

TEST_F(Files, AreReadInPieces) {
    ASSERT_EQ(rig.ask("vFile:setfs:5"), "F0");
    ASSERT_EQ(open("/bin/five"), "F3");
    EXPECT_EQ(rig.ask("vFile:pread:3,4,0"),
              "F4;\x7f"
              "ELF");
    EXPECT_EQ(rig.ask("vFile:pread:3,ffffffffffffffff,4"), std::string("F6;}*#$\0x", 9));
    EXPECT_EQ(rig.ask("vFile:pread:3,4,a"), "F0;");
    EXPECT_EQ(rig.ask("vFile:pread:3,4,ffffffffffffffff"), "F0;");
    EXPECT_EQ(rig.ask("vFile:pread:3,0,0"), "F0;");
    EXPECT_EQ(rig.ask("vFile:close:3"), "F0");
    EXPECT_EQ(rig.ask("vFile:pread:3,4,0"), "F-1,9");
}

TEST_F(Files, FitOurPacketsEvenIfEveryByteIsEscaped) {
    os.guest.processes[0].contents["/long"] = std::string(3 * kPacketSize, '#');
    ASSERT_EQ(open("/long"), "F3");
    rig.raw.clear();
    EXPECT_THAT(rig.ask("vFile:pread:3,2001f,0"), StartsWith("Ffff8;####"));
    EXPECT_LE(rig.raw.size(), kPacketSize);
}

TEST_F(Files, AreSeenAsTheChosenProcessSeesThem) {
    EXPECT_EQ(contents("/who"), "1");
    for (const auto* pid : {"5", "7"}) {
        ASSERT_EQ(rig.ask("vFile:setfs:" + std::string(pid)), "F0");
        EXPECT_EQ(contents("/who"), pid);
        EXPECT_THAT(rig.ask("vFile:readlink:" + encode_hex("/link")), HasSubstr("target of " + std::string(pid)));
    }
    ASSERT_EQ(rig.ask("vFile:setfs:" + hex_number(MachineInferior::kPid)), "F0");
    EXPECT_EQ(contents("/who"), "1");
    ASSERT_EQ(rig.ask("vFile:setfs:9"), "F0");
    EXPECT_EQ(contents("/who"), kNoEntry);
}

TEST_F(Files, UnderProcAreMadeUpWhoeverAsks) {
    for (const auto* pid : {"0", "7"}) {
        ASSERT_EQ(rig.ask("vFile:setfs:" + std::string(pid)), "F0");
        EXPECT_EQ(contents("/proc/5/maps"), "made up");
        EXPECT_EQ(contents("/proc/5/mem"), "F-1,5");
        EXPECT_EQ(contents("/proc/5/nothing"), kNoEntry);
        EXPECT_EQ(rig.ask("vFile:readlink:" + encode_hex("/proc/5/exe")), "F9;/bin/five");
        EXPECT_THAT(contents("/proc/5/exe"), StartsWith("\x7f"
                                                        "ELF"));
        EXPECT_EQ(contents("/proc/5/fd/3"), kNoEntry);
        EXPECT_EQ(rig.ask("vFile:size:" + encode_hex("/proc/5/maps")), "F7");
        EXPECT_EQ(rig.ask("vFile:size:" + encode_hex("/proc/5/exe")), "Fa");
        EXPECT_THAT(rig.ask("vFile:lstat:" + encode_hex("/proc/5/exe")), HasSubstr(std::string("\0\0\xa1\xff", 4)));
    }
}

// GDB manual, "struct stat": 64 bytes, big endian.
TEST_F(Files, TellTheirStatus) {
    const auto expected = [](std::string_view mode, char size) {
        return "F40;" + std::string(8, '\0') + std::string(mode) + std::string("\0\0\0\1", 4) + std::string(12, '\0') +
               std::string(7, '\0') + size + std::string("\0\0\0\0\0\0\x10\0", 8) + std::string("\0\0\0\0\0\0\0\1", 8) +
               std::string(12, '\0');
    };
    const auto file = expected({"\0\0\x81\xa4", 4}, 1);
    ASSERT_EQ(open("/who"), "F3");
    EXPECT_EQ(rig.ask("vFile:fstat:3"), file);
    EXPECT_EQ(rig.ask("vFile:fstat:4"), "F-1,9");
    EXPECT_EQ(rig.ask("vFile:stat:" + encode_hex("/who")), file);
    EXPECT_EQ(rig.ask("vFile:lstat:" + encode_hex("/link")), expected({"\0\0\xa1\xff", 4}, 11));
    EXPECT_EQ(rig.ask("vFile:stat:" + encode_hex("/nothing")), kNoEntry);
    EXPECT_EQ(rig.ask("vFile:mode:" + encode_hex("/who")), "F1a4");
    EXPECT_EQ(rig.ask("vFile:exists:" + encode_hex("/who")), "F,1");
    EXPECT_EQ(rig.ask("vFile:exists:" + encode_hex("/nothing")), "F,0");
}

TEST_F(Files, AreLimitedInNumberAndClosedWhenTheClientLeaves) {
    for (unsigned i = 0; i < FileTable::kMostOpen; ++i) {
        EXPECT_EQ(open("/who"), "F" + hex_number(FileTable::kFirst + i));
    }
    EXPECT_EQ(open("/who"), "F-1,18");
    EXPECT_EQ(rig.ask("vFile:close:8"), "F0");
    EXPECT_EQ(rig.ask("vFile:close:8"), "F-1,9");
    EXPECT_EQ(open("/who"), "F8");
    rig.stub.disconnect();
    rig.connect_quietly();
    EXPECT_EQ(rig.ask("vFile:pread:3,1,0"), "F-1,9");
    EXPECT_EQ(open("/who"), "F3");
}

TEST_F(Files, AreNotWritten) {
    for (const auto* flags : {"1", "2", "8", "201", "401", "602"}) {
        EXPECT_EQ(open("/who", flags), "F-1,1e") << flags;
    }
    EXPECT_EQ(rig.ask("vFile:pwrite:3,0,x"), "F-1,58");
    EXPECT_EQ(rig.ask("vFile:unlink:" + encode_hex("/who")), "F-1,58");
    EXPECT_EQ(rig.ask("vFile:"), "F-1,58");
}

TEST_F(Files, HaveBoundedNames) {
    EXPECT_EQ(open(""), kNoEntry);
    EXPECT_EQ(open("/" + std::string(4094, 'a')), kNoEntry);
    EXPECT_EQ(open("/" + std::string(4095, 'a')), "F-1,5b");
    EXPECT_EQ(open("/proc/5/" + std::string(4095, 'a')), "F-1,5b");
    for (const auto* path : {"/proc/", "/proc/5", "/proc/5x/maps", "/proc/99999999999/maps", "/proc/-5/maps"}) {
        EXPECT_EQ(open(path), kNoEntry) << path;
    }
}

struct ErrorRow {
    Errc code;
    std::string reply;
};

TEST_F(Files, FailWithTheProtocolsNumbers) {
    for (const auto& [code, reply] :
         {ErrorRow{Errc::not_found, "F-1,2"}, ErrorRow{Errc::fault, "F-1,5"}, ErrorRow{Errc::bad_argument, "F-1,16"},
          ErrorRow{Errc::unsupported, "F-1,d"}, ErrorRow{Errc::running, "F-1,270f"}}) {
        os.refuse(Error{code, "no"});
        EXPECT_EQ(open("/who"), reply);
        EXPECT_EQ(rig.ask("vFile:stat:" + encode_hex("/who")), reply);
        EXPECT_EQ(rig.ask("vFile:readlink:" + encode_hex("/who")), reply);
    }
}

TEST_F(Files, ComeFromTheHostsCopyIfThatHasThem) {
    test::HostFolder folder;
    folder.write("who", "the copy");
    folder.link("link", "/who");
    folder.make_folder("bin");
    auto root = HostRoot::open(folder.path());
    ASSERT_TRUE(root) << root.error().detail;
    rig.stub.set_host_root(&*root);
    EXPECT_EQ(contents("/who"), "the copy");
    EXPECT_EQ(contents("/link"), "the copy");
    EXPECT_EQ(rig.ask("vFile:size:" + encode_hex("/who")), "F8");
    EXPECT_EQ(rig.ask("vFile:readlink:" + encode_hex("/link")), "F4;/who");
    EXPECT_EQ(rig.ask("vFile:readlink:" + encode_hex("/who")), "F-1,16");
    EXPECT_EQ(contents("/bin"), "F-1,15");
    EXPECT_EQ(contents("/proc/5/maps"), "made up");
    ASSERT_EQ(rig.ask("vFile:setfs:5"), "F0");
    EXPECT_THAT(contents("/bin/five"), StartsWith("\x7f"
                                                  "ELF"));
}

}  // namespace
}  // namespace hvgdb::gdbserver
