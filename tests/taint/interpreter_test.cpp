// SPDX-License-Identifier: GPL-2.0-or-later
// What the oracle cannot see: segments, pieces of accesses, repetition, policies, areas.
#include "emulator/taint/interpreter.hpp"

#include <gtest/gtest.h>
#include <string_view>
#include <vector>

#include "emulator/taint/compiler.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

using Instruction = std::vector<unsigned char>;

class Engine {
  public:
    void compile(const std::vector<Instruction>& instructions, Policy policy = {}, CodeSize size = CodeSize::bits64) {
        BlockCompiler compiler(size, policy, unknown);
        for (const auto& code : instructions) {
            EXPECT_TRUE(compiler.add(std::as_bytes(std::span(code))));
        }
        block = compiler.finish();
    }
    void taint(std::string_view name, Label label) { vcpu.registers().set(*find_register(name), sets.single(label)); }
    void load(std::size_t index, std::uint64_t address, std::uint16_t size, std::uint32_t offset = 0) {
        vcpu.access(block, index, {.address = {address}, .size = size, .offset = offset});
    }
    void store(std::size_t index, std::uint64_t address, std::uint16_t size, std::uint32_t offset = 0) {
        vcpu.access(block, index, {.address = {address}, .size = size, .is_store = true, .offset = offset});
    }
    /// The labels of each byte as digits, . for none, several in brackets.
    std::string text(std::span<const SetId> bytes) {
        std::string result;
        for (const auto set : bytes) {
            std::string labels;
            for (const auto range : sets.ranges(set)) {
                for (auto label = range.first; label <= range.last; ++label) {
                    labels += std::to_string(label);
                }
            }
            result += labels.empty() ? "." : labels.size() == 1 ? labels : '[' + labels + ']';
        }
        return result;
    }
    std::string register_text(std::string_view name) { return text(vcpu.registers().get(*find_register(name))); }
    std::string memory_text(std::uint64_t address, std::size_t size) {
        std::vector<SetId> bytes(size);
        static_cast<void>(memory.read({address}, bytes));
        return text(bytes);
    }

    UnknownInstructions unknown;
    LabelSets sets;
    ShadowMemory memory;
    VcpuTaint vcpu{sets, memory};
    Block block;
};

const Instruction kLoadEax{0x8b, 0x07};              // mov eax, [rdi]
const Instruction kStoreRax{0x48, 0x89, 0x06};       // mov [rsi], rax
const Instruction kCopyRbx{0x48, 0x89, 0xc3};        // mov rbx, rax
const Instruction kClearEax{0x31, 0xc0};             // xor eax, eax
const Instruction kAddMemory{0x01, 0x07};            // add [rdi], eax
const Instruction kMoveBytes{0xf3, 0xa4};            // rep movsb
const Instruction kLoadYmm{0xc5, 0xfe, 0x6f, 0x07};  // vmovdqu ymm0, [rdi]

TEST(Interpreter, LoadsFlowThroughAndEndClean) {
    Engine engine;
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
    Engine engine;
    engine.compile({kStoreRax});
    engine.memory.fill({0x2000}, 16, engine.sets.single(1));
    engine.store(0, 0x2000, 8);
    EXPECT_EQ(engine.memory_text(0x2000, 16), "........11111111");
}

TEST(Interpreter, ReadModifyWriteKeepsNothingOfEarlierOnes) {
    Engine engine;
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
TEST(Interpreter, MoreAccessesThanTheInstructionHasAreNotTheNextOnes) {
    Engine engine;
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

TEST(Interpreter, AFaultedStoreStartsAnew) {
    Engine engine;
    engine.compile({kAddMemory});
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.load(0, 0x1000, 4);
    engine.memory.clear({0x1000}, 1);
    engine.load(0, 0x1000, 4);
    engine.store(0, 0x1000, 4);
    EXPECT_EQ(engine.memory_text(0x1000, 4), "....");
}

TEST(Interpreter, AccessesComeInPiecesAndAcrossPages) {
    Engine engine;
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

TEST(Interpreter, AnInterruptedAccessStartsAnew) {
    Engine engine;
    engine.compile({{0xdb, 0x2f}});  // fld tbyte [rdi]
    engine.memory.fill({0x1000}, 1, engine.sets.single(1));
    engine.memory.fill({0x1009}, 1, engine.sets.single(2));
    engine.load(0, 0x1000, 8);  // the rest is on a page that is missing
    engine.vcpu.begin_instruction();
    engine.load(0, 0x1000, 8);
    engine.load(0, 0x1008, 2);
    EXPECT_EQ(engine.register_text("st0"), "1........2");
}

TEST(Interpreter, ReturnsFromInterruptsTakeTheFlagsBack) {
    struct Case {
        Instruction code;
        std::uint16_t size;
        unsigned loads;
        CodeSize mode;
    };
    for (const auto& [code, size, loads, mode] :
         {Case{{0x48, 0xcf}, 8, 5, CodeSize::bits64}, Case{{0xcf}, 4, 3, CodeSize::bits32},
          Case{{0xcf}, 4, 5, CodeSize::bits32}}) {
        Engine engine;
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

TEST(Interpreter, RepeatedStringsCopyEachByte) {
    Engine engine;
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
    Engine engine;
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
        Engine engine;
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
        Engine engine;
        engine.compile({kStoreRax}, {.stores = policy});
        engine.taint("rsi", 1);
        engine.vcpu.enter(engine.block);
        engine.store(0, 0x1000, 8);
        EXPECT_EQ(engine.memory_text(0x1000, 8), policy == PointerTaint::off ? "........" : "11111111");
    }
}

TEST(Interpreter, SavedAreasKeepRegisters) {
    Engine engine;
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
    Engine engine;
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
    Engine engine;
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
    Engine engine;
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
