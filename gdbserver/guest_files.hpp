// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's files as a client sees them, for reading.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gdbserver/file_error.hpp"
#include "gdbserver/host_root.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// What makes the texts under /proc/PID, and the links there. `not_found` for any other path.
struct ProcTexts {
    using Maker = std::function<Expected<std::string>(osi::Os& os, std::string_view path)>;
    Maker file;
    Maker link;
};

/// A path comes from one of three: /proc/PID/... is made up, whoever asks; other paths are taken from the host's copy
/// where that has them, else from the guest, as the process `viewer` sees them. All are absolute.
class GuestFiles {
  public:
    using File = std::unique_ptr<osi::GuestFile>;

    // What is not set, or null, has no files.
    void set_os(osi::Os* os) { os_ = os; }
    void set_proc_texts(ProcTexts texts) { proc_ = std::move(texts); }
    void set_host_root(const HostRoot* root) { host_root_ = root; }

    [[nodiscard]] FileResult<File> open(osi::ProcessId viewer, const std::string& path) const;
    [[nodiscard]] FileResult<osi::FileStatus> status(osi::ProcessId viewer, const std::string& path,
                                                     bool follow_link) const;
    [[nodiscard]] FileResult<std::string> read_link(osi::ProcessId viewer, const std::string& path) const;

  private:
    [[nodiscard]] FileResult<std::string> made_up(const ProcTexts::Maker& maker, const std::string& path) const;
    [[nodiscard]] FileResult<File> open_stored(osi::ProcessId viewer, const std::string& path) const;
    [[nodiscard]] FileResult<osi::FileStatus> stored_status(osi::ProcessId viewer, const std::string& path,
                                                            bool follow_link) const;

    osi::Os* os_ = nullptr;
    ProcTexts proc_;
    const HostRoot* host_root_ = nullptr;
};

}  // namespace hvgdb::gdbserver
