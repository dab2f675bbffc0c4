// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "monitor/json_report.hpp"
#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

namespace json = boost::json;
using Call = test::FakeOs::Call;

class JsonTest : public testing::Test, public ConsoleFixture {
  protected:
    JsonTest() { os.guest = sample_guest(); }

    test::FakeProcess& sshd() { return os.guest.processes[3]; }

    json::value get(std::string_view arguments) {
        const auto text = ask("osjson " + std::string(arguments));
        EXPECT_TRUE(text.ends_with('\n'));
        EXPECT_EQ(std::ranges::count(text, '\n'), 1);
        return json::parse(text);
    }
};

struct Exchange {
    std::string_view line, answer;
};

constexpr Exchange kExchanges[] = {
    {"facts", R"({"kernel":"Linux 6.12.107+deb13-cloud-amd64","image":"0xffffffff81000000, 41 MiB",)"
              R"("structures":"the kernel's own type information (BTF), 121185 types"})"},
    {"modules", R"([{"name":"virtio_net","base":18446744072642109440,"size":106496,"users":0,"state":"Live"},)"
                R"({"name":"ext4","base":18446744072640364544,"size":1118208,"users":null,"state":"Loading"}])"},
    {"threads 812", R"([{"tid":812,"pid":812,"namespace_tids":[812],"command":"sshd","state":"R","cpu":0,"vcpu":0,)"
                    R"("task":18446612682093461504},)"
                    R"({"tid":813,"pid":812,"namespace_tids":[812],"command":"sshd","state":"S","cpu":1,"vcpu":null,)"
                    R"("task":18446612682093625344}])"},
    {"files 812", R"([{"number":0,"name":"/dev/null","position":0,"flags":32768,"inode":5},)"
                  R"({"number":1,"name":"socket:[15077]","position":0,"flags":2,"inode":15077},)"
                  R"({"number":14,"name":"/var/log/auth.log","position":51234,"flags":33793,"inode":131090}])"},
    {"executable 812", R"("/usr/sbin/sshd")"},
    {"cwd 812", R"("/")"},
    {"arguments 1", R"(["/sbin/init"])"},
    {"environment 812", R"(["LANG=C.UTF-8","PATH=/usr/sbin:/usr/bin"])"},
    {"environment 2", "[]"},
    {"auxv 812", R"([{"type":3,"value":93824992231488},{"type":6,"value":4096}])"},
    {"registers 812",
     R"({"source":"saved_frame","general":[18446744073709551578,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],)"
     R"("rip":140737350996532,"eflags":0,"cs":51,"ss":0,"ds":0,"es":0,"fs":0,"gs":0,"fs_base":0,"gs_base":0,)"
     R"("orig_rax":18446744073709551615,"xsave":"abababab","frame":18446683600570105688,"xsave_address":null})"},
    {"current 0", R"({"tid":812,"pid":812,"user_mode":true})"},
    {"symbols do_exit nope 0xffffffff81000010",
     R"([{"name":"do_exit","address":18446744071579519776,"offset":0,"module":""},null,)"
     R"({"name":"_stext","address":18446744071578845184,"offset":16,"module":""}])"},
    {"memory 812 0x555555554000 4", R"({"address":93824992231424,"data":"7f454c46"})"},
    {"file 812 /etc/motd", R"({"size":3,"mode":33188,"inode":0,"device_major":0,"device_minor":0,"links":1,"uid":0,)"
                           R"("gid":0,"modified":0,"data":"68690a"})"},
    {"file 812 /tmp/x (deleted) ",
     R"({"size":1,"mode":33188,"inode":0,"device_major":0,"device_minor":0,"links":1,"uid":0,"gid":0,"modified":0,)"
     R"("data":"78"})"},
    {"file 812 /etc/issue", R"({"error":"no such file","code":"not_found"})"},
    {"cwd 9", R"({"error":"no process 9","code":"not_found"})"},
    {"memory 812 0 4", R"({"error":"no memory at 0x0","code":"fault"})"},
    {"registers 2", R"({"error":"no user registers of thread 2","code":"not_found"})"},
};

TEST_F(JsonTest, AnswersAreOneLine) {
    for (const auto& row : kExchanges) {
        EXPECT_EQ(ask("osjson " + std::string(row.line)), std::string(row.answer) + "\n") << row.line;
    }
}

TEST_F(JsonTest, ProcessesHaveAllTheirFields) {
    const auto all = get("processes").as_array();
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(json::serialize(all[3]),
              R"({"pid":812,"parent":1,"namespace_pids":[812,7],"uid":1000,"effective_uid":0,"gid":0,)"
              R"("command":"sshd","state":"R","kernel_thread":false,"compat":false,"start_time":4812000000,)"
              R"("exit_code":null,"threads":2,"space":93995008,"task":18446612682093461504})");
    EXPECT_TRUE(all[1].at("space").is_null());
    os.guest = {};
    os.guest.add({});
    const auto none = get("processes").at(0).as_object();
    for (const auto* field : {"parent", "uid", "effective_uid", "gid", "start_time", "exit_code", "space"}) {
        EXPECT_TRUE(none.at(field).is_null()) << field;
    }
}

TEST_F(JsonTest, MappingsHaveAllTheirFields) {
    const auto all = get("mappings 812").as_array();
    ASSERT_EQ(all.size(), 7u);
    EXPECT_EQ(json::serialize(all[5]),
              R"({"start":140737353744384,"end":140737353748480,"read":true,"write":true,"execute":false,)"
              R"("shared":true,"offset":0,"device_major":8,"device_minor":1,"inode":131075,)"
              R"x("name":"/memfd:x (deleted)"})x");
}

TEST_F(JsonTest, LongFilesAreRefused) {
    sshd().contents["/long"] = std::string(kLongestMemory, 'x');
    EXPECT_EQ(get("file 812 /long").at("data").as_string().size(), 2 * kLongestMemory);
    sshd().contents["/long"] += 'x';
    EXPECT_EQ(ask("osjson file 812 /long"),
              "{\"error\":\"the file has more than 4194304 bytes\",\"code\":\"bad_argument\"}\n");
}

TEST_F(JsonTest, RegistersOfARunningThreadAreTheVcpus) {
    os.guest.registers[813].source = osi::UserRegisters::Source::vcpu;
    const auto registers = get("registers 813");
    EXPECT_EQ(registers.at("source").as_string(), "vcpu");
    for (const auto* field : {"orig_rax", "xsave", "frame", "xsave_address"}) {
        EXPECT_TRUE(registers.at(field).is_null()) << field;
    }
}

TEST_F(JsonTest, AnyBytesSurvive) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
        bytes += static_cast<char>(byte);
    }
    sshd().executable = bytes;
    const auto text = ask("osjson executable 812");
    EXPECT_TRUE(std::ranges::all_of(text.substr(0, text.size() - 1), [](char c) { return c >= ' ' && c <= '~'; }));
    EXPECT_NE(text.find("\\u007f\\u0080\\u0081"), std::string::npos) << text;
    EXPECT_NE(text.find("\\u00ff\"\n"), std::string::npos) << text;

    std::string expected;  // as UTF-8
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            expected += c;
        } else {
            expected += static_cast<char>(0xc0 | byte >> 6);
            expected += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    EXPECT_EQ(json::parse(text).as_string(), expected);
}

