// SPDX-License-Identifier: GPL-2.0-or-later
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "gdbserver/command.hpp"

namespace hvgdb::gdbserver {
namespace {

/// The first column of the table in docs/packets.md, between back quotes.
std::multiset<std::string> documented_packets() {
    std::multiset<std::string> names;
    std::ifstream file(HVGDB_SOURCE_DIR "/docs/packets.md");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| `")) {
            continue;
        }
        const auto end = line.find('`', 3);
        if (end != std::string::npos) {
            names.insert(line.substr(3, end - 3));
        }
    }
    return names;
}

TEST(PacketTable, IsDocumentedRowByRow) {
    std::multiset<std::string> rows;
    for (const auto& row : packet_table()) {
        rows.emplace(row.name);
    }
    EXPECT_EQ(documented_packets(), rows);
}

TEST(PacketTable, NoRowHidesALaterOne) {
    const auto rows = packet_table();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = i + 1; j < rows.size(); ++j) {
            const bool hides = rows[i].match == PacketRow::Match::prefix ? rows[j].name.starts_with(rows[i].name)
                                                                         : rows[j].name == rows[i].name;
            EXPECT_FALSE(hides) << rows[i].name << " hides " << rows[j].name;
        }
    }
}

class Malformed : public testing::TestWithParam<std::string> {};

TEST_P(Malformed, IsABadArgument) {
    const auto command = parse_command(GetParam());
    ASSERT_FALSE(command.has_value());
    EXPECT_EQ(command.error().code, Errc::bad_argument);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Malformed,
    testing::Values("m", "m1000", "m,4", "m1000,", "m1000,4x", "m-1,4", "m 1000,4", "m11111111111111111,1",
                    "M1000,2:00", "M1000,1:0", "M1000,1:zz", "M1000,1", "X1000,2:a", "X1000:", "G0", "Gxx", "pzz", "p",
                    "p100000000", "P1", "P1=0", "P=00", "H", "Hx1", "Hgzz", "Hg", "Hgp1.", "Hgp-1.1", "Hg-2", "T", "Tp",
                    "vFile:setfs:", "vFile:setfs:-1", "vFile:setfs:100000000", "vFile:open:zz,0,0", "vFile:open:61,0",
                    "vFile:open:6100,0,0", "vFile:open:61,z,0", "vFile:close:", "vFile:pread:3,1", "vFile:pread:3,,0",
                    "vFile:fstat:-1", "vFile:stat:6", "vFile:lstat:00", "vFile:readlink:xx", "vFile:size:6", "vCont;",
                    "vCont;x", "vCont;c:", "vCont;r1", "vCont;rz,1", "vCont;S", "vCont;C1", "vCont;c:p1.1;z", "Z0,",
                    "Z0,1", "Z0,zz,1", "z3,1,", "D;", "D;0", "D;-1", "D1", "vAttach;", "vAttach;0", "vKill;zz",
                    "qRcmd,0", "qRcmd,zz", "qThreadExtraInfo,", "qXfer:features:read:target.xml",
                    "qXfer:features:read:target.xml:0", "qXfer:features:read:target.xml:0,z", "QNonStop:2", "cz", "s-1",
                    "C", "C5x", "S;1000", "Qqemu.sstep=8", "Qqemu.sstep=", "Qqemu.PhyMemMode:2", "qAttached:zz",
                    "g;thread:", "p10;thread:zz;", "P1=00;thread:-2;", "QSaveRegisterState;thread:x;",
                    "QRestoreRegisterState:", "QRestoreRegisterState:1x", "qThreadStopInfo",
                    "qMemoryRegionInfo:", "qMemoryRegionInfo:1,2", "_M,rw", "_M1,rz", "_m"));

class Strange : public testing::TestWithParam<std::string> {};

TEST_P(Strange, IsUnknown) {
    const auto command = parse_command(GetParam());
    ASSERT_TRUE(command.has_value()) << command.error().detail;
    EXPECT_TRUE(std::holds_alternative<cmd::Unknown>(*command));
}

INSTANTIATE_TEST_SUITE_P(Table, Strange,
                         testing::Values("", "q", "v", "Q", "F0", "F-1,4", "bs", "bc", "vCont", "vFile", "qSupportedX",
                                         "Z5,1,1", "z9,1,1", "kk", "??", "g0", "qCRC:0,4", "vRun",
                                         "qXfer:features:write:x:0:y", "jThreadsInfo2", "gfoo", "QSaveRegisterStateX",
                                         "\xff"));

}  // namespace
}  // namespace hvgdb::gdbserver
