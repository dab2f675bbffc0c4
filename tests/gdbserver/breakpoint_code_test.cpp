// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/breakpoint_code.hpp"

#include <gtest/gtest.h>

#include "tests/support/agent_bytecode.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::gdbserver {
namespace {

using test::assemble_agent;

struct BadCode {
    const char* name;
    cmd::InsertPoint packet;
    Errc error;
};

struct RefusedCode : testing::TestWithParam<BadCode> {};

TEST_P(RefusedCode, AtOnce) {
    const test::FakeMachine machine{1};
    const auto code = BreakpointCode::parse(GetParam().packet, machine.description(), false);
    ASSERT_FALSE(code.has_value());
    EXPECT_EQ(code.error().code, GetParam().error);
}

cmd::InsertPoint packet(const char* condition, const char* command) {
    cmd::InsertPoint result;
    if (condition != nullptr) {
        result.conditions.push_back(assemble_agent(condition));
    }
    if (command != nullptr) {
        result.commands.push_back(assemble_agent(command));
    }
    return result;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedCode,
    testing::Values(BadCode{"Malformed", packet("add end", nullptr), Errc::bad_argument},
                    BadCode{"NoResult", packet("end", nullptr), Errc::bad_argument},
                    BadCode{"MalformedCommand", packet(nullptr, "add end"), Errc::bad_argument},
                    BadCode{"UnsupportedCommand", packet(nullptr, "getv 1 pop end"), Errc::unsupported},
                    BadCode{"CommandsWithUnsupportedCondition", packet("getv 1 end", "end"), Errc::unsupported}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace hvgdb::gdbserver
