// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/path_lookup.hpp"

#include <algorithm>
#include <optional>

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxSteps = std::size_t{256} * 1024;
constexpr std::size_t kMaxPath = 4096;  // include/uapi/linux/limits.h, with the final NUL
constexpr std::size_t kLongestName = 255;
constexpr unsigned kMostLinks = 40;  // include/linux/namei.h MAXSYMLINKS

std::unexpected<Error> too_long() {
    return fail(Errc::bad_argument, "the path is too long");
}

}  // namespace

/// One search.
class PathLookup::Walk {
  public:
    Walk(PathLookup& lookup, std::string_view path) : lookup_(lookup), limit_(kMaxSteps), rest_(path) {
        at_ = path.starts_with('/') ? lookup.start_.root : lookup.start_.working_directory;
    }

    Expected<Found> run(bool follow_last) {
        auto inode = inode_at(at_);
        for (std::string name = take_name(); inode && !name.empty(); name = take_name()) {
            const auto next = step(name);
            inode = next ? inode_at(*next) : std::unexpected(next.error());
            if (inode && inode->is_link() && (follow_last || !rest_.empty())) {
                inode = follow(*inode);
            } else if (inode && !inode->is_folder() && !rest_.empty()) {
                return fail(Errc::not_found, "part of the path is no folder");
            } else if (inode) {
                at_ = *next;
            }
        }
        return inode ? Expected<Found>(Found{at_, inode->address}) : std::unexpected(inode.error());
    }

  private:
    /// Off the start of what is left; empty at the end. Slashes behind it stay.
    std::string take_name() {
        const std::size_t start = rest_.find_first_not_of('/');
        if (start == std::string::npos) {
            return {};
        }
        const std::size_t end = std::min(rest_.find('/', start), rest_.size());
        std::string name = rest_.substr(start, end - start);
        rest_.erase(0, end);
        return name;
    }

    Expected<MountPath> step(const std::string& name) {
        if (name == ".") {
            return at_;
        }
        if (name == "..") {
            return step_up();
        }
        if (name.size() > kLongestName) {
            return too_long();
        }
        const auto child = lookup_.names_.child(at_.dentry, name, limit_);
        return child ? lookup_.mounts_.entered({.mount = at_.mount, .dentry = child->dentry}, limit_)
                     : std::unexpected(child.error());
    }

    /// As follow_dotdot() does: never above the process's root, and out of the root of a mount.
    Expected<MountPath> step_up() {
        MountPath place = at_;
        while (place != lookup_.start_.root && limit_.take()) {
            if (const auto outside = lookup_.mounts_.left(place)) {
                place = *outside;
                continue;
            }
            const auto parent = lookup_.names_.parent(place.dentry);
            return parent ? lookup_.mounts_.entered({.mount = place.mount, .dentry = *parent}, limit_)
                          : fail(Errc::fault, "a folder's entry cannot be read");
        }
        return place;
    }

    /// The folder where the rest of the path begins now.
    Expected<Inode> follow(const Inode& link) {
        if (++links_ > kMostLinks) {
            return fail(Errc::bad_argument, "the path leads through too many symbolic links");
        }
        auto text = link_text(lookup_.memory_, link);
        if (!text || text->empty()) {
            return text ? fail(Errc::not_found, "a symbolic link leads nowhere") : std::unexpected(text.error());
        }
        if (text->starts_with('/')) {
            at_ = lookup_.start_.root;
        }
        rest_.insert(0, *text);
        return inode_at(at_);
    }

    Expected<Inode> inode_at(const MountPath& place) {
        const auto address = lookup_.names_.inode(place.dentry);
        const auto inode = address ? read_inode(lookup_.memory_.kernel, *address) : std::nullopt;
        return inode ? Expected<Inode>(*inode) : fail(Errc::fault, "the kernel's entry of a file cannot be read");
    }

    PathLookup& lookup_;
    StepLimit limit_;
    MountPath at_;
    std::string rest_;
    unsigned links_ = 0;
};

Expected<PathLookup::Found> PathLookup::find(std::string_view path, bool follow_last) {
    if (path.empty()) {
        return fail(Errc::not_found, "the path is empty");
    }
    return path.size() < kMaxPath ? Walk(*this, path).run(follow_last) : too_long();
}

}  // namespace hvgdb::osi
