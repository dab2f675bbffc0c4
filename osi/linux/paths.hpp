// SPDX-License-Identifier: GPL-2.0-or-later
// Names of open files as the kernel prints them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/linux/pseudo_names.hpp"

namespace hvgdb::osi {

/// A place in a tree of mounted file systems (struct path, include/linux/path.h).
struct MountPath {
    VirtAddr mount;   ///< its struct vfsmount
    VirtAddr dentry;  ///< its struct dentry
    friend bool operator==(const MountPath&, const MountPath&) = default;
};

/// For one picture of the moment: it keeps what it found. The kernel's memory must outlive it. After 1,048,576 steps up
/// a tree it finds nothing new: no guest has that many files in use, but one may pretend so.
class Paths {
  public:
    /// `root` is the root folder of whoever looks, as fs->root is for a reader of /proc. Without one, and for what is
    /// not below it (another mount namespace, a detached mount), names begin at the root of the mount tree, as d_path()
    /// in fs/d_path.c has it, without a remark.
    explicit Paths(const KernelMemory& kernel, std::optional<MountPath> root = std::nullopt);

    /// As readlink of /proc/PID/fd/N tells it: "/usr/bin/x", "/tmp/y (deleted)", "/memfd:z (deleted)", "pipe:[123]".
    /// Any bytes. "/" when it has escaped from its mount. Nothing when it cannot be read or is longer than 4,096 bytes,
    /// as the kernel refuses then. Valid until the next call.
    [[nodiscard]] std::optional<std::string_view> of(const MountPath& place);

  private:
    struct Hash {
        std::size_t operator()(const MountPath& place) const {
            return std::hash<std::uint64_t>{}(place.dentry.value * 31 + place.mount.value);
        }
    };

    std::optional<std::string> name(const MountPath& place);
    std::optional<std::string> climb(MountPath place);
    bool enter_mount(VirtAddr mount);
    bool has_pseudo_name(const MountPath& place);

    const KernelMemory& kernel_;
    std::optional<MountPath> root_;
    MemberBlock dentry_;
    MemberBlock mount_;
    VirtAddr entered_;  ///< the mount that mount_ holds
    PseudoNames pseudo_names_;
    std::unordered_map<std::uint64_t, bool> makes_names_;  ///< by struct dentry_operations
    std::unordered_map<MountPath, std::optional<std::string>, Hash> known_;
    std::size_t known_bytes_ = 0;
    std::size_t steps_ = 0;
};

/// With each byte of `special`, and no other, as a backslash and three octal digits (mangle_path() in fs/seq_file.c):
/// /proc/PID/maps does so for "\n", /proc/PID/mountinfo for " \t\n\\".
[[nodiscard]] std::string mangled(std::string_view name, std::string_view special);

}  // namespace hvgdb::osi
