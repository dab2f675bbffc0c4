// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_functions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "osi/linux/symbol_names.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr VirtAddr kEntryCode{0xffff'ffff'8200'0000};
constexpr std::uint64_t kEntrySize = 0x200;

class ListedSymbols final : public SymbolSource {
  public:
    explicit ListedSymbols(std::vector<Symbol> symbols) : symbols_(std::move(symbols)) {}

    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(
        std::span<const std::string_view> names) const override {
        std::vector<std::optional<VirtAddr>> found;
        for (const auto name : names) {
            const auto symbol = std::ranges::find(symbols_, name, &Symbol::name);
            found.push_back(symbol == symbols_.end() ? std::nullopt : std::optional(symbol->address));
        }
        return found;
    }
    [[nodiscard]] std::vector<Symbol> variants(std::string_view name, std::size_t limit) const override {
        std::vector<Symbol> found;
        std::ranges::copy_if(symbols_, std::back_inserter(found), [&](const Symbol& symbol) {
            return is_variant(symbol.name, name) && found.size() < limit;
        });
        return found;
    }
    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr) const override { return std::nullopt; }
    [[nodiscard]] std::size_t size() const override { return symbols_.size(); }
    [[nodiscard]] std::string_view origin() const override { return "a list"; }

  private:
    std::vector<Symbol> symbols_;
};

Symbol function(std::string_view name, std::uint64_t address, char type = 'T') {
    return {.name = std::string(name), .address = VirtAddr{address}, .type = type};
}

EventFunctions find(EventKind kind, std::vector<Symbol> symbols) {
    return find_event_functions(kind, ListedSymbols(std::move(symbols)), {}, FakeMemory());
}

EventSite site(EventPoint point, std::uint64_t address) {
    return {.point = point, .address = VirtAddr{address}};
}

TEST(EventFunctions, AreTheFirstChoiceThatTheKernelHas) {
    const struct {
        const char* what;
        EventKind kind;
        std::vector<Symbol> symbols;
        std::vector<EventSite> sites;
        const char* names;
    } rows[] = {
        {"the first",
         EventKind::started,
         {function("start_thread", 1), function("proc_exec_connector", 2)},
         {site(EventPoint::exec_done, 2)},
         "proc_exec_connector"},
        {"the next, with what goes with it",
         EventKind::started,
         {function("start_thread", 1), function("compat_start_thread", 3)},
         {site(EventPoint::thread_start, 1), site(EventPoint::thread_start, 3)},
         "start_thread, compat_start_thread"},
        {"the next, alone",
         EventKind::started,
         {function("start_thread", 1)},
         {site(EventPoint::thread_start, 1)},
         "start_thread"},
        {"what goes with it alone is nothing", EventKind::started, {function("compat_start_thread", 3)}, {}, ""},
        {"one function for two kinds",
         EventKind::thread_created,
         {function("wake_up_new_task", 9)},
         {site(EventPoint::new_task, 9)},
         "wake_up_new_task"},
        {"other arguments",
         EventKind::unmapped,
         {function("do_munmap", 7), function("__do_munmap", 8)},
         {site(EventPoint::unmap_length, 8)},
         "__do_munmap"},
        {"several ways in",
         EventKind::syscall_entered,
         {function("do_fast_syscall_32", 3), function("do_int80_syscall_32", 2), function("do_syscall_64", 1)},
         {site(EventPoint::syscall, 1), site(EventPoint::compat_syscall, 2), site(EventPoint::fast_syscall, 3)},
         "do_syscall_64, do_int80_syscall_32, do_fast_syscall_32"},
        {"one way in is counted once",
         EventKind::syscall_entered,
         {function("do_syscall_64", 1), function("int80_emulation", 2), function("do_int80_emulation", 3)},
         {site(EventPoint::syscall, 1), site(EventPoint::int80, 3)},
         "do_syscall_64, do_int80_emulation"},
        {"not without the main one", EventKind::syscall_entered, {function("do_fast_syscall_32", 3)}, {}, ""},
        {"none", EventKind::signal, {function("set_signal", 1)}, {}, ""},
    };
    for (const auto& row : rows) {
        const auto found = find(row.kind, row.symbols);
        EXPECT_EQ(found.sites, row.sites) << row.what;
        EXPECT_EQ(found.names, row.names) << row.what;
    }
}

