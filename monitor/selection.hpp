// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// What the client looks at.
struct Selection {
    VcpuId vcpu;  ///< of a thread that is on none: any
    /// With a thread of a process; else the process is what the vCPU runs.
    std::optional<osi::ThreadId> thread;
    std::optional<osi::ProcessId> process;
};

}  // namespace hvgdb::monitor
