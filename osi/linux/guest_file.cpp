// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/guest_file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPageSize = 4096;

/// File systems that keep what they have nowhere but in the page cache (and swap). There a page that is absent reads as
/// zeros.
bool is_in_memory_only(std::string_view file_system) {
    constexpr std::array<std::string_view, 4> kNames{"tmpfs", "ramfs", "rootfs", "devtmpfs"};
    return std::ranges::find(kNames, file_system) != kNames.end();
}

/// Neither in memory only nor on a disk: what /proc and its like show is made when somebody reads it, and it is not
/// known to be empty.
bool may_be_made_up(const KernelMemory& kernel, const Inode& inode) {
    const auto disk = kernel.pointer(inode.super_block, Field::super_block_disk);
    return inode.status.size == 0 && (!disk || disk->value == 0);
}

std::uint64_t pages_of(std::uint64_t size) {
    return size / kPageSize + (size % kPageSize == 0 ? 0 : 1);
}

}  // namespace

Expected<std::unique_ptr<CachedFile>> CachedFile::open(Source source, const Inode& inode, std::string_view path) {
    if (!inode.is_regular()) {
        return fail(Errc::bad_argument, fmt::format("{} is no regular file", path));
    }
    if (inode.status.size > kLargestGuestFile) {
        return fail(Errc::bad_argument, fmt::format("{} is larger than 1 GiB", path));
    }
    const auto now = source();
    if (!now) {
        return std::unexpected(now.error());
    }
    const std::string file_system = file_system_of(now->memory.kernel, inode);
    std::unique_ptr<CachedFile> file(new CachedFile(std::move(source), inode));
    file->has_holes_ = is_in_memory_only(file_system);
    if (!file->has_holes_ && may_be_made_up(now->memory.kernel, inode)) {
        return fail(Errc::fault, fmt::format("what {} has is made when it is read ({})", path, file_system));
    }
    const auto complete = file->look_for_pages(*now, path);
    return complete ? Expected<std::unique_ptr<CachedFile>>(std::move(file)) : std::unexpected(complete.error());
}

Expected<void> CachedFile::look_for_pages(const FileMoment& now, std::string_view path) {
    const std::uint64_t count = pages_of(inode_.status.size);
    std::uint64_t lacking = 0;
    for (std::uint64_t index = 0; index < count; ++index) {
        lacking += known_page(now.memory, index) ? 0 : 1;
    }
    if (lacking > 0) {
        return fail(Errc::fault,
                    fmt::format("{} of {} pages of {} are not in the guest's memory", lacking, count, path));
    }
    known_at_ = now.running ? std::nullopt : std::optional(now.generation);
    return {};
}

Expected<std::size_t> CachedFile::read(std::uint64_t offset, std::span<std::byte> out) {
    if (offset >= inode_.status.size || out.empty()) {
        return 0;
    }
    out = out.first(std::min<std::uint64_t>(out.size(), inode_.status.size - offset));
    const auto now = source_();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (now->running || known_at_ != now->generation) {
        known_.clear();
        known_at_.reset();
        if (!is_still_there(*now)) {
            return fail(Errc::fault, "the file is not the same any more");
        }
        known_at_ = now->running ? std::nullopt : std::optional(now->generation);
    }
    if (!copy(now->memory, offset, out)) {
        return fail(Errc::fault, "part of the file is not in the guest's memory any more");
    }
    const auto is_where_it_was = [&](const auto& page) { return find(now->memory, page.first) == page.second; };
    if (now->running && !(is_still_there(*now) && std::ranges::all_of(known_, is_where_it_was))) {
        return fail(Errc::fault, "the file changed while it was read");
    }
    return out.size();
}

bool CachedFile::is_still_there(const FileMoment& now) const {
    const auto inode = read_inode(now.memory.kernel, inode_.address);
    return inode && inode->mapping == inode_.mapping && inode->super_block == inode_.super_block &&
           inode->generation == inode_.generation && inode->status.inode == inode_.status.inode &&
           inode->status.mode == inode_.status.mode && inode->status.size == inode_.status.size;
}

/// Nothing when it is not in memory.
std::optional<CachedFile::Page> CachedFile::find(const FileMemory& memory, std::uint64_t index) const {
    const auto place = memory.pages.find(inode_.mapping, index);
    const bool is_hole = has_holes_ && place && place->state == PageCache::State::absent;
    if (is_hole) {
        return Page();
    }
    return place && place->state == PageCache::State::present ? std::optional<Page>(place->physical) : std::nullopt;
}

std::optional<CachedFile::Page> CachedFile::known_page(const FileMemory& memory, std::uint64_t index) {
    if (const auto known = known_.find(index); known != known_.end()) {
        return known->second;
    }
    const auto found = find(memory, index);
    if (found) {
        known_.emplace(index, *found);
    }
    return found;
}

bool CachedFile::copy(const FileMemory& memory, std::uint64_t offset, std::span<std::byte> out) {
    while (!out.empty()) {
        const std::uint64_t within = offset % kPageSize;
        const auto piece = out.first(std::min<std::uint64_t>(out.size(), kPageSize - within));
        const auto page = known_page(memory, offset / kPageSize);
        if (!page) {
            return false;
        }
        if (!*page) {
            std::ranges::fill(piece, std::byte{0});
        } else if (memory.physical.read(PhysAddr{(*page)->value + within}, piece) != piece.size()) {
            return false;
        }
        offset += piece.size();
        out = out.subspan(piece.size());
    }
    return true;
}

}  // namespace hvgdb::osi
