// SPDX-License-Identifier: GPL-2.0-or-later
// What the oracle cannot see: segments, repetition, policies, areas.
#include "emulator/taint/interpreter.hpp"

#include <gtest/gtest.h>
#include <string_view>

#include "tests/taint/interpreted.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

const Instruction kStoreRax{0x48, 0x89, 0x06};  // mov [rsi], rax
const Instruction kCopyRbx{0x48, 0x89, 0xc3};   // mov rbx, rax
const Instruction kClearEax{0x31, 0xc0};        // xor eax, eax
const Instruction kMoveBytes{0xf3, 0xa4};       // rep movsb

TEST(Interpreter, LoadsFlowThroughAndEndClean) {
    Interpreted engine;
    engine.compile({kLoadEax, kCopyRbx, kStoreRax, kClearEax, {0x31, 0xdb}});
    engine.memory.fill({0x1001}, 2, engine.sets.single(1));
    engine.vcpu.enter(engine.block);
    engine.load(0, 0x1000, 4);
    EXPECT_EQ(engine.register_text("rbx"), ".11.....");
    engine.store(2, 0x2000, 8);
    EXPECT_EQ(engine.memory_text(0x2000, 8), ".11.....");
    EXPECT_TRUE(engine.vcpu.clean());
}

TEST(Interpreter, CleanStoresClear) {
    Interpreted engine;
    engine.compile({kStoreRax});
    engine.memory.fill({0x2000}, 16, engine.sets.single(1));
    engine.store(0, 0x2000, 8);
    EXPECT_EQ(engine.memory_text(0x2000, 16), "........11111111");
}

TEST(Interpreter, RepeatedStringsCopyEachByte) {
    Interpreted engine;
    engine.compile({kMoveBytes});
    ASSERT_NE(engine.block.instructions[0].entry, CompiledInstruction::kNoEntry);
    engine.taint("rcx", 9);
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.memory.fill({0x1002}, 1, engine.sets.single(2));
    engine.vcpu.enter(engine.block, 0);
    for (unsigned i = 0; i < 3; ++i) {
        engine.load(0, 0x1000 + i, 1);
        engine.store(0, 0x1fff + i, 1);
    }
    EXPECT_EQ(engine.memory_text(0x1fff, 4), "1.2.");
    EXPECT_EQ(engine.register_text("rcx"), "........");
    EXPECT_EQ(engine.register_text("rdi"), "99999999");
}

TEST(Interpreter, WhatFollowsARepetitionHasItsOwnEntry) {
    Interpreted engine;
    engine.compile({kMoveBytes, kCopyRbx});
    ASSERT_NE(engine.block.instructions[1].entry, CompiledInstruction::kNoEntry);
    engine.taint("rax", 3);
    engine.vcpu.enter(engine.block, 0);
    EXPECT_EQ(engine.register_text("rbx"), "........");
    engine.vcpu.enter(engine.block, 1);
    EXPECT_EQ(engine.register_text("rbx"), "33333333");
}

TEST(Interpreter, PointersTaintByPolicy) {
    const Instruction indexed{0x8a, 0x04, 0x8b};                  // mov al, [rbx + rcx * 4]
    const Instruction table{0x8a, 0x83, 0x00, 0x00, 0x40, 0x00};  // mov al, [rbx + 0x400000]
    const Instruction plain{0x8a, 0x03};                          // mov al, [rbx]
    struct Case {
        Instruction code;
        PointerTaint policy;
        std::string_view labels;
    };
    for (const auto& [code, policy, labels] : {
             Case{indexed, PointerTaint::off, "5"},
             Case{indexed, PointerTaint::index, "[25]"},
             Case{indexed, PointerTaint::all, "[125]"},
             Case{table, PointerTaint::index, "[15]"},
             Case{plain, PointerTaint::index, "5"},
             Case{plain, PointerTaint::all, "[15]"},
         }) {
        Interpreted engine;
        engine.compile({code}, {.loads = policy});
        engine.taint("rbx", 1);
        engine.taint("rcx", 2);
        engine.memory.fill({0x1000}, 1, engine.sets.single(5));
        engine.load(0, 0x1000, 1);
        EXPECT_EQ(engine.register_text("al"), labels) << static_cast<int>(policy);
    }
}

