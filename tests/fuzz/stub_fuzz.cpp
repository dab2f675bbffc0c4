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

void run_event(hvgdb::test::StubRig& rig, unsigned char event) {
    switch (event % 11) {
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
            rig.stub.pause_overdue();
            break;
        case 8:
            rig.machine.fail_call(1 + event / 11, {hvgdb::Errc::timeout, "no answer"});
            break;
        case 9:
            rig.machine.start();
            break;
        default:
            if (event == 10) {
                stop(rig, MachineStop::Reason::gone, 0);
            }
    }
}

// A packet that was cut off swallows what follows it up to its own end; hence the `#00` first.
bool still_answers(hvgdb::test::StubRig& rig) {
    rig.machine.fail_call(0, {});
    for (int i = 0; i < 8; ++i) {
        (void)rig.machine.run_until_stop();
    }
    rig.send_raw("#00");
    rig.stub.pause_overdue();
    rig.replies.clear();
    rig.send_raw("$?#3f");
    for (int i = 0; i < 8; ++i) {
        (void)rig.machine.run_until_stop();
    }
    return !rig.replies.empty();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    spdlog::set_level(spdlog::level::off);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hvgdb::test::StubRig rig;
    rig.stub.set_monitor(
        [](std::string_view line, VcpuId) { return hvgdb::gdbserver::MonitorReply{std::string(line)}; });
    rig.connect();
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] != kEvent || i + 1 == size) {
            bytes += static_cast<char>(data[i]);
            continue;
        }
        rig.send_raw(std::exchange(bytes, {}));
        run_event(rig, data[++i]);
    }
    rig.send_raw(bytes);
    if (!rig.stub.flooded() && !still_answers(rig)) {
        std::abort();
    }
    return 0;
}
