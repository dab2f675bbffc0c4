// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_ranges.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "emulator/taint/shadow_memory.hpp"
#include "monitor/taint_report.hpp"
#include "monitor/taint_words.hpp"

namespace hvgdb::monitor {

namespace {

using namespace emulator::taint;

/// Puts bytes together.
class RangeCollector {
  public:
    explicit RangeCollector(std::size_t most) : most_(most) {}

    void add(VirtAddr address, std::span<const SetId> sets) {
        for (std::size_t i = 0; i < sets.size() && found_.complete; ++i) {
            if (sets[i] != kNoLabels) {
                add(address.value + i, sets[i]);
            }
        }
    }
    void cut() { found_.complete = false; }
    [[nodiscard]] bool full() const { return !found_.complete; }
    [[nodiscard]] TaintedRanges take() { return std::move(found_); }

  private:
    void add(std::uint64_t address, SetId set) {
        auto& ranges = found_.ranges;
        if (!ranges.empty() && ranges.back().set == set && ranges.back().last + 1 == address) {
            ranges.back().last = address;
        } else if (ranges.size() < most_) {
            ranges.push_back({.first = address, .last = address, .set = set});
        } else {
            cut();
        }
    }

    std::size_t most_;
    TaintedRanges found_;
};

/// Several ranges that are told as one.
struct Shown {
    TaintedRange range;
    std::optional<Label> first;  ///< of labels by position; else there is only one range
    std::optional<Label> last;
};

std::optional<Label> only_label(const LabelSets& labels, const TaintedRange& range) {
    const auto ranges = labels.ranges(range.set);
    const bool one = range.first == range.last && ranges.size() == 1 && ranges.front().first == ranges.front().last;
    return one ? std::optional(ranges.front().first) : std::nullopt;
}

std::vector<Shown> folded(const LabelSets& labels, const std::vector<TaintedRange>& ranges) {
    std::vector<Shown> shown;
    for (const auto& range : ranges) {
        const auto label = only_label(labels, range);
        auto* const before = shown.empty() ? nullptr : &shown.back();
        if (before != nullptr && label && before->last && *label == *before->last + 1 &&
            range.first == before->range.last + 1) {
            before->range.last = range.last;
            before->last = label;
        } else {
            shown.push_back({.range = range, .first = label, .last = label});
        }
    }
    return shown;
}

std::string text_of(const LabelSets& labels, const Shown& shown) {
    const auto& [first, last, set] = shown.range;
    const auto where = first == last ? fmt::format("{:#x}", first) : fmt::format("{:#x}..{:#x}", first, last);
    return shown.first != shown.last ? fmt::format("{}: {}..{}, one each", where, *shown.first, *shown.last)
                                     : fmt::format("{}: {}", where, labels_text(labels, set));
}

}  // namespace

TaintedRanges tainted_ranges(const ProcessTaint& where, std::span<const osi::UserPiece> pieces, std::size_t most) {
    RangeCollector collector(most);
    std::array<SetId, kPageSize> sets{};
    auto left = kMostTaintedBytes;
    for (const auto& piece : pieces) {
        for (std::uint64_t done = 0; done < piece.size && !collector.full();) {
            const VirtAddr at{piece.address.value + done};
            const auto count = std::min({piece.size - done, kPageSize - at.value % kPageSize, left});
            if (count == 0) {
                collector.cut();
                break;
            }
            const auto physical = where.os.physical_address(where.process, at);
            const auto chunk = std::span(sets).first(static_cast<std::size_t>(count));
            if (physical && *physical && where.engine.memory().read(**physical, chunk)) {
                collector.add(at, chunk);
            }
            done += count;
            left -= count;
        }
    }
    return collector.take();
}

std::string ranges_text(const LabelSets& labels, const TaintedRanges& tainted, std::size_t most) {
    const auto shown = folded(labels, tainted.ranges);
    std::string text;
    for (std::size_t i = 0; i < std::min(shown.size(), most); ++i) {
        text.append(i == 0 ? "" : "; ").append(text_of(labels, shown[i]));
    }
    const auto more = shown.size() - std::min(shown.size(), most);
    if (more != 0) {
        text += fmt::format("; and {} more range{}", more, more == 1 && tainted.complete ? "" : "s");
    }
    return text + (tainted.complete ? "" : ", at least");
}

}  // namespace hvgdb::monitor
