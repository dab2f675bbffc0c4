// SPDX-License-Identifier: GPL-2.0-or-later
// From a page-table root to a kernel whose structures can be read.
#pragma once

#include <filesystem>
#include <memory>

#include "emulator/types.hpp"
#include "osi/guest_memory.hpp"
#include "osi/linux/located_kernel.hpp"
#include "osi/profile/profile.hpp"

namespace hvgdb::osi {

struct LocateOptions {
    /// What it has counts instead of what the kernel tells of itself. May be null.
    std::shared_ptr<const Profile> profile;
    /// Where kernels that were found are remembered; empty: nowhere. Made when it is not there. Not used with a
    /// profile.
    std::filesystem::path cache_folder;
    /// The kernel's own word about its structures is left aside: they are inferred, as where it has none. For trying.
    bool infer_structures = false;
};

/// `current` is a root that some vCPU has now, in whatever mode; the memory must have forgotten what it kept. Fails
/// with `unsupported` and one line for people: "no kernel yet: ..." when a later try may succeed, or what is missing.
[[nodiscard]] Expected<LocatedKernel> locate_kernel(GuestMemory& memory, AddressSpace current,
                                                    const LocateOptions& options);

}  // namespace hvgdb::osi
