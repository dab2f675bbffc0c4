// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/load_runs.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "emulator/taint/block_store.hpp"
#include "tests/taint/code.hpp"

namespace hvgdb::emulator::taint {
namespace {

const CodeBytes kLoad = instruction({0x8b, 0x07});               // mov eax, [rdi]
const CodeBytes kLoad8 = instruction({0x48, 0x8b, 0x47, 0x08});  // mov rax, [rdi + 8]
const CodeBytes kStore = instruction({0x89, 0x47, 0x04});        // mov [rdi + 4], eax
const CodeBytes kAdd16 = instruction({0x48, 0x83, 0xc7, 0x10});  // add rdi, 16
const CodeBytes kMove = instruction({0x89, 0xc1});               // mov ecx, eax

class Runs : public testing::Test {
  protected:
    const StoredBlock& get(const std::vector<CodeBytes>& code, const Policy& policy = {},
                           CodeSize size = CodeSize::bits64) {
        return store.get(size, code, policy, unknown);
    }
    /// How far the loads of the only run are from its first access; nothing if there is not one run.
    std::optional<std::vector<int>> distances(const std::vector<CodeBytes>& code) {
        const auto& runs = get(code).runs;
        if (runs.size() != 1) {
            return std::nullopt;
        }
        std::vector<int> result;
        for (const auto& load : runs.front().loads) {
            result.push_back(load.distance);
        }
        return result;
    }
    /// Of kLoad and kLoad8 with that in between.
    bool parted_by(const CodeBytes& between) { return get({kLoad, between, kLoad8}).runs.empty(); }

