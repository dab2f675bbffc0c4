// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_input.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>

#include "emulator/taint/shadow_memory.hpp"
#include "monitor/taint_bytes.hpp"
#include "monitor/taint_place.hpp"
#include "monitor/taint_words.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::kPageSize;
using emulator::taint::Label;

std::uint64_t up_to_page_end(VirtAddr address, std::uint64_t size) {
    return std::min<std::uint64_t>(size, kPageSize - address.value % kPageSize);
}

/// Of one command or one system call.
class Labeller {
  public:
    Labeller(const ProcessTaint& where, const InputLabels& labels)
        : where_(where), labels_(labels), left_(labels.positional ? kMostPositional : kMostTaintedBytes) {}

    /// Within one page.
    void add(VirtAddr address, std::uint64_t size, std::uint64_t position) {
        const auto physical = left_ == 0 ? fail(Errc::fault, "") : where_.os.physical_address(where_.process, address);
        const auto count = physical && *physical ? std::min(fitting(size, position), left_) : 0;
        if (count > 0) {
            TaintPlace place;
            place.size = count;
            place.memory.push_back({.address = **physical, .size = count});
            const auto first = labels_.positional ? labels_.label + static_cast<Label>(position) : labels_.label;
            add_labels(where_.engine, place, first, labels_.positional);
        }
        left_ -= count;
        done_.labelled += count;
        done_.missed += size - count;
    }
    void miss(std::uint64_t size) { done_.missed += size; }
    [[nodiscard]] bool full() const { return left_ == 0; }
    [[nodiscard]] const LabelCount& done() const { return done_; }

  private:
    /// How many of the labels are numbers of 32 bits.
    [[nodiscard]] std::uint64_t fitting(std::uint64_t size, std::uint64_t position) const {
        const std::uint64_t last = std::numeric_limits<Label>::max() - labels_.label;
        if (!labels_.positional) {
            return size;
        }
        return position > last ? 0 : std::min(size, last - position + 1);
    }

    const ProcessTaint& where_;
    const InputLabels& labels_;
    std::uint64_t left_;
    LabelCount done_;
};

/// What is not NUL of bytes within one page.
void add_strings(Labeller& labeller, std::span<const std::byte> bytes, VirtAddr address, std::uint64_t position) {
    for (auto at = bytes.begin(); at != bytes.end();) {
        const auto start = std::find_if(at, bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
        at = std::find(start, bytes.end(), std::byte{0});
        const auto skipped = static_cast<std::uint64_t>(start - bytes.begin());
        if (start != at) {
            labeller.add(VirtAddr{address.value + skipped}, static_cast<std::uint64_t>(at - start), position + skipped);
        }
    }
}

}  // namespace

LabelCount label_buffer(const ProcessTaint& where, std::span<const osi::UserPiece> pieces, const InputLabels& labels,
                        std::uint64_t position) {
    Labeller labeller(where, labels);
    for (const auto& piece : pieces) {
        for (std::uint64_t done = 0; done < piece.size;) {
            const VirtAddr at{piece.address.value + done};
            const auto count = labeller.full() ? piece.size - done : up_to_page_end(at, piece.size - done);
            labeller.add(at, count, position + done);
            done += count;
        }
        position += piece.size;
    }
    return labeller.done();
}

LabelCount label_strings(const ProcessTaint& where, const osi::AddressRange& strings, const InputLabels& labels) {
    Labeller labeller(where, labels);
    std::array<std::byte, kPageSize> page;
    for (std::uint64_t done = 0; done < strings.size();) {
        const VirtAddr at{strings.start.value + done};
        const auto left = strings.size() - done;
        const auto count = labeller.full() ? left : up_to_page_end(at, left);
        const auto bytes = std::span(page).first(labeller.full() ? 0 : static_cast<std::size_t>(count));
        const auto got = bytes.empty() ? Expected<std::size_t>(0) : where.os.read_memory(where.process, at, bytes);
        const auto known = got ? std::min(*got, bytes.size()) : 0;
        add_strings(labeller, bytes.first(known), at, done);
        labeller.miss(count - known);
        done += count;
    }
    return labeller.done();
}

}  // namespace hvgdb::monitor
