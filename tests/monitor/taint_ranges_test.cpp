// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

class TaintRanges : public testing::Test, public TaintFixture {
  protected:
    std::string text(std::vector<osi::UserPiece> pieces, std::size_t most = 8, std::size_t shown = 4) {
        const auto found = tainted_ranges({.os = os, .engine = engine, .process = kPid}, pieces, most);
        return ranges_text(engine.labels(), found, shown);
    }
};

TEST_F(TaintRanges, PutNeighboursTogether) {
    EXPECT_EQ(text({{{0x1'0000}, 64}}), "");
    ask_of_thread("taint *0x10ffe:4 3");
    EXPECT_EQ(text({{{0x1'0000}, 0x2000}}), "0x10ffe..0x11001: 3");
    EXPECT_EQ(text({{{0x1'0fff}, 2}}), "0x10fff..0x11000: 3");
    ask_of_thread("taint *0x10fff 7");
    EXPECT_EQ(text({{{0x1'0000}, 0x2000}}), "0x10ffe: 3; 0x10fff: 3, 7; 0x11000..0x11001: 3");
    EXPECT_EQ(text({{{0x1'1000}, 1}, {{0x1'0ffe}, 1}}), "0x11000: 3; 0x10ffe: 3");
}

TEST_F(TaintRanges, FoldLabelsByPosition) {
    ask_of_thread("taint *0x10010:16 positional 5");
    EXPECT_EQ(text({{{0x1'0000}, 64}}, 100), "0x10010..0x1001f: 5..20, one each");
    ask_of_thread("untaint *0x10014");
    EXPECT_EQ(text({{{0x1'0000}, 64}}, 100), "0x10010..0x10013: 5..8, one each; 0x10015..0x1001f: 10..20, one each");
}

TEST_F(TaintRanges, AreCounted) {
    ask_of_thread("taint *0x10000 1");
    ask_of_thread("taint *0x10002 1");
    ask_of_thread("taint *0x10004 1");
    EXPECT_EQ(text({{{0x1'0000}, 64}}, 8, 2), "0x10000: 1; 0x10002: 1; and 1 more range");
    EXPECT_EQ(text({{{0x1'0000}, 64}}, 8, 1), "0x10000: 1; and 2 more ranges");
    EXPECT_EQ(text({{{0x1'0000}, 64}}, 2, 8), "0x10000: 1; 0x10002: 1, at least");
}

TEST_F(TaintRanges, AreNoneWhereNothingIs) {
    EXPECT_EQ(text({{{0x5'0000}, 64}, {{~std::uint64_t{0} - 63}, 64}}), "");
}

}  // namespace
}  // namespace hvgdb::monitor
