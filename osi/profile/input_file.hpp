// SPDX-License-Identifier: GPL-2.0-or-later
// A file that the user gives.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "emulator/types.hpp"

namespace hvgdb::osi {

inline constexpr std::size_t kMaxProfileFile = std::size_t{1} << 30;

/// Closed at its end.
class HostFile {
  public:
    explicit HostFile(const std::filesystem::path& file);
    HostFile(const HostFile&) = delete;
    HostFile& operator=(const HostFile&) = delete;
    ~HostFile();
    /// Negative when it cannot be opened.
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// At most `size` bytes; none when it cannot be read.
[[nodiscard]] Bytes read_start(const std::filesystem::path& file, std::size_t size);

/// All of it. Errors begin with the file's name.
[[nodiscard]] Expected<Bytes> read_file(const std::filesystem::path& file);

/// What an .xz file holds. `name`: for errors.
[[nodiscard]] Expected<Bytes> unpack_xz(const Bytes& packed, const std::string& name);

}  // namespace hvgdb::osi
