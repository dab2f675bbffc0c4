// SPDX-License-Identifier: GPL-2.0-or-later
// The guest of a transcript, and what can happen in it.
#pragma once

#include <algorithm>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/hex.hpp"
#include "osi/proc_text.hpp"
#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/scheduled_events.hpp"

namespace hvgdb::test {

class TranscriptGuest {
  public:
    using Events = std::map<std::string, std::function<void()>>;

    explicit TranscriptGuest(StubRig& rig) : rig_(rig) {}

    /// What the transcript calls what it does; the rest of its line is in `words`.
    Events guest_events(std::istream& words) {
        return {
            {"guest", [&] { start_guest(); }},    // there are processes
            {"on", [&] { put_on_vcpu(words); }},  // VCPU TID: the thread runs user code there, where it left it
            {"off", [&] { os_.leave(VcpuId{read(words)}); }},      // VCPU: its thread sleeps
            {"ends", [&] { os_.end(read(words)); }},               // PID: the process is not there any more
            {"kernel-thread", [&] { add_kernel_thread(words); }},  // TID NAME [VCPU]
        };
    }

    /// VCPU TID and more: what the kernel tells when the machine next runs. The thread gets the vCPU.
    Events process_events(std::istream& words) {
        using osi::EventKind;
        namespace event = osi::event;
        return {
            {"starts", [&] { start_program(words); }},  // VCPU PID PATH, where there may be no such process yet
            {"holds", [&] { hold(); }},                 // as the launcher does with --wait
            {"forks", [&] { fork(words, false); }},     // VCPU TID CHILD
            {"vforks", [&] { fork(words, true); }},
            {"exits", [&] { happen(words, EventKind::exited, event::Exited{}, &event::Exited::status); }},  // STATUS
            {"thread-ends",
             [&] { happen(words, EventKind::thread_exited, event::ThreadExited{}, &event::ThreadExited::status); }},
            {"clones", [&] { clone(words); }},        // NEW
            {"signal", [&] { send_signal(words); }},  // NUMBER CODE ADDRESS
            {"enters",
             [&] {
                 happen(words, EventKind::syscall_entered, event::SyscallEntered{}, &event::SyscallEntered::number);
             }},
            {"returns",
             [&] {
                 happen(words, EventKind::syscall_returned, event::SyscallReturned{}, &event::SyscallReturned::number);
             }},
        };
    }

    gdbserver::MonitorReply wait_for(std::string_view program, bool for_good = false) {
        const osi::StartOrder order{.program = std::string(program), .stop_at = osi::StopAt::start};
        const auto done = rig_.debuggee.hold_start(order, for_good);
        return {.text = done ? "waiting\n" : done.error().detail, .waits = true};
    }

  private:
    void hold() {
        (void)wait_for("/bin/ls", true);
        rig_.debuggee.look_for_kernel();
    }
    template <typename What, typename Number>
    void happen(std::istream& words, osi::EventKind kind, What what, Number What::* number) {
        const VcpuId vcpu{read(words)};
        const auto tid = read(words);
        what.*number = read(words);
        events_.happen(vcpu, tid, kind, std::move(what));
    }
    void start_program(std::istream& words) {
        const VcpuId vcpu{read(words)};
        const auto pid = read(words);
        osi::event::Started started;
        words >> started.path;
        started.invoked = started.path;
        started.start.value = ScheduledOs::kEntry;
        started.entry.value = ScheduledOs::kEntry + 0x100;
        if (!os_.process(pid)) {
            os_.add_process(pid, started.path.substr(started.path.rfind('/') + 1));
        }
        const auto process = std::ranges::find(os_.guest.processes, pid, [](const auto& it) { return it.process.pid; });
        process->executable = started.path;
        events_.happen(vcpu, pid, osi::EventKind::started, std::move(started));
    }
    void fork(std::istream& words, bool vfork) {
        const VcpuId vcpu{read(words)};
        const auto tid = read(words);
        const auto child = read(words);
        os_.add_process(child, "child");
        events_.happen(vcpu, tid, osi::EventKind::forked, osi::event::Forked{.child = child, .vfork = vfork});
    }
    void clone(std::istream& words) {
        const VcpuId vcpu{read(words)};
        const auto tid = read(words);
        const auto made = read(words);
        os_.add_thread(tid, made);
        events_.happen(vcpu, tid, osi::EventKind::thread_created, osi::event::ThreadCreated{.thread = made});
    }
    void send_signal(std::istream& words) {
        const VcpuId vcpu{read(words)};
        const auto tid = read(words);
        osi::event::Signal signal;
        signal.number = read(words);
        std::uint64_t code = 0;
        std::uint64_t address = 0;
        words >> code >> address;
        std::ranges::copy(store_little_endian(signal.number, 4), signal.info.begin());
        std::ranges::copy(store_little_endian(code, 4), signal.info.begin() + 8);
        std::ranges::copy(store_little_endian(address, 8), signal.info.begin() + 16);
        events_.happen(vcpu, tid, osi::EventKind::signal, signal);
    }
    /// Process 2e62, nginx, with the threads 2e62 and 2e63, and process 309, cat.
    void start_guest() {
        os_.add_process(0x2e62, "nginx");
        os_.add_thread(0x2e62, 0x2e63);
        os_.add_process(0x309, "cat");
        os_.poke(0x309, ScheduledOs::kEntry, "\x55\x48\x89\xe5");
        auto& cat = os_.guest.processes.back();
        cat.mappings.push_back({.start = {ScheduledOs::kEntry & ~std::uint64_t{0xfff}},
                                .end = {ScheduledOs::kEntry + 0x2000},
                                .read = true,
                                .execute = true,
                                .inode = 21,
                                .name = "/bin/cat"});
        cat.process.uid = 1000;
        cat.contents["/bin/cat"] =
            "\x7f"
            "ELF";
        rig_.stub.set_proc_texts({.file = osi::proc_file, .link = osi::proc_link});
        rig_.stub.set_os(&os_, &events_);
    }
    void add_kernel_thread(std::istream& words) {
        osi::Process process;
        words >> process.pid >> process.command;
        process.state = 'S';
        process.kernel_thread = true;
        auto& thread = os_.guest.add(process).threads.front();
        if (unsigned vcpu = 0; words >> vcpu) {
            thread.vcpu = VcpuId{vcpu};
            thread.cpu = vcpu;
        } else {
            os_.guest.switched_out[process.pid] = {.rip = ScheduledOs::kKernel, .rsp = 2, .rbp = 3, .rbx = 4};
        }
    }
    static unsigned read(std::istream& words) {
        unsigned number = 0;
        words >> number;
        return number;
    }
    void put_on_vcpu(std::istream& words) {
        const VcpuId vcpu{read(words)};
        os_.run(vcpu, read(words));
    }

    StubRig& rig_;
    ScheduledOs os_{rig_.machine};
    ScheduledEvents events_{rig_.machine, rig_.instrumentation, os_};
};

}  // namespace hvgdb::test
