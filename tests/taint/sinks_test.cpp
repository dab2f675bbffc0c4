// SPDX-License-Identifier: GPL-2.0-or-later
// Which instructions are sinks, what they look at, and who hears of it.
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/taint/compiler.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/taint/sink_table.hpp"

namespace hvgdb::emulator::taint {
namespace {

constexpr SinkKinds kAll{SinkKind::branch, SinkKind::jump, SinkKind::syscall};
using Code = std::vector<unsigned char>;

Block compile(const std::vector<Code>& instructions, SinkKinds sinks, CodeSize size = CodeSize::bits64) {
    UnknownInstructions unknown;
    BlockCompiler compiler(size, {.sinks = sinks}, unknown);
    for (const auto& code : instructions) {
        EXPECT_TRUE(compiler.add(std::as_bytes(std::span(code))));
    }
    return compiler.finish();
}

/// "jump rax", "jump 8 at rsp+0"; "" for no sink.
std::string text_of(const Block& block, std::size_t index) {
    constexpr const char* kNames[] = {"branch", "jump", "syscall", "memory"};
    constexpr const char* kRegisters[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10"};
    const auto number = block.instructions[index].sink;
    if (number == CompiledInstruction::kNoSink) {
        return "";
    }
    EXPECT_NE(block.instructions[index].entry, CompiledInstruction::kNoEntry) << "what came before has to be done";
    const auto& sink = block.sinks.at(number);
    std::string text = kNames[static_cast<std::size_t>(sink.kind)];
    for (const auto range : sink.registers()) {
        const bool flag = range.first >= kCarrySlot;
        text += flag ? std::string(" flag") + std::to_string(range.first - kCarrySlot)
                     : std::string(" ") + kRegisters[range.first / kGprSize];
        text += flag || range.size == kGprSize ? "" : ":" + std::to_string(range.size);
    }
    if (sink.memory != 0) {
        const auto base = sink.address.base;
        text += " " + std::to_string(sink.memory) + " at " +
                (base == EffectiveAddress::kNone                 ? "none"
                 : base == EffectiveAddress::kInstructionPointer ? "rip"
                                                                 : kRegisters[base]) +
                "+" + std::to_string(sink.address.displacement) + (sink.address.segment != 0 ? " in a segment" : "");
    }
    return text;
}

struct Case {
    Code code;
    std::string sink;
    CodeSize size = CodeSize::bits64;
};

const std::vector<Case> kCases{
    {{0x74, 0x02}, "branch flag1"},                                                         // je
    {{0x72, 0x02}, "branch flag0"},                                                         // jb
    {{0x77, 0x02}, "branch flag0 flag1"},                                                   // ja
    {{0x0f, 0x8c, 0, 0, 0, 0}, "branch flag1"},                                             // jl, near
    {{0xe3, 0x02}, "branch rcx"},                                                           // jrcxz
    {{0x67, 0xe3, 0x02}, "branch rcx:4"},                                                   // jecxz
    {{0xe2, 0x02}, "branch rcx"},                                                           // loop
    {{0xe1, 0x02}, "branch flag1 rcx"},                                                     // loope
    {{0xeb, 0x02}, ""},                                                                     // jmp, relative
    {{0xe8, 0, 0, 0, 0}, ""},                                                               // call, relative
    {{0xff, 0xe0}, "jump rax"},                                                             // jmp rax
    {{0xff, 0xd2}, "jump rdx"},                                                             // call rdx
    {{0xff, 0x63, 0x10}, "jump 8 at rbx+16"},                                               // jmp [rbx+16]
    {{0xff, 0x25, 4, 0, 0, 0}, "jump 8 at rip+4"},                                          // jmp [rip+4]
    {{0x64, 0xff, 0x13}, "jump 8 at rbx+0 in a segment"},                                   // call fs:[rbx]
    {{0xc3}, "jump 8 at rsp+0"},                                                            // ret
    {{0xc2, 8, 0}, "jump 8 at rsp+0"},                                                      // ret 8
    {{0xc3}, "jump 4 at rsp+0", CodeSize::bits32},                                          // ret
    {{0xff, 0xe0}, "jump rax:4", CodeSize::bits32},                                         // jmp eax
    {{0x0f, 0x05}, "syscall rax rdi rsi rdx r10 r8 r9"},                                    // syscall
    {{0xcd, 0x80}, "syscall rax:4 rbx:4 rcx:4 rdx:4 rsi:4 rdi:4 rbp:4"},                    // int 0x80
    {{0x0f, 0x34}, "syscall rax:4 rbx:4 rcx:4 rdx:4 rsi:4 rdi:4 rbp:4", CodeSize::bits32},  // sysenter
    {{0xcd, 0x03}, ""},                                                                     // int 3
    {{0x48, 0x01, 0xd8}, ""},                                                               // add rax, rbx
    {{0x0f, 0x44, 0xc3}, ""},                                                               // cmove eax, ebx
};

TEST(Sinks, LookAtWhatDecides) {
    for (const auto& [code, sink, size] : kCases) {
        const auto block = compile({code}, kAll, size);
        EXPECT_EQ(text_of(block, 0), sink) << mnemonic_name(block.instructions[0].mnemonic);
        EXPECT_EQ(text_of(compile({code}, {}, size), 0), "") << "nobody looks";
    }
}

TEST(Sinks, AreOfTheKindsThatSomebodyLooksAt) {
    const std::vector<Code> code{{0x74, 0x02}, {0xff, 0xe0}, {0x0f, 0x05}};
    const std::vector<SinkKind> kinds{SinkKind::branch, SinkKind::jump, SinkKind::syscall};
    for (std::size_t wanted = 0; wanted < kinds.size(); ++wanted) {
        const auto block = compile(code, {kinds[wanted]});
        ASSERT_EQ(block.sinks.size(), 1U);
        for (std::size_t index = 0; index < code.size(); ++index) {
            EXPECT_EQ(text_of(block, index).empty(), index != wanted) << index;
        }
    }
}

TEST(Sinks, StopAfterAccessesAndWhereBlocksBegin) {
    const std::vector<Code> code{{0x90}, {0x90}, {0x88, 0x07}, {0x90}, {0x90}};  // mov [rdi], al is the third
    const auto block = compile(code, {SinkKind::memory});
    const std::vector<bool> wanted{true, false, false, true, false};
    for (std::size_t index = 0; index < code.size(); ++index) {
        const auto& instruction = block.instructions[index];
        EXPECT_EQ(instruction.may_stop, wanted[index]) << index;
        EXPECT_EQ(instruction.entry != CompiledInstruction::kNoEntry, wanted[index]) << index;
    }
}

TEST(Sinks, SeeTheFlagsOfWhatCameBefore) {
    // cmp al, 0; je; cmp bl, 0
    const auto block = compile({{0x3c, 0x00}, {0x74, 0x02}, {0x80, 0xfb, 0x00}}, kAll);
    Engine engine(1);
    auto& vcpu = engine.vcpu(VcpuId{0});
    vcpu.registers().set({gpr_slot(0), 1}, engine.labels().single(3));
    vcpu.enter(block);
    const auto& sink = block.sinks.at(0);
    EXPECT_EQ(vcpu.united(sink.ranges[0]), engine.labels().single(3));
}

struct Heard : SinkListener {
    bool ready(const SinkHit&) override {
        ++asked;
        return is_ready;
    }
    void hit(SinkHit hit) override { hits.push_back(std::move(hit)); }
    [[nodiscard]] bool wanted() const override { return true; }
    [[nodiscard]] Reason reason(VcpuId) const override { return {}; }
    std::vector<SinkHit> hits;
    bool is_ready = true;
    int asked = 0;
};

struct SinkTables : testing::Test {
    std::shared_ptr<TaintSink> add(SinkKinds kinds) {
        auto sink = std::make_shared<TaintSink>(kinds, false, heard, 2);
        table.add(sink);
        return sink;
    }
    static SinkHit hit(std::uint64_t pc, unsigned vcpu = 0) {
        return {.vcpu = VcpuId{vcpu}, .pc = {pc}, .space = {0x1000}, .labels = {}, .address = {}, .count = {}};
    }

    std::shared_ptr<Heard> heard = std::make_shared<Heard>();
    LabelSets sets;
    SinkTable table;
};

TEST_F(SinkTables, KindsAreThoseOfSinksThatHaveNotEnded) {
    EXPECT_TRUE(table.kinds().empty());
    const auto branch = add({SinkKind::branch});
    const auto jump = add({SinkKind::jump});
    EXPECT_EQ(table.kinds(), (SinkKinds{SinkKind::branch, SinkKind::jump}));
    table.end(*branch);
    EXPECT_EQ(table.kinds(), SinkKinds{SinkKind::jump});
    EXPECT_EQ(table.sinks().size(), 2U) << "vCPUs may look at it";
    jump->end();
    table.sweep();
    EXPECT_TRUE(table.kinds().empty());
    EXPECT_TRUE(table.sinks().empty());
}

TEST_F(SinkTables, OfAProcessOnlyItsUserCodeCounts) {
    constexpr VirtAddr kUser{0x401000};
    constexpr VirtAddr kKernel{0xffff'ffff'8100'0000};
    const auto sink = add({SinkKind::branch});
    EXPECT_TRUE(sink->concerns(SinkKind::branch, kKernel, {0x2000}));
    EXPECT_FALSE(sink->concerns(SinkKind::jump, kKernel, {0x2000}));
    sink->set_spaces(std::vector{AddressSpace{0x1000}});
    EXPECT_TRUE(sink->concerns(SinkKind::branch, kUser, {0x1000}));
    EXPECT_FALSE(sink->concerns(SinkKind::branch, kUser, {0x2000}));
    EXPECT_FALSE(sink->concerns(SinkKind::branch, kKernel, {0x1000}));
    sink->end();
    EXPECT_FALSE(sink->concerns(SinkKind::branch, kUser, {0x1000}));
}

TEST_F(SinkTables, EqualHitsAreToldOnceAndCounted) {
    const auto sink = add({SinkKind::branch});
    const auto one = sets.single(1);
    const auto both = sets.unite(one, sets.single(2));
    for (int i = 0; i < 5; ++i) {
        sink->note(hit(0x100), one, sets);
    }
    sink->note(hit(0x100), both, sets);
    sink->note(hit(0x104), one, sets);
    sink->note(hit(0x100, 1), one, sets);
    ASSERT_EQ(heard->hits.size(), 4U);
    EXPECT_EQ(*heard->hits[0].count, 5U);
    EXPECT_EQ(heard->hits[0].labels.ranges, (std::vector<LabelRange>{{1, 1}}));
    EXPECT_EQ(heard->hits[1].labels.ranges, (std::vector<LabelRange>{{1, 2}}));
    EXPECT_EQ(sink->hits(), 8U);
}

TEST_F(SinkTables, TheListenerSaysWhenANewHitMayBeNoted) {
    const auto sink = add({SinkKind::branch});
    const auto one = sets.single(1);
    heard->is_ready = false;
    EXPECT_FALSE(sink->ready(hit(0x100), one, sets));
    EXPECT_FALSE(sink->ready(hit(0x100), one, sets));
    heard->is_ready = true;
    EXPECT_TRUE(sink->ready(hit(0x100), one, sets));
    sink->note(hit(0x100), one, sets);
    heard->is_ready = false;
    EXPECT_TRUE(sink->ready(hit(0x100), one, sets)) << "it is known already";
    EXPECT_EQ(heard->asked, 3);
    EXPECT_FALSE(sink->ready(hit(0x100), sets.single(2), sets));
    EXPECT_FALSE(sink->ready(hit(0x100, 1), one, sets)) << "each vCPU knows its own";
    EXPECT_EQ(sink->hits(), 1U);
}

TEST_F(SinkTables, LabelsThatWereForgottenAreOthers) {
    const auto sink = add({SinkKind::branch});
    sink->note(hit(0x100), sets.single(1), sets);
    sets.clear();
    sink->note(hit(0x100), sets.single(2), sets);
    ASSERT_EQ(heard->hits.size(), 2U);
    EXPECT_EQ(heard->hits[1].labels.ranges, (std::vector<LabelRange>{{2, 2}}));
}

TEST_F(SinkTables, WhatIsRememberedIsBounded) {
    const auto sink = add({SinkKind::branch});
    for (std::uint64_t pc = 0; pc < 2 * TaintSink::kMostSeen; ++pc) {
        sink->note(hit(pc), sets.single(1), sets);
    }
    heard->is_ready = false;
    EXPECT_TRUE(sink->ready(hit(0x9999), sets.single(1), sets)) << "nothing is told, so nothing is waited for";
    EXPECT_EQ(heard->hits.size(), TaintSink::kMostSeen);
    EXPECT_EQ(sink->hits(), 2 * TaintSink::kMostSeen);
}

TEST_F(SinkTables, LongListsOfLabelsAreCut) {
    SetId set = kNoLabels;
    for (Label label = 0; label < 3 * LabelList::kMost; label += 2) {
        set = sets.unite(set, sets.single(label));
    }
    const auto list = LabelList::of(sets, set);
    EXPECT_EQ(list.ranges.size(), LabelList::kMost);
    EXPECT_TRUE(list.more);
    EXPECT_FALSE(LabelList::of(sets, kAnyLabels).known);
}

}  // namespace
}  // namespace hvgdb::emulator::taint
