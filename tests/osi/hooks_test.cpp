// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/hooks.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "tests/osi/elf_builder.hpp"
#include "tests/support/fake_events.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::osi {
namespace {

using emulator::Verdict;

constexpr ProcessId kPid = 42;
constexpr AddressSpace kSpace{0x7000};
constexpr std::uint64_t kProgram = 0x5555'0000'0000;
constexpr std::uint64_t kLibrary = 0x7f00'0000'0000;
constexpr std::uint64_t kReadExecute = 5;
constexpr std::string_view kLibraryPath = "/usr/lib/libfoo.so.1.2";
constexpr auto kIgnore = [](emulator::VcpuContext&) { return Verdict::go_on; };

std::string program_file() {
    ElfBuilder<ElfFormat64> elf;
    elf.entry = 0x1040;
    elf.segments = {{.offset = 0, .size = 0x4000, .address = 0}};
    elf.symbols = {{.name = "main", .value = 0x1100}, {.name = "table", .value = 0x3000, .type = STT_OBJECT}};
    return elf.build();
}

std::string library_file() {
    ElfBuilder<ElfFormat64> elf;
    elf.segments = {{.offset = 0, .size = 0x1000, .address = 0}, {.offset = 0x1000, .size = 0x2000, .address = 0x1000}};
    elf.dynamic_symbols = {{.name = "foo", .value = 0x1200}, {.name = "fast", .value = 0x1300, .type = STT_GNU_IFUNC}};
    return elf.build();
}

Event mapped(std::string_view path, std::uint64_t start, std::uint64_t offset, std::uint64_t flags = kReadExecute,
             ProcessId pid = kPid) {
    return {
        .kind = EventKind::mapped,
        .vcpu = {},
        .pid = pid,
        .tid = pid,
        .command = "app",
        .what = event::Mapped{
            .start = VirtAddr{start}, .length = 0x2000, .offset = offset, .flags = flags, .path = std::string(path)}};
}

class HooksTest : public testing::Test {
  protected:
    HooksTest() {
        Process process;
        process.pid = kPid;
        process.user_space = kSpace;
        auto& added = os_.guest.add(process);
        added.executable = "/bin/app";
        added.auxiliary_vector = {{.type = 9, .value = kProgram + 0x1040}};
        added.contents = {{"/bin/app", program_file()}, {std::string(kLibraryPath), library_file()}};
        os_.guest.symbols = {
            {.name = "do_exit", .address = VirtAddr{0xffff'ffff'8000'0000}, .offset = 0, .module = ""}};
    }
    void map_library(std::uint64_t start) {
        Mapping head;
        head.start = VirtAddr{start};
        head.name = kLibraryPath;
        Mapping code = head;
        code.start.value += 0x1000;
        code.offset = 0x1000;
        code.execute = true;
        os_.guest.processes.front().mappings = {head, code};
    }
    Expected<HookHandle> add(HookSpec spec) { return hooks_->add(std::move(spec), kIgnore); }
    Expected<HookHandle> add_foo() {
        return add({.process = kPid, .library = "libfoo.so.1.2", .where = std::string("foo")});
    }
    void expect_error(const HookSpec& spec, Errc code) {
        const auto hook = add(spec);
        ASSERT_FALSE(hook);
        EXPECT_EQ(hook.error().code, code) << hook.error().detail;
    }
    [[nodiscard]] bool has_site(std::uint64_t address, std::optional<AddressSpace> space) const {
        const auto sites = instrumentation_.sites();
        return std::ranges::any_of(sites, [&](const auto& site) {
            return site.enabled && site.where == emulator::SiteSpec{.address = VirtAddr{address}, .space = space};
        });
    }

    test::FakeOs os_;
    test::FakeEvents events_;
    test::FakeMachine machine_;
    test::FakeInstrumentation instrumentation_{machine_};
    std::optional<Hooks> hooks_{std::in_place, os_, events_, instrumentation_};
};

TEST_F(HooksTest, AreResolvedAtOnceWhereTheyCan) {
    map_library(kLibrary);
    const std::pair<HookSpec, std::uint64_t> cases[] = {
        {{.process = {}, .library = "", .where = std::string("do_exit")}, 0xffff'ffff'8000'0000},
        {{.process = {}, .library = "", .where = VirtAddr{0xffff'ffff'8000'1000}}, 0xffff'ffff'8000'1000},
        {{.process = kPid, .library = "", .where = std::string("main")}, kProgram + 0x1100},
        {{.process = kPid, .library = "", .where = VirtAddr{0x1234}}, 0x1234},
        {{.process = kPid, .library = "libfoo.so.1.2", .where = std::string("foo")}, kLibrary + 0x1200},
        {{.process = kPid, .library = "libfoo.so.1", .where = VirtAddr{0x1234}}, kLibrary + 0x1234},
        {{.process = kPid, .library = "/usr/lib/libfoo.so.1", .where = VirtAddr{0x1238}}, kLibrary + 0x1238},
    };
    for (const auto& [spec, address] : cases) {
        const auto hook = add(spec);
        ASSERT_TRUE(hook) << std::hex << address << ' ' << hook.error().detail;
        EXPECT_EQ(hook->address(), VirtAddr{address});
        EXPECT_TRUE(hook->exists());
        EXPECT_TRUE(hook->enabled());
        EXPECT_TRUE(has_site(address, spec.process ? std::optional(kSpace) : std::nullopt)) << std::hex << address;
    }
    EXPECT_EQ(hooks_->pending(), 0U);
    EXPECT_EQ(events_.subscribers(EventKind::mapped), 0);
}

TEST_F(HooksTest, AreRefusedWhereTheyCannotBe) {
    map_library(kLibrary);
    expect_error({.process = {}, .library = "", .where = std::string("no_such")}, Errc::not_found);
    expect_error({.process = {}, .library = "libfoo.so.1.2", .where = VirtAddr{1}}, Errc::bad_argument);
    expect_error({.process = 7, .library = "", .where = std::string("main")}, Errc::not_found);
    expect_error({.process = 7, .library = "", .where = VirtAddr{1}}, Errc::not_found);
    expect_error({.process = 7, .library = "libfoo.so.1.2", .where = VirtAddr{1}}, Errc::not_found);
    expect_error({.process = kPid, .library = "", .where = std::string("no_such")}, Errc::not_found);
    expect_error({.process = kPid, .library = "", .where = std::string("table")}, Errc::bad_argument);
    expect_error({.process = kPid, .library = "libfoo.so.1.2", .where = std::string("fast")}, Errc::unsupported);
    os_.guest.processes.front().contents.clear();
    expect_error({.process = kPid, .library = "", .where = std::string("main")}, Errc::not_found);
    os_.guest.processes.front().process.user_space.reset();
    expect_error({.process = kPid, .library = "", .where = VirtAddr{1}}, Errc::not_found);
    events_.refuse(EventKind::mapped);
    expect_error({.process = kPid, .library = "libbar.so", .where = VirtAddr{1}}, Errc::unsupported);
    EXPECT_TRUE(instrumentation_.sites().empty());
    for (const auto kind : {EventKind::mapped, EventKind::started, EventKind::exited}) {
        EXPECT_EQ(events_.subscribers(kind), 0);
    }
}

TEST_F(HooksTest, WaitForTheirLibrary) {
    const auto hook = add_foo();
    ASSERT_TRUE(hook);
    EXPECT_EQ(hooks_->pending(), 1U);
    EXPECT_TRUE(hook->exists());
    EXPECT_TRUE(hook->enabled());
    EXPECT_EQ(hook->address(), std::nullopt);
    EXPECT_TRUE(hooks_->resolve_pending().empty());
    const Event others[] = {mapped(kLibraryPath, kLibrary, 0, 1),
                            mapped("/usr/lib/libbar.so", kLibrary, 0x1000),
                            mapped("/usr/lib/xlibfoo.so.1.2", kLibrary, 0x1000),
                            mapped("/usr/lib/libfoo.so.1.23", kLibrary, 0x1000),
                            mapped("/usr/libfoo.so.1.2/x", kLibrary, 0x1000),
                            mapped("", kLibrary, 0x1000),
                            mapped(kLibraryPath, kLibrary, 0x1000, kReadExecute, 7)};
    for (const auto& event : others) {
        EXPECT_EQ(events_.tell(event), Verdict::go_on);
    }
    EXPECT_TRUE(hooks_->resolve_pending().empty());
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x1000, 0x1000)), Verdict::stop);
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x9000, 0x1000)), Verdict::go_on) << "the first counts";
    const auto resolved = hooks_->resolve_pending();
    ASSERT_EQ(resolved.size(), 1U);
    EXPECT_EQ(resolved[0].address, VirtAddr{kLibrary + 0x1200});
    EXPECT_EQ(hook->address(), VirtAddr{kLibrary + 0x1200});
    EXPECT_TRUE(has_site(kLibrary + 0x1200, kSpace));
    EXPECT_EQ(hooks_->pending(), 0U);
    EXPECT_EQ(events_.subscribers(EventKind::mapped), 0);
    EXPECT_TRUE(hooks_->resolve_pending().empty());
}

TEST_F(HooksTest, ThatTurnOutWrongAreReportedAndGone) {
    const auto hook = add({.process = kPid, .library = "libfoo.so.1.2", .where = std::string("no_such")});
    ASSERT_TRUE(hook);
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary, 0x1000)), Verdict::stop);
    const auto resolved = hooks_->resolve_pending();
    ASSERT_EQ(resolved.size(), 1U);
    ASSERT_FALSE(resolved[0].address);
    EXPECT_EQ(resolved[0].address.error().code, Errc::not_found);
    EXPECT_FALSE(hook->exists());
    EXPECT_FALSE(hook->enabled());
    EXPECT_EQ(hooks_->pending(), 0U);
}