TEST_F(JsonTest, ErrorsAreHarmlessToo) {
    os.refuse(Error{Errc::running, "\"\x1b\xff"});
    EXPECT_EQ(ask("osjson facts"), R"({"error":"\"\u001b\u00ff","code":"running"})"
                                   "\n");
}

TEST_F(JsonTest, EveryCodeHasItsName) {
    const struct {
        Errc code;
        std::string_view name;
    } rows[] = {{Errc::bad_argument, "bad_argument"},
                {Errc::fault, "fault"},
                {Errc::unsupported, "unsupported"},
                {Errc::running, "running"},
                {Errc::not_found, "not_found"},
                {Errc::timeout, "timeout"},
                {Errc::gone, "gone"},
                {Errc::protocol, "protocol"}};
    for (const auto& row : rows) {
        EXPECT_EQ(json_error({row.code, "x"}), "{\"error\":\"x\",\"code\":\"" + std::string(row.name) + "\"}\n");
    }
}

TEST_F(JsonTest, SymbolsFailWhenTheyCannotBeRead) {
    os.refuse(Call::kernel_symbol_at, {Errc::fault, "damaged"});
    EXPECT_EQ(ask("osjson symbols do_exit 1"), "{\"error\":\"damaged\",\"code\":\"fault\"}\n");
}

TEST_F(JsonTest, MemoryEndsWhereItEnds) {
    EXPECT_EQ(get("memory 812 0x555555554ffe 64").at("data").as_string(), "0000");
    EXPECT_EQ(get("memory 812 0x555555554000 4194304").at("data").as_string().size(), 2 * 0x1000u);
}

TEST_F(JsonTest, TenThousandProcessesFitOneLine) {
    for (unsigned pid = 10'000; pid < 20'000; ++pid) {
        osi::Process process;
        process.pid = pid;
        os.guest.add(process);
    }
    EXPECT_EQ(get("processes").as_array().size(), 10'005u);
}

TEST_F(JsonTest, AnAnswerTooLongIsAnError) {
    const std::string answer = "{\"error\":\"the answer is longer than 16777216 bytes\",\"code\":\"bad_argument\"}\n";
    sshd().executable.assign(kLongestJson - 3, 'x');
    EXPECT_EQ(ask("osjson executable 812").size(), kLongestJson);
    sshd().executable.assign(kLongestJson - 2, 'x');
    EXPECT_EQ(ask("osjson executable 812"), answer);
}

TEST_F(JsonTest, BenchmarkAsksForEachProcessOnce) {
    const auto result = get("benchmark");
    EXPECT_EQ(result.at("processes").as_int64(), 5);
    EXPECT_EQ(result.at("mappings").as_int64(), 7);
    EXPECT_GT(result.at("nanoseconds").as_int64(), 0);
    EXPECT_EQ(os.calls(), 6u);
    os.refuse(Call::mappings, {Errc::not_found, "no process"});
    EXPECT_EQ(get("benchmark").at("mappings").as_int64(), 0);
    os.refuse(Call::processes, {Errc::fault, "damaged"});
    EXPECT_EQ(ask("osjson benchmark"), "{\"error\":\"damaged\",\"code\":\"fault\"}\n");
}

}  // namespace
}  // namespace hvgdb::monitor
