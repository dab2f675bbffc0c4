// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/sink_table.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <utility>

namespace hvgdb::emulator::taint {

LabelList LabelList::of(const LabelSets& sets, SetId set) {
    const auto all = sets.ranges(set);
    const auto kept = all.first(std::min(all.size(), kMost));
    return {.ranges = {kept.begin(), kept.end()}, .known = set != kAnyLabels, .more = kept.size() < all.size()};
}

bool TaintSink::concerns(SinkKind kind, VirtAddr pc, AddressSpace space) const {
    if (ended() || !kinds_.has(kind)) {
        return false;
    }
    const bool user = pc.value >> 63 == 0;
    return !spaces_ || (user && std::ranges::find(*spaces_, space) != spaces_->end());
}

std::size_t TaintSink::Hash::operator()(const Key& key) const {
    std::size_t hash = 0;
    for (const std::uint64_t part : {key.pc, key.space, key.number, std::uint64_t{key.labels} << 8 | key.touched}) {
        boost::hash_combine(hash, part);
    }
    return hash;
}

TaintSink::Key TaintSink::key_of(const SinkHit& hit, SetId labels) {
    return {hit.pc.value, hit.space.root, hit.number, labels, hit.touched};
}

TaintSink::Seen& TaintSink::seen_by(VcpuId vcpu, const LabelSets& sets) {
    auto& seen = seen_.at(vcpu.index);
    if (const auto generation = sets.generation(); seen.generation != generation) {
        seen.counts.clear();
        seen.generation = generation;
    }
    return seen;
}

bool TaintSink::ready(const SinkHit& hit, SetId labels, const LabelSets& sets) {
    const auto& seen = seen_by(hit.vcpu, sets);
    return seen.counts.size() >= kMostSeen || seen.counts.contains(key_of(hit, labels)) || listener_->ready(hit);
}

void TaintSink::note(SinkHit hit, SetId labels, const LabelSets& sets) {
    count();
    auto& seen = seen_by(hit.vcpu, sets);
    const auto key = key_of(hit, labels);
    if (const auto found = seen.counts.find(key); found != seen.counts.end()) {
        found->second->fetch_add(1, std::memory_order_relaxed);
    } else if (seen.counts.size() < kMostSeen) {
        auto counter = std::make_shared<std::atomic<std::uint64_t>>(1);
        seen.counts.emplace(key, counter);
        hit.labels = LabelList::of(sets, labels);
        hit.count = std::move(counter);
        listener_->hit(std::move(hit));
    }
}

void SinkTable::add(std::shared_ptr<TaintSink> sink) {
    sinks_.push_back(std::move(sink));
    update_kinds();
}

void SinkTable::sweep() {
    std::erase_if(sinks_, [](const auto& sink) { return sink->ended(); });
    update_kinds();
}

void SinkTable::end(TaintSink& sink) {
    sink.end();
    update_kinds();
}

void SinkTable::update_kinds() {
    SinkKinds kinds;
    for (const auto& sink : sinks_) {
        kinds.add(sink->ended() ? SinkKinds() : sink->kinds());
    }
    kinds_ = kinds.bits();
}

}  // namespace hvgdb::emulator::taint
