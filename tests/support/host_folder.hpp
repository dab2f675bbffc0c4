// SPDX-License-Identifier: GPL-2.0-or-later
// A folder of the host for one test, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hvgdb::test {

class HostFolder {
  public:
    HostFolder() : path_((std::filesystem::temp_directory_path() / "hvgdb-test-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
    }
    HostFolder(const HostFolder&) = delete;
    HostFolder& operator=(const HostFolder&) = delete;
    ~HostFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    // Names are relative to the folder.
    void write(std::string_view name, std::string_view text) const { std::ofstream(place(name)) << text; }
    void link(std::string_view name, std::string_view target) const {
        std::filesystem::create_symlink(target, place(name));
    }
    void make_folder(std::string_view name) const { std::filesystem::create_directories(place(name)); }
    [[nodiscard]] std::filesystem::path place(std::string_view name) const {
        return std::filesystem::path(path_) / name;
    }

  private:
    std::string path_;
};

}  // namespace hvgdb::test
