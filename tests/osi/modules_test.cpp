// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/modules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "osi/linux/module_symbols.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;

constexpr VirtAddr kHead{0xffff'ffff'8000'0000};
constexpr VirtAddr kFirst{0xffff'ffff'c000'0000};
constexpr VirtAddr kSecond{0xffff'ffff'c010'0000};
constexpr VirtAddr kText{0xffff'ffff'c020'0000};
constexpr VirtAddr kTables{0xffff'ffff'c030'0000};
constexpr std::uint64_t kRanges = 7;

class Modules : public testing::Test {
  protected:
    Modules() {
        fields_.add(Field::module_state, 4).add(Field::module_list).add(Field::module_name, 56, 1);
        fields_.add(Field::module_refcnt, 4).add(Field::module_kallsyms).add(Field::module_mem, 16 * kRanges, 16);
        fields_.add(Field::module_memory_base).add(Field::module_memory_size, 4);
        fields_.add(Field::module_symbols).add(Field::module_symbol_count, 4).add(Field::module_strings);
        fields_.set(Structure::module_memory, 16);
        put_module(kFirst, "first", kSecond);
        put_module(kSecond, "second", std::nullopt);
        memory_.put(kHead, list(kFirst).value);
    }
    VirtAddr at(VirtAddr object, Field field) { return VirtAddr{object.value + fields_.layout()[field].offset}; }
    VirtAddr list(VirtAddr module) { return at(module, Field::module_list); }
    void put_module(VirtAddr module, std::string_view name, std::optional<VirtAddr> next) {
        memory_.put_zeros(module, 0x1000);
        memory_.put_text(at(module, Field::module_name), name);
        memory_.put(at(module, Field::module_refcnt), 1, 4);
        memory_.put(list(module), next ? list(*next).value : kHead.value);
    }
    void put_range(VirtAddr module, std::uint64_t index, VirtAddr base, std::uint64_t size) {
        const VirtAddr range{at(module, Field::module_mem).value + 16 * index};
        memory_.put(range, base.value);
        memory_.put(VirtAddr{range.value + 8}, size, 4);
    }
    void put_symbols(VirtAddr module, std::uint64_t count) {
        memory_.put_zeros(kTables, 0x1000);
        memory_.put(at(module, Field::module_kallsyms), kTables.value);
        memory_.put(at(kTables, Field::module_symbols), kTables.value + 0x100);
        memory_.put(at(kTables, Field::module_symbol_count), count, 4);
        memory_.put(at(kTables, Field::module_strings), kTables.value + 0x800);
    }
    void put_symbol(std::uint64_t index, std::uint64_t value, std::string_view name, std::uint64_t section = 1) {
        const VirtAddr symbol{kTables.value + 0x100 + 24 * index};
        const std::uint64_t name_at = 0x10 * (index + 1);
        memory_.put(symbol, name_at, 4);
        memory_.put(VirtAddr{symbol.value + 6}, section, 2);
        memory_.put(VirtAddr{symbol.value + 8}, value);
        memory_.put_text(VirtAddr{kTables.value + 0x800 + name_at}, name);
    }
    std::vector<LoadedModule> modules() { return loaded_modules(kernel(), kHead).value(); }
    KernelMemory kernel() { return {memory_, fields_.layout()}; }

    FakeMemory memory_;
    FakeLayout fields_;
};

TEST_F(Modules, AreListedAsProcModulesDoes) {
    put_range(kFirst, 0, kText, 0x3000);
    put_range(kFirst, 2, VirtAddr{kText.value + 0x8000}, 0x1000);
    memory_.put(at(kFirst, Field::module_refcnt), 3, 4);
    memory_.put(at(kSecond, Field::module_state), 2, 4);
    const auto found = modules();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].facts.name, "first");
    EXPECT_EQ(found[0].facts.base, kText);
    EXPECT_EQ(found[0].facts.size, 0x4000u);
    EXPECT_EQ(found[0].facts.users, 2);
    EXPECT_EQ(found[0].facts.state, "Live");
    EXPECT_EQ(found[1].facts.users, 0);
    EXPECT_EQ(found[1].facts.state, "Unloading");
}

TEST_F(Modules, ThatAreUnformedAreLeftOut) {
    memory_.put(at(kFirst, Field::module_state), 3, 4);
    memory_.put(at(kSecond, Field::module_state), 1, 4);
    const auto found = modules();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].facts.name, "second");
    EXPECT_EQ(found[0].facts.state, "Loading");
}

TEST_F(Modules, OfATornListEndEarly) {
    memory_.put(list(kSecond), list(kFirst).value);
    EXPECT_EQ(modules().size(), 2u);
    memory_.unmap(kHead, 8);
    const auto found = loaded_modules(kernel(), kHead);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::fault);
}

