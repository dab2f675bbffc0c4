// SPDX-License-Identifier: GPL-2.0-or-later
// What a Debuggee remembers of events that have not come to their end.
#pragma once

#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/types.hpp"
#include "gdbserver/start_watch.hpp"
#include "gdbserver/thread_id.hpp"
#include "osi/events.hpp"

namespace hvgdb::gdbserver {

/// A program that has started and has still to come to where it is waited for.
struct ArrivingProgram {
    StartWatch::Order order;
    osi::Event event;
    VirtAddr pc;
    emulator::SiteHandle site;
    osi::Subscription end;
};

/// It runs in the memory of its parent, which waits for it.
struct VforkedChild {
    ThreadId parent;
    std::vector<osi::Subscription> child_events;
};

/// A signal that was reported and has not been delivered.
struct HeldSignal {
    ThreadId thread;
    unsigned number = 0;  ///< Linux's
};

}  // namespace hvgdb::gdbserver