TEST_F(HooksTest, WhoseFileIsNotInMemoryAreTriedAgain) {
    const auto hook = add_foo();
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x1000, 0x1000)), Verdict::stop);
    os_.fail_call(1, {.code = Errc::fault, .detail = "1 of 2 pages is not in the guest's memory"});
    EXPECT_TRUE(hooks_->resolve_pending().empty());
    EXPECT_EQ(hooks_->pending(), 1U);
    ASSERT_EQ(hooks_->resolve_pending().size(), 1U);
    EXPECT_EQ(hook->address(), VirtAddr{kLibrary + 0x1200});
}

TEST_F(HooksTest, AreSwitchedWhileTheyWaitAndAfterwards) {
    const auto hook = add_foo();
    hook->disable();
    EXPECT_FALSE(hook->enabled());
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x1000, 0x1000)), Verdict::stop);
    EXPECT_EQ(hooks_->resolve_pending().size(), 1U);
    EXPECT_FALSE(hook->enabled());
    EXPECT_FALSE(instrumentation_.has_enabled_site(kLibrary + 0x1200));
    hook->enable();
    EXPECT_TRUE(hook->enabled());
    EXPECT_TRUE(instrumentation_.has_enabled_site(kLibrary + 0x1200));
    hook->remove();
    EXPECT_FALSE(hook->exists());
    EXPECT_FALSE(instrumentation_.has_enabled_site(kLibrary + 0x1200));
    const auto waiting = add_foo();
    waiting->remove();
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x1000, 0x1000)), Verdict::go_on);
    EXPECT_EQ(hooks_->pending(), 0U);
    EXPECT_TRUE(hooks_->resolve_pending().empty());
}