    UnknownInstructions unknown;
    BlockStore store;
};

using Distances = std::vector<int>;

TEST_F(Runs, LoadsFromTheSameRegister) {
    EXPECT_EQ(distances({kLoad, kMove, kLoad8}), Distances{8});
    EXPECT_EQ(distances({kLoad8, kLoad, kLoad8}), (Distances{-8, 0}));
    EXPECT_EQ(distances({kLoad}), std::nullopt) << "one access is no run";
    EXPECT_EQ(distances({kStore, kLoad, kLoad8}), (Distances{-4, 4})) << "after a store";
}

TEST_F(Runs, TellWhichBytes) {
    const auto& run = get({kLoad8, kLoad}).runs.front();
    EXPECT_EQ(run.low, -8);
    EXPECT_EQ(run.size, 16U);
    EXPECT_EQ(run.first->instruction, 0U);
    ASSERT_EQ(run.loads.size(), 1U);
    EXPECT_EQ(run.loads.front().point->instruction, 1U);
    EXPECT_EQ(run.loads.front().size, 4U);
}

TEST_F(Runs, ConstantsAddedToTheRegister) {
    EXPECT_EQ(distances({kLoad, kAdd16, kLoad8}), Distances{24});
    EXPECT_EQ(distances({kLoad, instruction({0x48, 0x83, 0xef, 0x10}), kLoad}), Distances{-16}) << "sub rdi, 16";
    EXPECT_EQ(distances({kLoad, instruction({0x48, 0xff, 0xc7}), kLoad}), Distances{1}) << "inc rdi";
    EXPECT_EQ(distances({kLoad, instruction({0x48, 0xff, 0xcf}), kLoad}), Distances{-1}) << "dec rdi";
    EXPECT_EQ(distances({kLoad, instruction({0x48, 0x8d, 0x7f, 0x20}), kLoad}), Distances{32}) << "lea rdi, [rdi + 32]";
    const auto scaled = instruction({0x8b, 0x04, 0xfe});  // mov eax, [rsi + rdi * 8]
    EXPECT_EQ(distances({scaled, instruction({0x48, 0xff, 0xc7}), scaled}), Distances{8}) << "inc rdi";
}

TEST_F(Runs, FromTheInstructionPointer) {
    const auto load = instruction({0x8b, 0x05, 0x00, 0x01, 0x00, 0x00});  // mov eax, [rip + 0x100]
    EXPECT_EQ(distances({load, kMove, load}), Distances{8}) << "the two instructions are as long";
}

TEST_F(Runs, OtherAddressesAreNotNear) {
    EXPECT_TRUE(get({kLoad, instruction({0x8b, 0x06})}).runs.empty()) << "[rsi]";
    EXPECT_TRUE(get({kLoad, instruction({0x64, 0x8b, 0x07})}).runs.empty()) << "fs:[rdi]";
    EXPECT_TRUE(get({kLoad, instruction({0x67, 0x8b, 0x07})}).runs.empty()) << "[edi]";
    EXPECT_TRUE(get({kLoad, instruction({0x8b, 0x87, 0x00, 0x04, 0x00, 0x00})}).runs.empty()) << "[rdi + 0x400]";
}

TEST_F(Runs, AnUnknownValueOfTheRegisterEndsThem) {
    EXPECT_TRUE(parted_by(instruction({0x48, 0x89, 0xf7}))) << "mov rdi, rsi";
    EXPECT_TRUE(parted_by(instruction({0x48, 0x01, 0xf7}))) << "add rdi, rsi";
    EXPECT_TRUE(parted_by(instruction({0x83, 0xc7, 0x10}))) << "add edi, 16";
    EXPECT_TRUE(parted_by(instruction({0x40, 0xb7, 0x10}))) << "mov dil, 16";
    EXPECT_TRUE(parted_by(instruction({0x48, 0x8d, 0x7e, 0x20}))) << "lea rdi, [rsi + 32]";
    EXPECT_TRUE(parted_by(instruction({0x48, 0x8d, 0x7c, 0x37, 0x20}))) << "lea rdi, [rdi + rsi + 32]";
    EXPECT_TRUE(parted_by(instruction({0x48, 0x83, 0xe7, 0xf0}))) << "and rdi, -16";
}

TEST_F(Runs, AnotherAccessEndsThem) {
    EXPECT_EQ(distances({kLoad, kStore, kLoad8}), Distances{4}) << "the store is the first of another";
    EXPECT_EQ(get({kLoad, kStore, kLoad8}).runs.front().first->instruction, 1U);
    EXPECT_TRUE(parted_by(instruction({0x50}))) << "push rax";
    EXPECT_TRUE(parted_by(instruction({0x01, 0x06}))) << "add [rsi], eax";
    EXPECT_TRUE(parted_by(instruction({0x0f, 0xa3, 0x07}))) << "bt [rdi], eax: where that is depends on eax";
    EXPECT_TRUE(parted_by(instruction({0x0f, 0x10, 0x07}))) << "movups xmm0, [rdi]";
    EXPECT_TRUE(parted_by(instruction({0xf3, 0xa4}))) << "rep movsb";
}

TEST_F(Runs, WhatMayRaiseAnExceptionEndsThem) {
    EXPECT_TRUE(parted_by(instruction({0xf7, 0xf1}))) << "div ecx";
    EXPECT_TRUE(parted_by(instruction({0xf7, 0xf9}))) << "idiv ecx";
    EXPECT_TRUE(parted_by(instruction({0xcc}))) << "int3";
    EXPECT_TRUE(parted_by(instruction({0x0f, 0x0b}))) << "ud2";
    EXPECT_TRUE(parted_by(instruction({0xe4, 0x10}))) << "in al, 16";
    EXPECT_TRUE(parted_by(instruction({0x8e, 0xd8}))) << "mov ds, eax";
    EXPECT_TRUE(parted_by(instruction({0x0f, 0x58, 0xc1}))) << "addps xmm0, xmm1";
    EXPECT_TRUE(parted_by(instruction({0xfa}))) << "cli";
    EXPECT_TRUE(parted_by(instruction({0x06}))) << "undecodable";
}

TEST_F(Runs, SomebodyInBetweenEndsThem) {
    auto looked_at = kMove;
    looked_at.own_entry = true;
    EXPECT_TRUE(parted_by(looked_at)) << "a breakpoint";
    auto load = kLoad8;
    load.own_entry = true;
    EXPECT_TRUE(get({kLoad, load}).runs.empty());
    EXPECT_TRUE(get({kLoad, kLoad8}, {.sinks = {SinkKind::memory}}).runs.empty()) << "a stop may be after each access";
    EXPECT_FALSE(get({kLoad, kLoad8}).runs.empty());
}

TEST_F(Runs, OfOtherCodeThereAreNone) {
    EXPECT_TRUE(get({kLoad, kLoad}, {}, CodeSize::bits32).runs.empty());
}

TEST_F(Runs, AreMuchShorterThanAPage) {
    std::vector<CodeBytes> code;
    for (unsigned i = 0; i < 100; ++i) {
        code.push_back(kLoad);
        code.push_back(kAdd16);
    }
    const auto& runs = get(code).runs;
    EXPECT_EQ(runs.size(), 2U);
    for (const auto& run : runs) {
        EXPECT_LE(run.size, static_cast<std::uint64_t>(RunFinder::kMostSpan));
        EXPECT_GT(run.loads.size(), 10U);
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
