// SPDX-License-Identifier: GPL-2.0-or-later
// Unions in any order, within small bounds: numbers mean the sets they should, or the one that stands for any.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <vector>

#include "emulator/taint/labels.hpp"

namespace {

using namespace hvgdb::emulator::taint;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::set<Label> expanded(const LabelSets& sets, SetId id) {
    std::set<Label> labels;
    const LabelRange* last = nullptr;
    for (const auto& range : sets.ranges(id)) {
        require(range.first <= range.last && (last == nullptr || last->last + 1 < range.first));
        for (auto label = range.first; label <= range.last; ++label) {
            labels.insert(label);
        }
        last = &range;
    }
    return labels;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr Label kLabels = 32;
    constexpr std::size_t kMost = 512;
    LabelSets sets({100, 6, 300});
    Unions unions(sets);
    std::vector<SetId> known{kNoLabels};
    std::vector<std::set<Label>> meant{{}};
    for (Label label = 0; label < kLabels; ++label) {
        known.push_back(sets.single(label * 3 / 2));
        meant.push_back({label * 3 / 2});
    }
    for (std::size_t at = 0; at + 1 < size && at < kMost; at += 2) {
        const auto one = data[at] % known.size();
        const auto other = data[at + 1] % known.size();
        const auto both = unions(known[one], known[other]);
        require(both == sets.unite(known[other], known[one]) && unions(both, known[one]) == both);
        auto wanted = meant[one];
        wanted.insert(meant[other].begin(), meant[other].end());
        require(both == kAnyLabels || expanded(sets, both) == wanted);
        require(sets.includes(both, known[one]) && sets.includes(both, known[other]));
        known.push_back(both);
        meant.push_back(wanted);
    }
    return 0;
}
