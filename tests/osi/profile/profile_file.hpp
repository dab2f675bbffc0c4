// SPDX-License-Identifier: GPL-2.0-or-later
// A file that a test writes and that is gone at its end.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

#include "osi/profile/profile.hpp"

namespace hvgdb::osi {

class ProfileFile {
  public:
    explicit ProfileFile(std::string_view content, const std::string& name = "profile") {
        static std::atomic<unsigned> number = 0;
        folder_ = std::filesystem::temp_directory_path() /
                  ("hvgdb-profile-" + std::to_string(getpid()) + "-" + std::to_string(++number));
        std::filesystem::create_directory(folder_);
        path_ = folder_ / name;
        std::ofstream(path_, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    ProfileFile(const ProfileFile&) = delete;
    ProfileFile& operator=(const ProfileFile&) = delete;
    ~ProfileFile() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] Expected<Profile> load() const { return load_profile(path_); }

  private:
    std::filesystem::path folder_;
    std::filesystem::path path_;
};

/// What is wrong with a file of this content; empty when nothing is.
[[nodiscard]] inline std::string problem_with(std::string_view content) {
    const auto profile = ProfileFile(content).load();
    return profile ? std::string{} : profile.error().detail;
}

}  // namespace hvgdb::osi
