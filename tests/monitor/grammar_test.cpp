// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/grammar.hpp"

#include <gtest/gtest.h>
#include <tao/pegtl/contrib/analyze.hpp>

namespace hvgdb::monitor {
namespace {

TEST(Grammar, HasNoLoopWithoutProgress) {
    EXPECT_EQ(tao::pegtl::analyze<grammar::command>(), 0u);
}

}  // namespace
}  // namespace hvgdb::monitor
