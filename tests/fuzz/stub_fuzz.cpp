// SPDX-License-Identifier: GPL-2.0-or-later
// The whole Stub over the fake machine. The input is a program: byte 0xf0 and the next byte make an event, everything
// else goes to the server as it is. Whatever came, the server must answer a `?` afterwards.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <spdlog/spdlog.h>
#include <string>
#include <utility>

#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/scheduled_events.hpp"

namespace {

using hvgdb::VcpuId;
using hvgdb::emulator::MachineStop;

constexpr unsigned char kEvent = 0xf0;

void stop(hvgdb::test::StubRig& rig, MachineStop::Reason reason, unsigned vcpu) {
    MachineStop what;
    what.reason = reason;
    what.vcpu = VcpuId{vcpu};
    what.address.value = 0x1234;
    rig.machine.deliver(what);
}

struct Guest {
    hvgdb::test::StubRig rig;
    hvgdb::test::ScheduledOs os{rig.machine};
    hvgdb::test::ScheduledEvents events{rig.machine, rig.instrumentation, os};

    Guest() {
        for (const hvgdb::osi::ProcessId pid : {1U, 5U}) {
            os.add_process(pid, "nginx");
            os.poke(pid, os.kEntry, "\x0f\x05\x90\x90");
            auto& made = os.guest.processes.back();
            made.contents["/a"] = "contents with }#$* in them";
            made.links["/l"] = "/a";
        }
        os.add_thread(5, 6);
        rig.stub.set_os(&os, &events);
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() { rig.stub.set_os(nullptr); }
};

/// Threads come to vCPUs and leave them, and a process ends.
void schedule(Guest& guest, unsigned char event) {
    const unsigned which = event / 12;
    const VcpuId vcpu{which % 2};
    if (which < 4) {
        guest.os.leave(vcpu);
    } else if (which < 20) {
        guest.os.leave(VcpuId{1 - vcpu.index});
        guest.os.run(vcpu, which % 4 < 2 ? 5 : 6);
    } else if (guest.os.process(1)) {
        guest.os.end(1);
    }
}

/// Something happens to process 5, or to a new one.
void happen(Guest& guest, unsigned char event) {
    namespace what = hvgdb::osi::event;
    using hvgdb::osi::EventKind;
    const unsigned which = event / 12;
    const VcpuId vcpu{which % 2};
    const auto happens = [&](EventKind kind, auto details) { guest.events.happen(vcpu, 5, kind, std::move(details)); };
    switch (which / 2) {
        case 1:
            guest.os.add_process(100 + which, "child");
            happens(EventKind::forked, what::Forked{.child = 100 + which, .vfork = which % 2 == 0});
            break;
        case 2: {
            what::Started started;
            started.path = started.invoked = "/bin/ls";
            started.start.value = started.entry.value = guest.os.kEntry;
            happens(EventKind::started, std::move(started));
            break;
        }
        case 3:
            happens(EventKind::thread_created, what::ThreadCreated{.thread = 6});
            break;
        case 4:
            happens(EventKind::thread_exited, what::ThreadExited{.status = event});
            break;
        case 5:
            happens(EventKind::exited, what::Exited{.status = event});
            break;
        case 6:
            happens(EventKind::signal, what::Signal{.number = which + 1, .info = {}});
            break;
        case 7:
            happens(EventKind::syscall_entered, what::SyscallEntered{.number = which});
            break;
        case 8:
            happens(EventKind::syscall_returned, what::SyscallReturned{.number = which});
            break;
        default:
            (void)guest.rig.debuggee.hold_start({.program = "ls"}, which % 2 == 0);
    }
}

void run_event(Guest& guest, unsigned char event) {
    auto& rig = guest.rig;
    switch (event % 12) {
        case 0:
            (void)rig.machine.run_until_stop();
            break;
        case 1:
            stop(rig, MachineStop::Reason::interrupted, 0);
            break;
        case 2:
            stop(rig, MachineStop::Reason::stepped, 1);
            break;
        case 3:
            stop(rig, MachineStop::Reason::watchpoint, 7);
            break;
        case 4:
            stop(rig, MachineStop::Reason::shutdown, 0);
            break;
        case 5:
            rig.debuggee.on_vcpu_parked();
            break;
        case 6:
            rig.stub.disconnect();
            rig.connect();
            break;
        case 7:
            rig.stub.overdue();
            break;
        case 8:
            rig.machine.fail_call(1 + event / 11, {hvgdb::Errc::timeout, "no answer"});
            break;
        case 9:
            rig.machine.start();
            break;
        case 11:
            schedule(guest, event);
            break;
        default:
            if (event == 10) {
                stop(rig, MachineStop::Reason::gone, 0);
            } else {
                happen(guest, event);
            }
    }
}

// A packet that was cut off swallows what follows it up to its own end; hence the `#00` first, and Ctrl-C for
// what waits for a program.
bool still_answers(hvgdb::test::StubRig& rig) {
    rig.machine.fail_call(0, {});
    for (int i = 0; i < 8; ++i) {
        (void)rig.machine.run_until_stop();
    }
    rig.send_raw("#00\x03");
    for (int i = 0; i < 8; ++i) {
        (void)rig.machine.run_until_stop();
    }
    rig.stub.overdue();
    rig.replies.clear();
    rig.send_raw("$?#3f");
    for (int i = 0; i < 8; ++i) {
        (void)rig.machine.run_until_stop();
    }
    return !rig.replies.empty();
}

hvgdb::gdbserver::ProcTexts proc_texts() {
    const auto answer = [](hvgdb::osi::Os&, std::string_view path) { return hvgdb::Expected<std::string>(path); };
    return {.file = answer, .link = answer};
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    spdlog::set_level(spdlog::level::off);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Guest guest;
    auto& rig = guest.rig;
    rig.stub.set_proc_texts(proc_texts());
    rig.stub.set_monitor([](std::string_view line, const hvgdb::gdbserver::Selection&) {
        return hvgdb::gdbserver::MonitorReply{std::string(line)};
    });
    rig.connect();
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] != kEvent || i + 1 == size) {
            bytes += static_cast<char>(data[i]);
            continue;
        }
        rig.send_raw(std::exchange(bytes, {}));
        run_event(guest, data[++i]);
    }
    rig.send_raw(bytes);
    if (!rig.stub.flooded() && !still_answers(rig)) {
        std::abort();
    }
    return 0;
}
