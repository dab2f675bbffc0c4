// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "emulator/types.hpp"

namespace hvgdb::launcher {

/// A folder of mode 0700 for the private sockets, under $XDG_RUNTIME_DIR or the system's temporary folder. Removed with
/// everything in it by the destructor.
class RuntimeFolder {
  public:
    [[nodiscard]] static Expected<RuntimeFolder> create();

    RuntimeFolder(RuntimeFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    RuntimeFolder& operator=(RuntimeFolder&&) = delete;
    RuntimeFolder(const RuntimeFolder&) = delete;
    RuntimeFolder& operator=(const RuntimeFolder&) = delete;
    ~RuntimeFolder();

    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

  private:
    explicit RuntimeFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace hvgdb::launcher