TEST_F(HooksTest, CallBack) {
    unsigned calls = 0;
    const auto hook =
        hooks_->add({.process = {}, .library = "", .where = VirtAddr{0x1000}},
                    [&calls](emulator::VcpuContext&) { return ++calls == 2 ? Verdict::stop : Verdict::go_on; });
    ASSERT_TRUE(hook);
    machine_.set_next(0x1000, 0x1000);
    machine_.set_pc(VcpuId{0}, 0x1000);
    machine_.set_pc(VcpuId{1}, 0x8000);
    ASSERT_TRUE(instrumentation_.prepare_resume());
    ASSERT_TRUE(machine_.resume({}));
    EXPECT_FALSE(machine_.run_until_stop(8));
    EXPECT_EQ(calls, 2U);
    EXPECT_EQ(hook->hits(), 2U);
}

TEST_F(HooksTest, EndWithTheirProgram) {
    for (const auto kind : {EventKind::started, EventKind::exited}) {
        const auto armed = add({.process = kPid, .library = "", .where = VirtAddr{0x1000}});
        const auto waiting = add_foo();
        const auto of_kernel = add({.process = {}, .library = "", .where = VirtAddr{0x2000}});
        Event event{.kind = kind, .vcpu = {}, .pid = 7, .tid = 7, .command = "", .what = {}};
        EXPECT_EQ(events_.tell(event), Verdict::go_on);
        EXPECT_TRUE(armed->exists());
        event.pid = kPid;
        EXPECT_EQ(events_.tell(event), Verdict::go_on);
        EXPECT_FALSE(armed->exists());
        EXPECT_FALSE(waiting->exists());
        EXPECT_TRUE(of_kernel->exists());
        EXPECT_FALSE(instrumentation_.has_enabled_site(0x1000));
        EXPECT_EQ(events_.subscribers(EventKind::mapped), 0);
    }
}

TEST_F(HooksTest, EndTogether) {
    const auto armed = add({.process = kPid, .library = "", .where = VirtAddr{0x1000}});
    const auto waiting = add_foo();
    hooks_.reset();
    for (const auto& hook : {*armed, *waiting, HookHandle()}) {
        hook.enable();
        hook.disable();
        hook.remove();
        EXPECT_FALSE(hook.exists());
        EXPECT_FALSE(hook.enabled());
        EXPECT_EQ(hook.hits(), 0U);
        EXPECT_EQ(hook.address(), std::nullopt);
    }
    EXPECT_FALSE(instrumentation_.has_enabled_site(0x1000));
    EXPECT_EQ(events_.tell(mapped(kLibraryPath, kLibrary + 0x1000, 0x1000)), Verdict::go_on);
}

}  // namespace
}  // namespace hvgdb::osi
