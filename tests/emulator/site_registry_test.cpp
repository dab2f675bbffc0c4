// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/site_registry.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/emulator/sites_support.hpp"

namespace hvgdb::emulator {
namespace {

SiteCallback stopping() {
    return [](VcpuContext&) { return Verdict::stop; };
}

struct LookupRow {
    std::string name;
    std::vector<SiteSpec> sites;
    std::uint64_t translated_at;
    std::vector<std::size_t> group_sizes;
};

class Lookup : public testing::TestWithParam<LookupRow> {};

TEST_P(Lookup, FindsTheCandidatesOfAnInstruction) {
    SiteRegistry registry;
    for (const SiteSpec& site : GetParam().sites) {
        (void)registry.add(site, {}, stopping());
    }
    registry.publish();
    std::vector<std::size_t> sizes;
    for (const SiteGroup& group : registry.table().find(VirtAddr{GetParam().translated_at})) {
        sizes.push_back(group.slots.size());
    }
    EXPECT_EQ(sizes, GetParam().group_sizes);
}

constexpr AddressSpace kSpaceA{0x1000};
constexpr AddressSpace kSpaceB{0x2000};

INSTANTIATE_TEST_SUITE_P(
    Table, Lookup,
    testing::Values(LookupRow{"nothing", {}, 0x401136, {}},
                    LookupRow{"same_address", {{{0x401136}, {}}}, 0x401136, {1}},
                    LookupRow{"another_mapping_of_the_page", {{{0x7f00'0000'1136}, kSpaceA}}, 0x5555'0000'4136, {1}},
                    LookupRow{"another_offset", {{{0x401136}, {}}}, 0x401137, {}},
                    LookupRow{"kernel_half_is_exact", {{{0xffff'ffff'8100'0136}, {}}}, 0xffff'ffff'8100'0136, {1}},
                    LookupRow{"kernel_half_not_by_offset", {{{0xffff'ffff'8100'0136}, {}}}, 0xffff'ffff'8200'0136, {}},
                    LookupRow{"kernel_site_not_in_user_code", {{{0xffff'ffff'8100'0136}, {}}}, 0x401136, {}},
                    LookupRow{"two_spaces_two_conditions", {{{0x1136}, kSpaceA}, {{0x1136}, kSpaceB}}, 0x1136, {1, 1}},
                    LookupRow{"two_sites_of_one_space", {{{0x1136}, kSpaceA}, {{0x5136}, kSpaceA}}, 0x1136, {2}},
                    LookupRow{
                        "any_takes_all_in", {{{0x1136}, kSpaceA}, {{0x1136}, {}}, {{0x1136}, kSpaceB}}, 0x1136, {3}}),
    [](const auto& row) { return row.param.name; });

TEST(SiteRegistry, HandlesWorkFromInsideTheCallbackAndAfterTheEnd) {
    SiteHandle handle;
    {
        SiteRegistry registry;
        int calls = 0;
        handle = registry.add({{0x1000}, {}}, {}, [&](VcpuContext&) {
            ++calls;
            handle.disable();
            return Verdict::go_on;
        });
        registry.publish();
        ScriptedVcpu vcpu(0, 0x1000);
        Slot* slot = slots_at(registry, 0x1000).at(0);
        EXPECT_EQ(slot->run(vcpu), Verdict::go_on);
        EXPECT_EQ(slot->run(vcpu), Verdict::go_on);
        EXPECT_EQ(calls, 1);
        EXPECT_FALSE(handle.enabled());
        handle.enable();
        EXPECT_EQ(slot->run(vcpu), Verdict::go_on);
        EXPECT_EQ(handle.hits(), 2U);
    }
    EXPECT_FALSE(handle.exists());
    handle.enable();
    handle.remove();
    EXPECT_EQ(handle.hits(), 0U);
}

TEST(SiteRegistry, GoOnAndDisableIsASingleShot) {
    SiteRegistry registry;
    const SiteHandle handle = registry.add({{0x1000}, {}}, {}, [](VcpuContext&) { return Verdict::go_on_and_disable; });
    registry.publish();
    ScriptedVcpu vcpu(0, 0x1000);
    Slot* slot = slots_at(registry, 0x1000).at(0);
    EXPECT_EQ(slot->run(vcpu), Verdict::go_on);
    EXPECT_EQ(slot->run(vcpu), Verdict::go_on);
    EXPECT_EQ(handle.hits(), 1U);
    EXPECT_TRUE(handle.exists());
    EXPECT_FALSE(handle.enabled());
}

TEST(SiteRegistry, RemovalFreesWhatTheCallbackOwns) {
    SiteRegistry registry;
    auto owned = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = owned;
    const SiteHandle handle =
        registry.add({{0x1000}, {}}, {}, [keep = std::move(owned)](VcpuContext&) { return Verdict::go_on; });
    registry.publish();
    Slot* slot = slots_at(registry, 0x1000).at(0);
    handle.remove();
    handle.enable();
    EXPECT_FALSE(handle.exists());
    EXPECT_FALSE(watch.expired());
    registry.publish();
    EXPECT_TRUE(watch.expired());
    EXPECT_TRUE(registry.empty());
    EXPECT_TRUE(registry.list().empty());
    ScriptedVcpu vcpu(0, 0x1000);
    EXPECT_EQ(slot->run(vcpu), Verdict::go_on) << "an old block may still call back";
    registry.forget_translations();
    EXPECT_TRUE(slots_at(registry, 0x1000).empty());
}

}  // namespace
}  // namespace hvgdb::emulator
