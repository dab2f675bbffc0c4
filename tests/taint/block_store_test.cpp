// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/block_store.hpp"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "emulator/taint/engine.hpp"
#include "emulator/taint/registers.hpp"
#include "tests/taint/code.hpp"

namespace hvgdb::emulator::taint {
namespace {

class Store : public testing::Test {
  protected:
    const StoredBlock& get(const std::vector<CodeBytes>& code, CodeSize size = CodeSize::bits64,
                           const Policy& policy = {}) {
        return store.get(size, code, policy, unknown);
    }
    bool separate(const CodeBytes& one) { return get({one}).points.front().separate != 0; }

    UnknownInstructions unknown;
    BlockStore store;
};

const CodeBytes kLoad = instruction({0x48, 0x8b, 0x07});  // mov rax, [rdi]
const CodeBytes kMove = instruction({0x48, 0x89, 0xc1});  // mov rcx, rax
const CodeBytes kClear = instruction({0x31, 0xc0});       // xor eax, eax

TEST_F(Store, PointsNameTheInstructions) {
    const auto& stored = get({kLoad, kMove, kClear});
    ASSERT_EQ(stored.points.size(), 3U);
    for (std::size_t index = 0; index < stored.points.size(); ++index) {
        EXPECT_EQ(stored.points[index].block, &stored.block);
        EXPECT_EQ(stored.points[index].instruction, index);
    }
    EXPECT_TRUE(stored.block.instructions[0].touches_memory);
    EXPECT_FALSE(stored.block.instructions[1].touches_memory);
}

TEST_F(Store, EqualCodeIsCompiledOnce) {
    const auto* const first = &get({kLoad, kMove});
    const auto bytes = store.bytes();
    EXPECT_GT(bytes, sizeof(StoredBlock));
    EXPECT_EQ(&get({kLoad, kMove}), first);
    EXPECT_EQ(store.bytes(), bytes);

    auto own_entry = kMove;
    own_entry.own_entry = true;
    EXPECT_NE(&get({kLoad, own_entry}), first);
    EXPECT_NE(&get({kLoad}), first);
    EXPECT_NE(&get({kLoad, kMove}, CodeSize::bits32), first);
    EXPECT_NE(&get({kLoad, kMove}, CodeSize::bits64, {.loads = PointerTaint::all}), first);
    EXPECT_NE(&get({kLoad, kMove}, CodeSize::bits64, {.stores = PointerTaint::all}), first);
    EXPECT_NE(&get({kLoad, kMove}, CodeSize::bits64, {.conditions = true}), first);
    EXPECT_NE(&get({kLoad, kMove}, CodeSize::bits64, {.sinks = {SinkKind::jump}}), first);
    EXPECT_GT(store.bytes(), bytes);
    store.clear();
    EXPECT_EQ(store.bytes(), 0U);
    EXPECT_EQ(get({kLoad, kMove}).points.size(), 2U);
}

/// "48 8b" and "07", for instance, are not one instruction.
TEST_F(Store, TheSameBytesCutElsewhereAreOtherCode) {
    EXPECT_NE(&get({instruction({0x90, 0x90})}), &get({instruction({0x90}), instruction({0x90})}));
}

TEST_F(Store, BadCodeIsCompiledToo) {
    EXPECT_EQ(get({}).points.size(), 0U);
    EXPECT_EQ(get({CodeBytes{}}).points.size(), 0U);
    const auto& undecodable = get({instruction({0x06}), kLoad});
    ASSERT_EQ(undecodable.points.size(), 2U);
    EXPECT_TRUE(undecodable.block.instructions[0].touches_memory) << "who knows";
    EXPECT_EQ(get(std::vector<CodeBytes>(5000, kMove)).points.size(), BlockBuilder::kMostInstructions);
}

TEST_F(Store, AccessesThatBelongTogetherAreMarked) {
    EXPECT_TRUE(separate(kLoad));
    EXPECT_TRUE(separate(instruction({0x48, 0x01, 0x07}))) << "add [rdi], rax: the same place twice";
    EXPECT_TRUE(separate(instruction({0xf3, 0xa4}))) << "rep movsb";
    EXPECT_TRUE(separate(instruction({0xf3, 0x0f, 0x6f, 0x07}))) << "movdqu xmm0, [rdi]";
    EXPECT_TRUE(separate(instruction({0x0f, 0xae, 0x07}))) << "fxsave: by offset";
    EXPECT_FALSE(separate(instruction({0xa6}))) << "cmpsb: two loads";
    EXPECT_FALSE(separate(instruction({0xc5, 0xfe, 0x6f, 0x07}))) << "vmovdqu ymm0, [rdi]: in two pieces";
    EXPECT_FALSE(separate(instruction({0xdb, 0x2f}))) << "fld tbyte [rdi]: in two pieces";
}

TEST_F(Store, SizesOfSeparateAccessesAreKnown) {
    const auto& add = get({instruction({0x01, 0x07})}).points.front();  // add [rdi], eax
    EXPECT_EQ(add.load_size, 4U);
    EXPECT_EQ(add.store_size, 4U);
    const auto& load = get({kLoad}).points.front();
    EXPECT_EQ(load.load_size, 8U);
    EXPECT_EQ(load.store_size, 0U);
    EXPECT_EQ(get({instruction({0xdb, 0x2f})}).points.front().load_size, 0U) << "fld tbyte [rdi]";
    EXPECT_EQ(get({instruction({0x0f, 0xae, 0x07})}).points.front().store_size, 0U) << "fxsave [rdi]";
    EXPECT_EQ(get({instruction({0x8b, 0x07})}, CodeSize::bits32).points.front().load_size, 0U) << "perhaps 16-bit code";
}

TEST_F(Store, PointsTellWhichRegistersConcernThem) {
    const auto concerned = [](const BlockPoint& point, const char* name) {
        return (point.concerned & register_mask(find_register(name).value())) != 0;
    };
    const auto& stored = get({kMove, kLoad, kMove});
    EXPECT_TRUE(concerned(stored.entry, "rax"));
    EXPECT_TRUE(concerned(stored.entry, "rcx"));
    EXPECT_FALSE(concerned(stored.entry, "rdi"));
    EXPECT_TRUE(concerned(stored.points[1], "rax"));
    EXPECT_TRUE(concerned(stored.points[1], "rcx")) << "by what follows up to the next access";
    EXPECT_FALSE(concerned(stored.points[1], "rdi")) << "addresses: policy";
    EXPECT_FALSE(concerned(stored.points[1], "rbx"));
}

/// What an instruction does, that a vCPU may be kept from, must not be done with those before it.
TEST_F(Store, NothingIsDoneBeforeAnOwnEntry) {
    Engine engine(1);
    auto& vcpu = engine.vcpu(VcpuId{0});
    const auto rax = find_register("rax").value();
    vcpu.registers().set(rax, engine.labels().single(3));
    auto kept_from = kClear;
    kept_from.own_entry = true;
    const auto& stored = get({kMove, kept_from});
    vcpu.enter(stored.block);
    EXPECT_NE(vcpu.united(rax), kNoLabels);
    ASSERT_NE(stored.block.instructions[1].entry, CompiledInstruction::kNoEntry);
    vcpu.enter(stored.block, 1);
    EXPECT_EQ(vcpu.united(rax), kNoLabels);

    vcpu.registers().set(rax, engine.labels().single(3));
    const auto& first = get({kept_from, kMove});
    vcpu.enter(first.block);
    EXPECT_NE(vcpu.united(rax), kNoLabels) << "also where it is the block's first";
}

TEST_F(Store, SeveralThreadsGetTheSame) {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kBlocks = 200;
    std::vector<std::vector<const StoredBlock*>> seen(kThreads);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : seen) {
            threads.emplace_back([this, &mine] {
                for (unsigned number = 0; number < kBlocks; ++number) {
                    mine.push_back(&get({instruction({0xb8, number, 0, 0, 0}), kLoad}));
                }
            });
        }
    }
    for (const auto& mine : seen) {
        EXPECT_EQ(mine, seen.front());
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