TEST_F(Modules, OfOlderKernelsHaveTwoParts) {
    fields_ = FakeLayout();
    fields_.add(Field::module_state, 4).add(Field::module_list).add(Field::module_name, 56, 1);
    fields_.add(Field::module_core_base).add(Field::module_core_size, 4);
    fields_.add(Field::module_init_base).add(Field::module_init_size, 4);
    memory_.put_zeros(kFirst, 0x1000);
    memory_.put_text(at(kFirst, Field::module_name), "old");
    memory_.put(list(kFirst), kHead.value);
    memory_.put(kHead, list(kFirst).value);
    memory_.put(at(kFirst, Field::module_core_base), kText.value);
    memory_.put(at(kFirst, Field::module_core_size), 0x5000, 4);
    memory_.put(at(kFirst, Field::module_init_size), 0x2000, 4);
    const auto found = modules();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].facts.base, kText);
    EXPECT_EQ(found[0].facts.size, 0x7000u);
    EXPECT_EQ(found[0].facts.users, std::nullopt);
}

TEST_F(Modules, HaveSymbols) {
    put_range(kSecond, 0, kText, 0x1000);
    put_symbols(kSecond, 5);
    put_symbol(1, kText.value + 0x100, "open");
    put_symbol(2, 0, "imported", 0);
    put_symbol(3, kText.value + 0x40, "init");
    put_symbol(4, kText.value + 0x9000, "elsewhere");
    const auto found = modules();
    const auto open = find_module_symbol(kernel(), found, "open");
    ASSERT_TRUE(open);
    EXPECT_EQ(open->address.value, kText.value + 0x100);
    EXPECT_EQ(open->module, "second");
    EXPECT_EQ(find_module_symbol(kernel(), found, "imported"), std::nullopt);
    EXPECT_EQ(find_module_symbol(kernel(), found, "ope"), std::nullopt);
    EXPECT_EQ(find_module_symbol(kernel(), found, ""), std::nullopt);
    EXPECT_EQ(find_module_symbol(kernel(), found, std::string(600, 'x')), std::nullopt);

    const auto inside = find_module_symbol_at(kernel(), found, VirtAddr{kText.value + 0x123});
    ASSERT_TRUE(inside);
    EXPECT_EQ(inside->name, "open");
    EXPECT_EQ(inside->offset, 0x23u);
    const auto before = find_module_symbol_at(kernel(), found, VirtAddr{kText.value + 0x10});
    ASSERT_TRUE(before);
    EXPECT_EQ(before->name, "");
    EXPECT_EQ(before->offset, 0x10u);
    EXPECT_EQ(before->module, "second");
    EXPECT_EQ(find_module_symbol_at(kernel(), found, VirtAddr{kText.value + 0x1000}), std::nullopt);
}

TEST_F(Modules, WithLyingTablesEnd) {
    put_range(kSecond, 0, kText, 0x1000);
    put_symbols(kSecond, 0xffff'ffff);
    put_symbol(1, kText.value, "only");
    memory_.reads = 0;
    EXPECT_EQ(find_module_symbol(kernel(), modules(), "missing"), std::nullopt);
    EXPECT_LT(memory_.reads, 2000u);
    memory_.put(at(kTables, Field::module_symbols), 8);  // nothing is there
    EXPECT_EQ(find_module_symbol(kernel(), modules(), "only"), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
