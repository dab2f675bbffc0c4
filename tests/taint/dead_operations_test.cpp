// SPDX-License-Identifier: GPL-2.0-or-later
// What is left out of a block, and what must not be.
#include "emulator/taint/dead_operations.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "code.hpp"
#include "emulator/taint/compiler.hpp"
#include "emulator/taint/operation_slots.hpp"

namespace {

using namespace hvgdb::emulator::taint;

struct Case {
    std::string name;
    std::vector<CodeBytes> code;
    unsigned flags;  ///< how many operations of the block write flags
};

class FlagWrites : public testing::TestWithParam<Case> {};

Block compile(const std::vector<CodeBytes>& code) {
    UnknownInstructions unknown;
    BlockCompiler compiler(CodeSize::bits64, {}, unknown);
    for (const auto& one : code) {
        EXPECT_TRUE(compiler.add(one.code(), one.own_entry));
    }
    return compiler.finish();
}

bool writes_flags(const Operation& operation) {
    const auto first = written_slots(operation).first;
    return first >= kCarrySlot && first < kCarrySlot + kFlagSlots;
}

TEST_P(FlagWrites, OnlyThoseThatSomebodyReads) {
    const auto block = compile(GetParam().code);
    EXPECT_EQ(std::ranges::count_if(block.operations, writes_flags), GetParam().flags);
}

const auto kAdd = instruction({0x48, 0x01, 0xd8});        // add rax, rbx
const auto kAddCarry = instruction({0x48, 0x11, 0xca});   // adc rdx, rcx
const auto kIncrement = instruction({0x48, 0xff, 0xc6});  // inc rsi
const auto kShift = instruction({0x48, 0xd3, 0xe0});      // shl rax, cl
const auto kCompare = instruction({0x48, 0x39, 0xd8});    // cmp rax, rbx
const auto kSet = instruction({0x0f, 0x94, 0xc0});        // sete al
const auto kLoad = instruction({0x48, 0x8b, 0x0f});       // mov rcx, [rdi]
const auto kMoveBytes = instruction({0xf3, 0xa4});        // rep movsb

INSTANTIATE_TEST_SUITE_P(
    Block, FlagWrites,
    testing::Values(Case{"the last ones stay", {kAdd}, 2}, Case{"overwritten at once", {kAdd, kAdd, kAdd}, 2},
                    Case{"overwritten after an access", {kAdd, kLoad, kAdd}, 2},
                    Case{"tested before", {kCompare, kSet, kAdd}, 3},
                    Case{"the carry goes on", {kAdd, kIncrement, kAddCarry}, 3},
                    Case{"a count of none leaves them", {kAdd, kShift}, 4},
                    Case{"an entry of its own may be stopped at", {kAdd, instruction({0x48, 0x01, 0xd8}, true)}, 4},
                    Case{"what may be repeated", {kAdd, kMoveBytes, kAdd}, 4}),
    [](const testing::TestParamInfo<Case>& tested) {
        auto name = tested.param.name;
        std::ranges::replace(name, ' ', '_');
        return name;
    });

TEST(DeadOperations, RegistersStayWhereAnAccessMayFault) {
    const auto copy = instruction({0x48, 0x89, 0xd8});   // mov rax, rbx
    const auto other = instruction({0x48, 0x89, 0xc8});  // mov rax, rcx
    EXPECT_EQ(compile({copy, other}).operations.size(), 1);
    EXPECT_EQ(compile({copy, kLoad, other}).operations.size(), 2);
}

TEST(DeadOperations, ASegmentWithoutTemporariesPreparesNone) {
    const auto block = compile({kCompare, kAdd});
    EXPECT_EQ(block.segments.front().temporaries, 0);
    EXPECT_GT(compile({kCompare}).segments.front().temporaries, 0);
}

}  // namespace
