// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "gdbserver/file_error.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// The files that one client has open, by descriptor. The lowest free one is given next.
class FileTable {
  public:
    static constexpr std::size_t kMostOpen = 64;
    static constexpr unsigned kFirst = 3;

    /// `too_many_open` when the table is full.
    [[nodiscard]] FileResult<unsigned> add(std::unique_ptr<osi::GuestFile> file);
    /// `bad_descriptor` for one that is not open.
    [[nodiscard]] FileResult<osi::GuestFile*> find(std::uint64_t descriptor) const;
    [[nodiscard]] FileResult<void> close(std::uint64_t descriptor);
    void close_all() { files_ = {}; }

  private:
    std::array<std::unique_ptr<osi::GuestFile>, kMostOpen> files_;
};

}  // namespace hvgdb::gdbserver
