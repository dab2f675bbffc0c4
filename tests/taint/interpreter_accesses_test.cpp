// SPDX-License-Identifier: GPL-2.0-or-later
// Accesses as they are reported: in pieces, interrupted, more than the instruction has.
#include <gtest/gtest.h>

#include "emulator/taint/interpreter.hpp"
#include "tests/taint/interpreted.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

const Instruction kAddMemory{0x01, 0x07};            // add [rdi], eax
const Instruction kLoadYmm{0xc5, 0xfe, 0x6f, 0x07};  // vmovdqu ymm0, [rdi]

TEST(InterpreterAccesses, ReadModifyWriteKeepsNothingOfEarlierOnes) {
    Interpreted engine;
    engine.compile({kAddMemory});
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.load(0, 0x1000, 4);
    engine.store(0, 0x1000, 4);
    EXPECT_EQ(engine.memory_text(0x1000, 4), "1111");
    EXPECT_EQ(engine.register_text("eflags"), "11.");
    engine.load(0, 0x3000, 4);
    engine.store(0, 0x3000, 4);
    EXPECT_EQ(engine.memory_text(0x3000, 4), "....");
    EXPECT_TRUE(engine.vcpu.clean());
}

/// QEMU reports the descriptors that iret loads, too: more accesses than the instruction has operands.
TEST(InterpreterAccesses, MoreAccessesThanTheInstructionHasAreNotTheNextOnes) {
    Interpreted engine;
    engine.compile({{0x48, 0xcf}});  // iretq
    const auto returns = [&] {
        engine.vcpu.begin_instruction();
        for (std::uint64_t at = 0x1000; at < 0x1028; at += 8) {
            engine.load(0, at, 8);
        }
        engine.load(0, 0x5000, 8);
        engine.load(0, 0x5008, 8);
    };
    returns();
    engine.memory.fill({0x1010}, 1, engine.sets.single(1));
    returns();
    EXPECT_EQ(engine.register_text("eflags"), "11.") << "the third operand holds the flags";
    engine.memory.clear({0x1010}, 1);
    returns();
    EXPECT_TRUE(engine.vcpu.clean());
}

TEST(InterpreterAccesses, AFaultedStoreStartsAnew) {
    Interpreted engine;
    engine.compile({kAddMemory});
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.load(0, 0x1000, 4);
    engine.memory.clear({0x1000}, 1);
    engine.load(0, 0x1000, 4);
    engine.store(0, 0x1000, 4);
    EXPECT_EQ(engine.memory_text(0x1000, 4), "....");
}

TEST(InterpreterAccesses, AccessesComeInPiecesAndAcrossPages) {
    Interpreted engine;
    engine.compile({kLoadYmm});
    engine.memory.fill({0x1010}, 1, engine.sets.single(1));
    engine.memory.fill({0x5000}, 1, engine.sets.single(2));
    engine.load(0, 0x1000, 16);
    engine.load(0, 0x1010, 16);
    EXPECT_EQ(engine.register_text("ymm0"), "................1...............");
    engine.vcpu.access(engine.block, 0, {.address = {0x1ffc}, .size = 4, .rest = 12, .rest_address = {0x5000}});
    engine.load(0, 0x500c, 16);
    EXPECT_EQ(engine.register_text("ymm0"), "....2...........................");
}

TEST(InterpreterAccesses, AnInterruptedAccessStartsAnew) {
    Interpreted engine;
    engine.compile({{0xdb, 0x2f}});  // fld tbyte [rdi]
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.memory.fill({0x1009}, 1, engine.sets.single(2));
    engine.load(0, 0x1000, 8);  // the rest is on a page that is missing
    engine.vcpu.begin_instruction();
    engine.load(0, 0x1000, 8);
    engine.load(0, 0x1008, 2);
    EXPECT_EQ(engine.register_text("st0"), "1........2");
}

TEST(InterpreterAccesses, ReturnsFromInterruptsTakeTheFlagsBack) {
    struct Case {
        Instruction code;
        std::uint16_t size;
        unsigned loads;
        CodeSize mode;
    };
    for (const auto& [code, size, loads, mode] :
         {Case{{0x48, 0xcf}, 8, 5, CodeSize::bits64}, Case{{0xcf}, 4, 3, CodeSize::bits32},
          Case{{0xcf}, 4, 5, CodeSize::bits32}}) {
        Interpreted engine;
        engine.compile({code, kLoadEax}, {}, mode);
        const auto return_from = [&](std::uint64_t frame) {
            for (unsigned word = 0; word < loads; ++word) {
                engine.load(0, frame + word * size, size);
            }
            engine.load(1, 0x5000, 4);
        };
        engine.memory.fill({0x1000 + 2 * std::uint64_t{size}}, 1, engine.sets.single(1));
        for (int time = 0; time < 3; ++time) {
            return_from(0x1000);
            EXPECT_EQ(engine.register_text("eflags"), "11.") << time;
            return_from(0x2000);
            EXPECT_TRUE(engine.vcpu.clean()) << time;
        }
    }
}

}  // namespace
