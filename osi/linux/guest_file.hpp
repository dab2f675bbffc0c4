// SPDX-License-Identifier: GPL-2.0-or-later
// A regular file of the guest, out of the page cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "osi/linux/inode.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// Larger files are not read.
inline constexpr std::uint64_t kLargestGuestFile = std::uint64_t{1} << 30;

/// What a file is read by now.
struct FileMoment {
    FileMemory memory;
    std::uint64_t generation = 0;  ///< what was found out stays true while this does
    bool running = false;          ///< nothing stays true
};

class CachedFile final : public GuestFile {
  public:
    /// What it gives lasts until the caller returns.
    using Source = std::function<Expected<FileMoment>()>;

    /// `fault`, in words, unless all pages of the file are in memory; `bad_argument` when it is no regular file, or is
    /// larger than 1 GiB. `path` is for the words only.
    [[nodiscard]] static Expected<std::unique_ptr<CachedFile>> open(Source source, const Inode& inode,
                                                                    std::string_view path);

    [[nodiscard]] const FileStatus& status() const override { return inode_.status; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override;

  private:
    /// Where a page is; nothing: nowhere, and reads as zeros.
    using Page = std::optional<PhysAddr>;

    CachedFile(Source source, const Inode& inode) : source_(std::move(source)), inode_(inode) {}

    [[nodiscard]] Expected<void> look_for_pages(const FileMoment& now, std::string_view path);
    [[nodiscard]] bool is_still_there(const FileMoment& now) const;
    [[nodiscard]] std::optional<Page> find(const FileMemory& memory, std::uint64_t index) const;
    [[nodiscard]] std::optional<Page> known_page(const FileMemory& memory, std::uint64_t index);
    [[nodiscard]] bool copy(const FileMemory& memory, std::uint64_t offset, std::span<std::byte> out);

    Source source_;
    Inode inode_;
    bool has_holes_ = false;                 ///< what is not in memory is nowhere else
    std::optional<std::uint64_t> known_at_;  ///< the generation of known_
    std::unordered_map<std::uint64_t, Page> known_;
};

}  // namespace hvgdb::osi
