// SPDX-License-Identifier: GPL-2.0-or-later
// Hooks of libraries that are mapped while the machine runs.
#include <gtest/gtest.h>

#include "osi/hooks.hpp"
#include "tests/gdbserver/debuggee_fixture.hpp"
#include "tests/osi/elf_builder.hpp"
#include "tests/support/scheduled_events.hpp"

namespace hvgdb::test {
namespace {

constexpr std::uint64_t kLibrary = 0x7f00'0000'0000;
constexpr std::uint64_t kFoo = 0x1200;
constexpr std::uint64_t kReadExecute = 5;
constexpr const char* kPath = "/usr/lib/libfoo.so.1";

std::string library_file() {
    osi::ElfBuilder<osi::ElfFormat64> elf;
    elf.segments = {{.offset = 0, .size = 0x1000, .address = 0}, {.offset = 0x1000, .size = 0x2000, .address = 0x1000}};
    elf.dynamic_symbols = {{.name = "foo", .value = kFoo}};
    return elf.build();
}

struct WithHooks : WithProcesses {
    void SetUp() override {
        WithProcesses::SetUp();
        rig.debuggee.set_os(&rig.os, &events);
        rig.debuggee.set_hooks(&hooks);
        rig.os.guest.processes.front().contents = {{kPath, library_file()}};
        rig.debuggee.look_for_kernel();  // so that the kernel is instrumented
        rig.run(1);
    }
    osi::HookHandle hook(const std::string& symbol) {
        const auto added = hooks.add({.process = kFirst, .library = "libfoo.so.1", .where = symbol},
                                     [](emulator::VcpuContext&) { return emulator::Verdict::go_on; });
        EXPECT_TRUE(added) << added.error().detail;
        EXPECT_EQ(hooks.pending(), 1U);
        return added.value_or(osi::HookHandle());
    }
    /// The first process is about to map it.
    void maps_library() {
        events.happen(kVcpu0, kFirst, osi::EventKind::mapped,
                      osi::event::Mapped{.start = {kLibrary + 0x1000},
                                         .length = 0x2000,
                                         .offset = 0x1000,
                                         .flags = kReadExecute,
                                         .path = kPath});
    }
    /// The vCPU that stopped, and all others, run on by themselves.
    void expect_runs_on(unsigned passes) {
        rig.run();
        EXPECT_EQ(rig.next(), "running");
        EXPECT_EQ(rig.instrumentation.passes(), passes + 1) << "it stopped just once";
        EXPECT_EQ(rig.machine.pc(kVcpu0), kKernel);
        EXPECT_EQ(hooks.pending(), 0U);
    }

    ScheduledEvents events{rig.machine, rig.instrumentation, rig.os};
    osi::Hooks hooks{rig.os, events, rig.instrumentation};
};

TEST_F(WithHooks, AreResolvedWhenTheirLibraryIsMapped) {
    for (const std::uint32_t attached : {0U, kFirst, kSecond, kMachine}) {
        SCOPED_TRACE(attached);
        const auto of_foo = hook("foo");
        if (attached != 0) {
            rig.attach(attached);
            rig.resume();
        }
        const auto passes = rig.instrumentation.passes();
        maps_library();
        expect_runs_on(passes);
        EXPECT_EQ(of_foo.address(), VirtAddr{kLibrary + kFoo});
        EXPECT_TRUE(rig.instrumentation.has_enabled_site(kLibrary + kFoo));
        of_foo.remove();
        rig.debuggee.detach_all();
        rig.run(1);
    }
}

TEST_F(WithHooks, ThatTurnOutWrongAreGone) {
    for (const std::uint32_t attached : {0U, kFirst}) {
        SCOPED_TRACE(attached);
        const auto wrong = hook("no_such");
        if (attached != 0) {
            rig.attach(attached);
            rig.resume();
        }
        const auto passes = rig.instrumentation.passes();
        maps_library();
        expect_runs_on(passes);
        EXPECT_FALSE(wrong.exists());
    }
}

TEST_F(WithHooks, AreResolvedAtAStopThatMeansSomethingElse) {
    const auto of_foo = hook("foo");
    rig.attach(kFirst);
    rig.resume();
    maps_library();
    rig.debuggee.interrupt();
    EXPECT_EQ(rig.run_to_report(), "T2 500.500");
    rig.resume();
    rig.run();
    EXPECT_TRUE(of_foo.address());
}

TEST_F(WithHooks, AnAttachingClientFindsThemResolved) {
    const auto of_foo = hook("foo");
    maps_library();
    ASSERT_TRUE(rig.debuggee.attach(kSecond));
    rig.run();
    EXPECT_EQ(attached_pids(), std::vector{kSecond});
    rig.resume();
    rig.run();
    EXPECT_TRUE(of_foo.address());
}

}  // namespace
}  // namespace hvgdb::test
