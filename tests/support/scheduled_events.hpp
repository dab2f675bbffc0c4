// SPDX-License-Identifier: GPL-2.0-or-later
// FakeEvents that happen in the kernel of a fake machine.
#pragma once

#include <map>

#include "tests/support/fake_events.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/scheduled_os.hpp"

namespace hvgdb::test {

class ScheduledEvents : public FakeEvents {
  public:
    /// From here on the kernel tells of events, of each one elsewhere: the fake machine may never come past the last.
    static constexpr std::uint64_t kNotices = ScheduledOs::kKernel + 0x1000;

    ScheduledEvents(FakeMachine& machine, FakeInstrumentation& instrumentation, ScheduledOs& os)
        : machine_(machine), os_(os) {
        for (unsigned i = 0; i < kPlaces; ++i) {
            (void)instrumentation.add_site(
                {.address = {kNotices + i}, .space = {}}, {},
                [this](emulator::VcpuContext& context) { return tell_once(context.vcpu()); });
        }
    }

    /// To the thread, which gets the vCPU, as soon as the machine runs. A former one that has not happened is lost.
    template <typename What>
    void happen(VcpuId vcpu, osi::ThreadId tid, osi::EventKind kind, What what) {
        os_.run(vcpu, tid);
        const auto& current = os_.guest.current.at(vcpu);
        osi::Event event;
        event.kind = kind;
        event.vcpu = vcpu;
        event.pid = current.pid;
        event.tid = tid;
        event.command = os_.process(current.pid).value().command;
        event.what = std::move(what);
        coming_.insert_or_assign(vcpu, std::move(event));
        last_ = (last_ + 1) % kPlaces;
        machine_.set_next(kNotices + last_, ScheduledOs::kKernel);
        machine_.set_next(ScheduledOs::kKernel, ScheduledOs::kKernel);
        machine_.set_pc(vcpu, kNotices + last_);
    }

  private:
    static constexpr unsigned kPlaces = 64;

    emulator::Verdict tell_once(VcpuId vcpu) {
        const auto node = coming_.extract(vcpu);
        return node.empty() ? emulator::Verdict::go_on : tell(node.mapped());
    }

    FakeMachine& machine_;
    ScheduledOs& os_;
    std::map<VcpuId, osi::Event> coming_;
    unsigned last_ = 0;
};

}  // namespace hvgdb::test
