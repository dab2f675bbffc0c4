// SPDX-License-Identifier: GPL-2.0-or-later
// A Debuggee that is told what happens to processes.
#pragma once

#include <string>
#include <utility>

#include "tests/gdbserver/debuggee_fixture.hpp"
#include "tests/support/fake_events.hpp"

namespace hvgdb::test {

inline constexpr std::uint64_t kProgram = 0x402000;  ///< the entry point of what starts() starts

struct WithEvents : WithProcesses {
    static constexpr std::uint64_t kNotices = 8;

    void SetUp() override {
        WithProcesses::SetUp();
        rig.debuggee.set_os(&rig.os, &events);
        for (std::uint64_t place = 1; place <= kNotices; ++place) {
            (void)rig.instrumentation.add_site({.address = {notice + place * 0x10}, .space = {}}, {},
                                               [this](auto&) { return events.tell(event); });
        }
    }
    /// Somewhere in the kernel, each time elsewhere, on vCPU 0, the next time the machine runs.
    void happens(osi::EventKind kind, std::uint32_t pid, std::uint32_t tid, decltype(osi::Event::what) what) {
        event = {.kind = kind, .vcpu = kVcpu0, .pid = pid, .tid = tid, .command = "it", .what = std::move(what)};
        notice += 0x10;
        rig.os.run(kVcpu0, tid);
        rig.machine.set_pc(kVcpu0, notice);
        rig.machine.set_next(notice, kKernel);
    }
    void starts(const std::string& path, std::uint32_t pid = kSecond) {
        happens(osi::EventKind::started, pid, pid,
                osi::event::Started{.path = path,
                                    .invoked = path,
                                    .arguments = {},
                                    .auxiliary_vector = {},
                                    .entry = {kProgram},
                                    .start = {kEntry}});
    }
    std::string attach_and_run() {
        rig.attach(kFirst);
        rig.resume();
        return rig.next();
    }

    FakeEvents events;
    osi::Event event;
    std::uint64_t notice = kKernel + 0x1000;  ///< where the kernel told last
};

}  // namespace hvgdb::test
