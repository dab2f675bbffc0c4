// SPDX-License-Identifier: GPL-2.0-or-later
// The label sets of guest RAM, a set a byte, by guest physical address. Pages without taint take no memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "emulator/physical_memory.hpp"
#include "emulator/taint/labels.hpp"
#include "emulator/taint/pattern.hpp"
#include "emulator/taint/shadow_page.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// As many neighbouring bytes are counted together.
inline constexpr std::size_t kGranule = 16;

/// Any number of threads, without a lock but for the first taint of a page. A range may cross pages; what lies above
/// 2^52 (the most that x86 addresses) is never tainted.
class ShadowMemory {
  public:
    /// More pages than `most_pages` are not tainted: set() drops the labels and counts (see Statistics).
    explicit ShadowMemory(std::size_t most_pages = kDefaultMostPages);
    ~ShadowMemory();
    ShadowMemory(const ShadowMemory&) = delete;
    ShadowMemory& operator=(const ShadowMemory&) = delete;

    /// Where the guest's memory is. What reads labels afterwards drops those of bytes that somebody overwrote without
    /// a word to this object: they have another value than when they were labelled. Only while nothing is tainted and
    /// nobody else uses this object, which `contents` outlives. Any thread must be allowed to read it.
    void set_contents(const PhysicalMemory* contents) { contents_ = contents; }

    [[nodiscard]] SetId get(PhysAddr address) const;
    /// Answers whether any byte was tainted; `out` is written in any case.
    bool read(PhysAddr address, std::span<SetId> out);
    void write(PhysAddr address, std::span<const SetId> sets);
    void fill(PhysAddr address, std::uint64_t size, SetId set);
    void clear(PhysAddr address, std::uint64_t size) { fill(address, size, kNoLabels); }
    [[nodiscard]] bool any(PhysAddr address, std::uint64_t size) const;
    /// The page at this address, if it was ever tainted. Stays valid until clear_all(), tainted or not.
    [[nodiscard]] ShadowPage* find(PhysAddr address) const { return page(address); }

    // On one page, `size` at most Pattern::kMost bytes.
    /// As read().
    [[nodiscard]] Pattern pattern(ShadowPage& page, std::size_t offset, std::size_t size) {
        const auto found = page.pattern(offset, size);
        return !found.empty() && page.maybe_stale(offset, size) ? pattern_without_stale(page, offset, size) : found;
    }
    void write(ShadowPage& page, std::size_t offset, std::size_t size, Pattern pattern) {
        if (page.pattern(offset, size) != pattern) {
            set_bytes(page, offset, size, pattern);
        }
        page.note(offset, size);
    }
    /// To a page that has not been tainted yet, or may not.
    void write(PhysAddr address, std::size_t size, Pattern pattern);

    /// Whether some page has taint near this offset: no more is known, but it needs no physical address, since virtual
    /// and physical addresses have the low twelve bits in common. `false` is certain. `size` is at most a granule.
    [[nodiscard]] bool maybe_tainted(std::uint64_t virtual_address, std::size_t size) const {
        const auto first = granule(virtual_address);
        const auto last = granule(virtual_address + size - 1);
        return (granules_[first].load(std::memory_order_relaxed) | granules_[last].load(std::memory_order_relaxed)) !=
               0;
    }

    /// Another number, never 0, when a page without taint gets some: what was seen to be clean before may not be so
    /// now.
    [[nodiscard]] std::uint64_t arrivals() const { return arrivals_.load(); }
    /// `told` is called whenever that has changed, by the thread that tainted the page. Only while nobody else uses
    /// this object.
    void on_arrival(std::function<void()> told) { on_arrival_ = std::move(told); }

    /// Only while nobody else uses this object.
    void clear_all();
    [[nodiscard]] bool clean() const { return bytes_.load(std::memory_order_relaxed) == 0; }

    struct Statistics {
        std::uint64_t tainted_bytes = 0;
        std::uint64_t tainted_pages = 0;
        std::uint64_t kept_pages = 0;     ///< that take memory: tainted once
        std::uint64_t memory = 0;         ///< of ours, in bytes
        std::uint64_t dropped_bytes = 0;  ///< labels lost for want of pages
        std::uint64_t stale_bytes = 0;    ///< whose labels were dropped, since somebody had overwritten them
    };
    [[nodiscard]] Statistics statistics() const;
    /// The physical addresses of tainted pages, ascending, at most `most`.
    [[nodiscard]] std::vector<PhysAddr> tainted_pages(std::size_t most) const;

  private:
    static constexpr std::size_t kDefaultMostPages = 1U << 18;
    static constexpr unsigned kPageBits = 12;
    static constexpr unsigned kLevelBits = 10;
    static constexpr unsigned kLevels = 4;
    static constexpr std::size_t kEntries = std::size_t{1} << kLevelBits;
    static constexpr std::uint64_t kLimit = std::uint64_t{1} << (kPageBits + kLevels * kLevelBits);
    static constexpr std::size_t kGranules = kPageSize / kGranule;

    /// The last level's entries are pages, those of the others directories.
    struct Directory {
        std::array<std::atomic<void*>, kEntries> entries{};
    };

    static std::size_t granule(std::uint64_t address) { return address % kPageSize / kGranule; }
    static std::size_t index(PhysAddr address, unsigned level);
    [[nodiscard]] ShadowPage* page(PhysAddr address) const;
    [[nodiscard]] ShadowPage* page_to_taint(PhysAddr address);
    void set_byte(ShadowPage& page, std::size_t offset, SetId set);
    void set_bytes(ShadowPage& page, std::size_t offset, std::size_t size, Pattern pattern);
    void drop_stale(ShadowPage& page, std::size_t offset, std::size_t size);
    [[nodiscard]] Pattern pattern_without_stale(ShadowPage& page, std::size_t offset, std::size_t size);
    template <typename Visit>
    void each_piece(PhysAddr address, std::uint64_t size, Visit visit) const;

    const std::size_t most_pages_;
    std::array<std::atomic<std::uint32_t>, kGranules> granules_{};  ///< tainted bytes at these offsets, of all pages
    std::atomic<std::uint64_t> arrivals_ = 1;
    std::function<void()> on_arrival_;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<std::uint64_t> pages_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::atomic<std::uint64_t> stale_ = 0;
    const PhysicalMemory* contents_ = nullptr;
    std::unique_ptr<Directory> root_;

    mutable std::mutex mutex_;  ///< of what follows, and of growing
    std::vector<std::unique_ptr<Directory>> directories_;
    std::vector<std::pair<PhysAddr, std::unique_ptr<ShadowPage>>> kept_;
};

}  // namespace hvgdb::emulator::taint
