// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/paths.hpp"

#include <array>
#include <fmt/format.h>
#include <vector>

#include "osi/linux/dentry_cache.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxSteps = std::size_t{1024} * 1024;
constexpr std::size_t kMaxKnown = std::size_t{64} * 1024;
constexpr std::size_t kMaxKnownBytes = std::size_t{16} * 1024 * 1024;

/// "/a/b" of {"b", "a"}.
std::string joined(const std::vector<std::string>& components) {
    std::string path;
    for (auto component = components.rbegin(); component != components.rend(); ++component) {
        path += '/';
        path += *component;
    }
    return path.empty() ? "/" : path;
}

}  // namespace

Paths::Paths(const KernelMemory& kernel, std::optional<MountPath> root)
    : kernel_(kernel),
      root_(root),
      dentry_(kernel, {Field::dentry_parent, Field::dentry_name, Field::dentry_name_length, Field::dentry_ops,
                       Field::dentry_hash_pprev}),
      mount_(kernel, {Field::mount_parent, Field::mount_mountpoint, Field::mount_root}),
      pseudo_names_(kernel) {}

std::optional<std::string_view> Paths::of(const MountPath& place) {
    auto found = known_.find(place);
    if (found == known_.end()) {
        if (known_.size() >= kMaxKnown || known_bytes_ >= kMaxKnownBytes) {
            known_.clear();
            known_bytes_ = 0;
        }
        found = known_.emplace(place, name(place)).first;
        known_bytes_ += found->second ? found->second->size() : 0;
    }
    return found->second ? std::optional<std::string_view>(*found->second) : std::nullopt;
}

std::optional<std::string> Paths::name(const MountPath& place) {
    if (!dentry_.has(Field::dentry_parent) || !dentry_.has(Field::dentry_name) || !dentry_.read(place.dentry)) {
        return std::nullopt;
    }
    if (has_pseudo_name(place)) {
        const auto own = dentry_name(kernel_, dentry_);
        return own ? pseudo_names_.of(place.dentry, *own) : std::nullopt;
    }
    const bool deleted = dentry_.has(Field::dentry_hash_pprev) && dentry_.number(Field::dentry_hash_pprev) == 0 &&
                         dentry_.pointer(Field::dentry_parent) != place.dentry;
    auto path = climb(place);
    if (path && deleted) {
        *path += " (deleted)";
    }
    return path && path->size() < kMaxPath ? path : std::nullopt;
}

bool Paths::has_pseudo_name(const MountPath& place) {
    const VirtAddr ops = dentry_.pointer(Field::dentry_ops);
    if (!is_kernel_pointer(ops)) {
        return false;
    }
    auto found = makes_names_.find(ops.value);
    if (found == makes_names_.end()) {
        if (makes_names_.size() >= kMaxKnown) {
            makes_names_.clear();
        }
        const auto maker = kernel_.pointer(ops, Field::dentry_ops_dname);
        found = makes_names_.emplace(ops.value, maker && maker->value != 0).first;
    }
    // The root of a mount has the path of the mount, whatever its file system says.
    const bool is_root = dentry_.pointer(Field::dentry_parent) == place.dentry;
    return found->second && !(is_root && enter_mount(place.mount) && mount_.pointer(Field::mount_root) == place.dentry);
}

/// As __prepend_path() in fs/d_path.c does.
std::optional<std::string> Paths::climb(MountPath place) {
    std::vector<std::string> components;
    std::size_t length = 0;
    for (std::size_t step = 0; step < kMaxPath && steps_ < kMaxSteps; ++step, ++steps_) {
        if (place == root_) {
            return joined(components);
        }
        if (!enter_mount(place.mount)) {
            return std::nullopt;
        }
        if (place.dentry == mount_.pointer(Field::mount_root)) {
            const std::uint64_t embedded = kernel_.layout()[Field::mount_mnt].offset;
            const VirtAddr parent{mount_.number(Field::mount_parent) + embedded};
            if (parent == place.mount) {
                return joined(components);
            }
            place = {.mount = parent, .dentry = mount_.pointer(Field::mount_mountpoint)};
            continue;
        }
        if (!dentry_.read(place.dentry)) {
            return std::nullopt;
        }
        const VirtAddr parent = dentry_.pointer(Field::dentry_parent);
        if (parent == place.dentry) {
            return "/";
        }
        auto own = dentry_name(kernel_, dentry_);
        length += own ? own->size() + 1 : 0;
        if (!own || length >= kMaxPath) {
            return std::nullopt;
        }
        components.push_back(std::move(*own));
        place.dentry = parent;
    }
    return std::nullopt;
}

bool Paths::enter_mount(VirtAddr mount) {
    if (entered_ == mount && mount.value != 0) {
        return true;
    }
    entered_ = VirtAddr{};
    if (!is_kernel_pointer(mount) || !mount_.has(Field::mount_mnt) || !mount_.has(Field::mount_root) ||
        !mount_.has(Field::mount_parent) || !mount_.has(Field::mount_mountpoint) ||
        !mount_.read(VirtAddr{mount.value - kernel_.layout()[Field::mount_mnt].offset})) {
        return false;
    }
    entered_ = mount;
    return true;
}

std::string mangled(std::string_view name, std::string_view special) {
    std::string out;
    out.reserve(name.size());
    for (const char byte : name) {
        if (special.find(byte) == std::string_view::npos) {
            out += byte;
        } else {
            out += fmt::format("\\{:03o}", static_cast<unsigned char>(byte));
        }
    }
    return out;
}

}  // namespace hvgdb::osi
