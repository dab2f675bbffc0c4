// SPDX-License-Identifier: GPL-2.0-or-later
// What a point of the kernel's code tells when a vCPU comes there.
#pragma once

#include <optional>

#include "osi/events.hpp"
#include "osi/linux/event_functions.hpp"
#include "osi/linux/event_kernel.hpp"

namespace hvgdb::osi {

/// Nothing when it is not the kind's after all: a point may serve several, and tells of kernel threads too. What the
/// guest's memory holds does not matter but for what is told; its amount is bounded.
[[nodiscard]] std::optional<Event> read_event(EventKind kind, EventPoint point, const EventScene& scene);

// Its parts. `what` is filled; false: nothing to tell.
[[nodiscard]] bool read_started(EventPoint point, const EventScene& scene, event::Started& what);
[[nodiscard]] bool read_mapped(const EventScene& scene, event::Mapped& what);
[[nodiscard]] bool read_unmapped(EventPoint point, const EventScene& scene, event::Unmapped& what);
[[nodiscard]] bool read_syscall(EventPoint point, const EventScene& scene, event::SyscallEntered& what);
[[nodiscard]] bool read_syscall_end(EventPoint point, const EventScene& scene, event::SyscallReturned& what);

}  // namespace hvgdb::osi
