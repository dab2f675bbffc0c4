// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/guest_files.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::size_t kLongestPath = 4095;  // include/uapi/linux/limits.h, PATH_MAX, which counts a final zero
constexpr std::uint32_t kReadableFile = 0100444;
constexpr std::uint32_t kLink = 0120777;

/// The process that /proc/PID/... is about; nothing for any other path.
std::optional<osi::ProcessId> proc_pid(std::string_view path) {
    constexpr std::string_view kFolder = "/proc/";
    if (!path.starts_with(kFolder)) {
        return std::nullopt;
    }
    const auto rest = path.substr(kFolder.size());
    osi::ProcessId pid = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
    const bool complete = error == std::errc{} && end != rest.data() + rest.size() && *end == '/';
    return complete ? std::optional(pid) : std::nullopt;
}

FileResult<void> check(std::string_view path) {
    if (path.size() > kLongestPath) {
        return std::unexpected(FileError::name_too_long);
    }
    if (!path.starts_with('/')) {
        return std::unexpected(FileError::no_entry);
    }
    return {};
}

osi::FileStatus made_up_status(std::string_view text, std::uint32_t mode) {
    return {.size = text.size(), .mode = mode};
}

class TextFile final : public osi::GuestFile {
  public:
    explicit TextFile(std::string text) : text_(std::move(text)), status_(made_up_status(text_, kReadableFile)) {}
    [[nodiscard]] const osi::FileStatus& status() const override { return status_; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        const auto rest = as_bytes(text_).subspan(static_cast<std::size_t>(std::min(offset, status_.size)));
        const auto count = std::min(out.size(), rest.size());
        std::ranges::copy(rest.first(count), out.begin());
        return count;
    }

  private:
    std::string text_;
    osi::FileStatus status_;
};

/// The host's copy does not have it.
template <typename T>
bool missing(const FileResult<T>& result) {
    return !result && result.error() == FileError::no_entry;
}

}  // namespace

FileResult<std::string> GuestFiles::made_up(const ProcTexts::Maker& maker, const std::string& path) const {
    if (os_ == nullptr || !maker) {
        return std::unexpected(FileError::no_entry);
    }
    return as_file_result(maker(*os_, path));
}

FileResult<GuestFiles::File> GuestFiles::open_stored(osi::ProcessId viewer, const std::string& path) const {
    if (host_root_ != nullptr) {
        if (auto copy = host_root_->open_file(path); !missing(copy)) {
            return copy;
        }
    }
    return os_ != nullptr ? as_file_result(os_->open_file(viewer, path)) : std::unexpected(FileError::no_entry);
}

FileResult<osi::FileStatus> GuestFiles::stored_status(osi::ProcessId viewer, const std::string& path,
                                                      bool follow_link) const {
    if (host_root_ != nullptr) {
        if (auto copy = host_root_->status(path, follow_link); !missing(copy)) {
            return copy;
        }
    }
    return os_ != nullptr ? as_file_result(os_->file_status(viewer, path, follow_link))
                          : std::unexpected(FileError::no_entry);
}

// A link under /proc leads to a stored file, never to another made-up one: names in it are the guest's, and may make
// circles.
FileResult<GuestFiles::File> GuestFiles::open(osi::ProcessId viewer, const std::string& path) const {
    if (const auto checked = check(path); !checked) {
        return std::unexpected(checked.error());
    }
    const auto pid = proc_pid(path);
    if (!pid) {
        return open_stored(viewer, path);
    }
    auto text = made_up(proc_.file, path);
    if (text) {
        return std::make_unique<TextFile>(*std::move(text));
    }
    const auto target = missing(text) ? made_up(proc_.link, path) : std::unexpected(text.error());
    return target ? open_stored(*pid, *target) : std::unexpected(target.error());
}

FileResult<osi::FileStatus> GuestFiles::status(osi::ProcessId viewer, const std::string& path, bool follow_link) const {
    if (const auto checked = check(path); !checked) {
        return std::unexpected(checked.error());
    }
    const auto pid = proc_pid(path);
    if (!pid) {
        return stored_status(viewer, path, follow_link);
    }
    const auto text = made_up(proc_.file, path);
    if (text) {
        return made_up_status(*text, kReadableFile);
    }
    const auto target = missing(text) ? made_up(proc_.link, path) : std::unexpected(text.error());
    if (target && !follow_link) {
        return made_up_status(*target, kLink);
    }
    return target ? stored_status(*pid, *target, true) : std::unexpected(target.error());
}

FileResult<std::string> GuestFiles::read_link(osi::ProcessId viewer, const std::string& path) const {
    if (const auto checked = check(path); !checked) {
        return std::unexpected(checked.error());
    }
    if (proc_pid(path)) {
        return made_up(proc_.link, path);
    }
    if (host_root_ != nullptr) {
        if (auto copy = host_root_->read_link(path); !missing(copy)) {
            return copy;
        }
    }
    return os_ != nullptr ? as_file_result(os_->read_link(viewer, path)) : std::unexpected(FileError::no_entry);
}

}  // namespace hvgdb::gdbserver