TEST(Interpreter, PointersOfStoresTaintByPolicy) {
    for (const auto policy : {PointerTaint::off, PointerTaint::all}) {
        Interpreted engine;
        engine.compile({kStoreRax}, {.stores = policy});
        engine.taint("rsi", 1);
        engine.vcpu.enter(engine.block);
        engine.store(0, 0x1000, 8);
        EXPECT_EQ(engine.memory_text(0x1000, 8), policy == PointerTaint::off ? "........" : "11111111");
    }
}

TEST(Interpreter, SavedAreasKeepRegisters) {
    Interpreted engine;
    engine.compile({{0x48, 0x0f, 0xae, 0x27}});  // xsave64 [rdi]
    engine.taint("xmm2", 1);
    engine.vcpu.registers().set({vector_slot(2) + 16, 16}, engine.sets.single(2));
    engine.taint("st1", 3);
    engine.store(0, 0x1000 + 160 + 32, 8, 160 + 32);
    engine.store(0, 0x1000 + 576 + 32, 8, 576 + 32);
    engine.store(0, 0x1000 + 48, 8, 48);
    EXPECT_EQ(engine.memory_text(0x1000 + 192, 9), "11111111.");
    EXPECT_EQ(engine.memory_text(0x1000 + 608, 8), "22222222");
    EXPECT_EQ(engine.memory_text(0x1000 + 48, 8), "33333333");
    engine.vcpu.registers().clear_all();
    engine.compile({{0x48, 0x0f, 0xae, 0x2f}});  // xrstor64 [rdi]
    engine.load(0, 0x1000 + 192, 8, 192);
    EXPECT_EQ(engine.register_text("xmm2"), "11111111........");
}

TEST(Interpreter, MaskedMovesTakeChosenLanes) {
    Interpreted engine;
    engine.compile({{0xc4, 0xe2, 0x71, 0x8e, 0x17}, {0xc4, 0xe2, 0x71, 0x8c, 0x1f}});  // vpmaskmovd to and from memory
    engine.taint("xmm2", 1);
    engine.memory.fill({0x1000}, 16, engine.sets.single(7));
    engine.vcpu.enter(engine.block, 0);
    engine.store(0, 0x1004, 4, 4);
    EXPECT_EQ(engine.memory_text(0x1000, 12), "777711117777");
    engine.vcpu.enter(engine.block, 1);
    engine.load(1, 0x1004, 4, 8);
    EXPECT_EQ(engine.register_text("xmm3"), "........1111....");
}

TEST(Interpreter, UnknownInstructionsMixAndAreCounted) {
    Interpreted engine;
    engine.compile({{0xc4, 0xe2, 0x71, 0xcf, 0x17}, {0xff, 0xff}});  // vgf2p8mulb xmm2, xmm1, [rdi]; nonsense
    engine.taint("xmm1", 1);
    engine.memory.fill({0x1003}, 1, engine.sets.single(2));
    ASSERT_NE(engine.block.instructions[0].entry, CompiledInstruction::kNoEntry);
    engine.vcpu.enter(engine.block, 0);
    engine.load(0, 0x1000, 16);
    EXPECT_EQ(engine.register_text("xmm2").substr(0, 8), "[12][12]");
    const auto unknown = engine.unknown.list();
    ASSERT_EQ(unknown.size(), 2U);
    EXPECT_EQ(unknown[0].mnemonic, "(undecodable)");
    EXPECT_EQ(unknown[1].mnemonic, "vgf2p8mulb");
}

TEST(Interpreter, Code32PushesAllRegisters) {
    Interpreted engine;
    engine.compile({{0x60}, {0x61}}, {}, CodeSize::bits32);  // pusha, popa
    engine.taint("ecx", 1);
    engine.vcpu.enter(engine.block);
    for (unsigned i = 0; i < 8; ++i) {
        engine.store(0, 0x1000 - 4 * i, 4);
    }
    EXPECT_EQ(engine.memory_text(0x1000 - 4, 4), "1111");
    EXPECT_EQ(engine.memory_text(0x1000, 4), "....");
    engine.taint("ecx", 2);
    for (const unsigned i : {7U, 6U, 5U, 3U, 2U, 1U, 0U}) {
        engine.load(1, 0x1000 - 4 * i, 4);
    }
    EXPECT_EQ(engine.register_text("ecx"), "1111");
}

}  // namespace
