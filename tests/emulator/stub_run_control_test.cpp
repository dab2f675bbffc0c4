// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_run_control.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

namespace hvgdb::emulator {
namespace {

using enum RunMode;
using Reason = MachineStop::Reason;

TEST(ResumeCommand, EveryPlan) {
    const struct {
        ResumePlan plan;
        unsigned vcpus;
        std::string packet;
        std::vector<VcpuId> stepped;
    } rows[] = {
        {{go, {}}, 1, "vCont;c", {}},
        {{go, {}}, 4, "vCont;c", {}},
        {{step, {}}, 2, "vCont;s:1;s:2", {{0}, {1}}},
        {{go, {{{1}, step}}}, 2, "vCont;s:2;c", {{1}}},
        {{stay, {{{1}, step}}}, 2, "vCont;s:2", {{1}}},
        {{stay, {{{0}, go}}}, 2, "vCont;c:1", {}},
        {{go, {{{0}, stay}}}, 3, "vCont;c:2;c:3", {}},
        {{go, {{{0}, stay}, {{2}, step}}}, 4, "vCont;s:3;c:2;c:4", {{2}}},
        {{stay, {{{0}, go}, {{1}, go}}}, 2, "vCont;c", {}},
        {{step, {{{0}, go}}}, 2, "vCont;s:2;c", {{1}}},
        {{step, {{{0}, stay}}}, 2, "vCont;s:2", {{1}}},
        {{stay, {{{0}, step}, {{0}, go}}}, 2, "vCont;c:1", {}},
        {{stay, {{{15}, step}}}, 16, "vCont;s:10", {{15}}},
    };
    for (const auto& row : rows) {
        const auto command = make_resume_command(row.plan, row.vcpus);
        ASSERT_TRUE(command) << row.packet;
        EXPECT_EQ(command->packet, row.packet);
        EXPECT_EQ(command->stepped, row.stepped) << row.packet;
    }
}

TEST(ResumeCommand, RefusesWhatCannotRun) {
    const struct {
        ResumePlan plan;
        Errc code;
    } rows[] = {
        {{stay, {}}, Errc::bad_argument},
        {{go, {{{0}, stay}, {{1}, stay}}}, Errc::bad_argument},
        {{go, {{{2}, step}}}, Errc::not_found},
        {{go, {{{~0U}, go}}}, Errc::not_found},
    };
    for (const auto& row : rows) {
        const auto command = make_resume_command(row.plan, 2);
        ASSERT_FALSE(command);
        EXPECT_EQ(command.error().code, row.code);
    }
}

TEST(StopReply, Table) {
    const std::vector<VcpuId> none;
    const std::vector<VcpuId> second{{1}};
    const std::vector<VcpuId> both{{0}, {1}};
    const struct {
        std::string reply;
        std::vector<VcpuId> stepped;
        Reason reason;
        std::optional<VcpuId> vcpu;
        WatchKind kind = WatchKind::write;
        std::uint64_t address = 0;
        int exit_code = 0;
    } rows[] = {
        {"T02thread:01;", none, Reason::interrupted, std::nullopt},
        {"T02thread:01;", second, Reason::interrupted, std::nullopt},
        {"S02", none, Reason::interrupted, std::nullopt},
        {"T03thread:01;", none, Reason::shutdown, std::nullopt},
        {"T05thread:02;", none, Reason::stray, std::nullopt},
        {"T05thread:01;", second, Reason::stepped, VcpuId{1}},
        {"S05", second, Reason::stepped, VcpuId{1}},
        {"T05", both, Reason::stepped, std::nullopt},
        {"T05thread:02;", both, Reason::stepped, VcpuId{1}},
        {"T05thread:03;", both, Reason::stepped, std::nullopt},
        {"T05thread:02;watch:ffff8000;", none, Reason::watchpoint, VcpuId{1}, WatchKind::write, 0xffff8000},
        {"T05thread:02;rwatch:10;", second, Reason::watchpoint, VcpuId{1}, WatchKind::read, 0x10},
        {"T05awatch:ffffffffffffffff;", none, Reason::watchpoint, std::nullopt, WatchKind::access, UINT64_MAX},
        {"T05thread:00;watch:1;", none, Reason::watchpoint, std::nullopt, WatchKind::write, 1},
        {"T05thread:zz;watch:1", none, Reason::watchpoint, std::nullopt, WatchKind::write, 1},
        {"T05watch:xyz;", none, Reason::stray, std::nullopt},
        {"T05watch;:;;thread:", second, Reason::stepped, VcpuId{1}},
        {"T0bthread:01;", none, Reason::interrupted, std::nullopt},
        {"W00", none, Reason::gone, std::nullopt},
        {"W2a", second, Reason::gone, std::nullopt, WatchKind::write, 0, 42},
        {"X09", none, Reason::gone, std::nullopt},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.reply);
        const auto stop = parse_stop_reply(row.reply, row.stepped, 2);
        ASSERT_TRUE(stop);
        EXPECT_EQ(stop->reason, row.reason);
        EXPECT_EQ(stop->vcpu, row.vcpu);
        EXPECT_EQ(stop->watch_kind, row.kind);
        EXPECT_EQ(stop->address.value, row.address);
        EXPECT_EQ(stop->exit_code, row.exit_code);
    }
    for (const char* const reply : {"", "T", "T5", "Tzz", "OK", "E22", "l", "O41", "t05"}) {
        EXPECT_FALSE(parse_stop_reply(reply, none, 2)) << reply;
    }
}

}  // namespace
}  // namespace hvgdb::emulator
