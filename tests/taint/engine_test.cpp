// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/engine.hpp"

#include <gtest/gtest.h>

namespace hvgdb::emulator::taint {
namespace {

TEST(TaintEngine, IsActiveByMemoryOrByAnyVcpu) {
    Engine engine(2);
    EXPECT_FALSE(engine.active());
    const SetId seven = engine.labels().single(7);
    engine.memory().fill(PhysAddr{0x1000}, 3, seven);
    EXPECT_TRUE(engine.active());
    engine.memory().clear(PhysAddr{0x1000}, 3);
    EXPECT_FALSE(engine.active());
    engine.vcpu(VcpuId{1}).registers().set(*find_register("ah"), seven);
    EXPECT_TRUE(engine.active());
}

TEST(TaintEngine, ClearForgetsMemoryRegistersAndLabels) {
    Engine engine(2);
    const SetId seven = engine.labels().single(7);
    engine.memory().fill(PhysAddr{0x1000}, 3, seven);
    engine.vcpu(VcpuId{1}).registers().set(*find_register("rax"), seven);
    engine.clear();
    EXPECT_FALSE(engine.active());
    EXPECT_EQ(engine.memory().get(PhysAddr{0x1001}), kNoLabels);
    EXPECT_EQ(engine.labels().statistics().sets, 0U);
}

TEST(TaintEngine, OnlyAnotherPolicyIsANewGeneration) {
    Engine engine(1);
    const auto before = engine.policy_generation();
    engine.set_policy({});
    EXPECT_EQ(engine.policy_generation(), before);
    engine.set_policy({.loads = PointerTaint::all});
    EXPECT_NE(engine.policy_generation(), before);
}

}  // namespace
}  // namespace hvgdb::emulator::taint
