// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/host_root.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace hvgdb::gdbserver {

namespace {

/// A descriptor that names the file without opening it: even a device or a pipe is not touched.
Descriptor locate(int root, const char* path, std::uint64_t flags) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC | flags;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)));
}

FileResult<Descriptor> locate(const Descriptor& root, const std::string& path, bool follow_link) {
    auto found = locate(root.get(), path.c_str(), follow_link ? 0 : O_NOFOLLOW);
    if (found.get() < 0) {
        return std::unexpected(file_error_of_host(errno));
    }
    return found;
}

FileResult<osi::FileStatus> status_of(const Descriptor& file) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
        return std::unexpected(file_error_of_host(errno));
    }
    return osi::FileStatus{.size = static_cast<std::uint64_t>(status.st_size),
                           .mode = status.st_mode,
                           .inode = status.st_ino,
                           .device_major = ::gnu_dev_major(status.st_dev),
                           .device_minor = ::gnu_dev_minor(status.st_dev),
                           .links = static_cast<std::uint32_t>(status.st_nlink),
                           .uid = status.st_uid,
                           .gid = status.st_gid,
                           .modified = status.st_mtim.tv_sec};
}

class HostFile final : public osi::GuestFile {
  public:
    HostFile(Descriptor file, osi::FileStatus status) : file_(std::move(file)), status_(status) {}
    [[nodiscard]] const osi::FileStatus& status() const override { return status_; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        if (offset > LLONG_MAX) {
            return 0;
        }
        ssize_t count = -1;
        do {
            count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
        } while (count < 0 && errno == EINTR);
        return count < 0 ? fail(Errc::fault, std::strerror(errno))
                         : Expected<std::size_t>(static_cast<std::size_t>(count));
    }

  private:
    Descriptor file_;
    osi::FileStatus status_;
};

}  // namespace

Expected<HostRoot> HostRoot::open(const std::string& folder) {
    Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || locate(opened.get(), "/", 0).get() < 0) {
        return fail(Errc::bad_argument, "cannot read the folder " + folder + ": " + std::strerror(errno));
    }
    return HostRoot(std::move(opened));
}

FileResult<std::unique_ptr<osi::GuestFile>> HostRoot::open_file(const std::string& path) const {
    const auto place = locate(folder_, path, true);
    if (!place) {
        return std::unexpected(place.error());
    }
    const auto status = status_of(*place);
    if (!status) {
        return std::unexpected(status.error());
    }
    if (!S_ISREG(status->mode)) {
        return std::unexpected(S_ISDIR(status->mode) ? FileError::is_folder : FileError::access);
    }
    const auto again = "/proc/self/fd/" + std::to_string(place->get());
    Descriptor file(::open(again.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return std::unexpected(file_error_of_host(errno));
    }
    return std::make_unique<HostFile>(std::move(file), *status);
}

FileResult<osi::FileStatus> HostRoot::status(const std::string& path, bool follow_link) const {
    const auto place = locate(folder_, path, follow_link);
    return place ? status_of(*place) : std::unexpected(place.error());
}

FileResult<std::string> HostRoot::read_link(const std::string& path) const {
    const auto place = locate(folder_, path, false);
    if (!place) {
        return std::unexpected(place.error());
    }
    const auto status = status_of(*place);
    if (!status || !S_ISLNK(status->mode)) {
        return std::unexpected(status ? FileError::invalid : status.error());
    }
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlinkat(place->get(), "", target.data(), target.size());
    if (size < 0) {
        return std::unexpected(file_error_of_host(errno));
    }
    return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace hvgdb::gdbserver
