// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>

#include "gdbserver/descriptor.hpp"
#include "gdbserver/file_error.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// A folder of the host with a copy of the guest's files, for reading. Paths begin at that folder as if it were the
/// root: neither `..` nor a symbolic link leads out of it (openat2(2), RESOLVE_IN_ROOT).
class HostRoot {
  public:
    /// Fails in one line for what is no folder, or on a host without openat2 (Linux before 5.6).
    [[nodiscard]] static Expected<HostRoot> open(const std::string& folder);

    // `no_entry`: the folder does not have it.
    /// Regular files only: `is_folder` or `access` for anything else.
    [[nodiscard]] FileResult<std::unique_ptr<osi::GuestFile>> open_file(const std::string& path) const;
    [[nodiscard]] FileResult<osi::FileStatus> status(const std::string& path, bool follow_link) const;
    /// `invalid` for anything but a symbolic link.
    [[nodiscard]] FileResult<std::string> read_link(const std::string& path) const;

  private:
    explicit HostRoot(Descriptor folder) : folder_(std::move(folder)) {}

    Descriptor folder_;
};

}  // namespace hvgdb::gdbserver