TEST(EventFunctions, MayHaveACompilersSuffix) {
    const struct {
        const char* what;
        std::vector<Symbol> symbols;
        std::vector<EventSite> sites;
    } rows[] = {
        {"a copy", {function("get_signal.isra.0", 1, 't')}, {site(EventPoint::signal, 1)}},
        {"two copies",
         {function("get_signal.constprop.0", 1, 't'), function("get_signal.part.1", 2, 't')},
         {site(EventPoint::signal, 1), site(EventPoint::signal, 2)}},
        {"the whole one before copies",
         {function("get_signal.part.1", 1, 't'), function("get_signal", 2)},
         {site(EventPoint::signal, 2)}},
        {"no cold part", {function("get_signal.cold", 1, 't'), function("get_signal.isra.0.cold", 2, 't')}, {}},
        {"no padding", {function("__pfx_get_signal", 1, 't')}, {}},
        {"no data", {function("get_signal.llvm.1", 1, 'd')}, {}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(find(EventKind::signal, row.symbols).sites, row.sites) << row.what;
    }
}

class EntryCode : public testing::Test {
  protected:
    EntryCode() {
        memory_.put_zeros(kEntryCode, kEntrySize);
        addresses_.set(KernelSymbol::entry_text_start, kEntryCode);
        addresses_.set(KernelSymbol::entry_text_end, VirtAddr{kEntryCode.value + kEntrySize});
    }
    /// Returns what is behind it.
    VirtAddr call(std::uint64_t offset, VirtAddr target, std::uint8_t opcode = 0xe8) {
        const VirtAddr at{kEntryCode.value + offset};
        const VirtAddr behind{at.value + 5};
        memory_.put(at, opcode, 1);
        memory_.put(VirtAddr{at.value + 1}, target.value - behind.value, 4);
        return behind;
    }
    std::vector<VirtAddr> returns(VirtAddr target, std::uint64_t size = kEntrySize) {
        return returns_of_calls(memory_, kEntryCode, VirtAddr{kEntryCode.value + size}, std::span(&target, 1));
    }
    FakeMemory memory_;
    KernelSymbols addresses_;
};

TEST_F(EntryCode, IsSearchedForCalls) {
    const VirtAddr above{0xffff'ffff'8300'1234};
    const VirtAddr below{0xffff'ffff'8100'1234};
    const auto first = call(0x10, above);
    call(0x20, above, 0xe9);  // a jump
    call(0x30, VirtAddr{above.value + 1});
    const auto second = call(0x40, below);
    const auto last = call(kEntrySize - 5, above);
    EXPECT_THAT(returns(above), ElementsAre(first, last));
    EXPECT_THAT(returns(above, kEntrySize - 1), ElementsAre(first));
    EXPECT_THAT(returns(below), ElementsAre(second));
    EXPECT_THAT(returns(below, 0), IsEmpty());
}

TEST_F(EntryCode, IsSearchedAsFarAsItCanBeRead) {
    const VirtAddr target{0xffff'ffff'8300'1234};
    const auto first = call(0x10, target);
    call(0x40, target);
    memory_.unmap(VirtAddr{kEntryCode.value + 0x20}, 0x100);
    EXPECT_THAT(returns(target), ElementsAre(first));
    EXPECT_THAT(returns_of_calls(memory_, VirtAddr{0x1000}, VirtAddr{~std::uint64_t{0}}, std::span(&target, 1)),
                IsEmpty());
}

TEST_F(EntryCode, TellsWhereSystemCallsEnd) {
    const VirtAddr native{0xffff'ffff'8300'0000};
    const VirtAddr compat{0xffff'ffff'8300'1000};
    const auto native_end = call(0x10, native);
    const auto first = call(0x40, compat);
    const auto second = call(0x50, compat);
    const ListedSymbols both({function("do_syscall_64", native.value), function("do_fast_syscall_32", compat.value)});
    const auto found = find_event_functions(EventKind::syscall_returned, both, addresses_, memory_);
    EXPECT_THAT(found.sites, ElementsAre(site(EventPoint::syscall_end, native_end.value),
                                         site(EventPoint::compat_syscall_end, first.value),
                                         site(EventPoint::compat_syscall_end, second.value)));
    EXPECT_EQ(found.names, "behind do_syscall_64, behind do_fast_syscall_32");

    const ListedSymbols compat_alone({function("do_fast_syscall_32", compat.value)});
    EXPECT_THAT(find_event_functions(EventKind::syscall_returned, compat_alone, addresses_, memory_).sites, IsEmpty());
    EXPECT_THAT(find_event_functions(EventKind::syscall_returned, both, {}, memory_).sites, IsEmpty());
}

}  // namespace
}  // namespace hvgdb::osi
