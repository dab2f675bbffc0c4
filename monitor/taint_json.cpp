// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_json.hpp"

#include <boost/json.hpp>
#include <string>

#include "monitor/taint_bytes.hpp"
#include "monitor/taint_report.hpp"

namespace hvgdb::monitor {

namespace {

namespace json = boost::json;
using namespace emulator::taint;

json::value labels_json(const LabelSets& labels, SetId set) {
    if (set == kAnyLabels) {
        return nullptr;
    }
    json::array all;
    for (const auto& [first, last] : labels.ranges(set)) {
        all.push_back(json::array{first, last});
    }
    return all;
}

}  // namespace

json::value taint_json(Engine& engine, const TaintPlace& place) {
    constexpr std::size_t kMostRuns = 65536;
    const auto found = tainted_bytes(engine, place, kMostRuns);
    const auto start = place.address ? place.address->value : 0;
    json::array ranges;
    for (const auto& run : found.runs) {
        ranges.push_back(json::object{{"first", start + run.first},
                                      {"last", start + run.last},
                                      {"labels", labels_json(engine.labels(), run.set)}});
    }
    return {{"size", place.size}, {"tainted", found.bytes}, {"ranges", std::move(ranges)}, {"more", found.more_runs}};
}

json::value taint_statistics_json(Engine& engine) {
    const auto memory = engine.memory().statistics();
    const auto labels = engine.labels().statistics();
    json::array vcpus;
    for (VcpuId vcpu; vcpu.index < engine.vcpu_count(); ++vcpu.index) {
        vcpus.push_back(json::string(live_registers(engine, vcpu)));
    }
    json::object unknown;
    for (const auto& [mnemonic, count] : engine.unknown().list()) {
        unknown[mnemonic] = count;
    }
    return {{"tainted_bytes", memory.tainted_bytes},
            {"tainted_pages", memory.tainted_pages},
            {"kept_pages", memory.kept_pages},
            {"memory", memory.memory},
            {"dropped_bytes", memory.dropped_bytes},
            {"stale_bytes", memory.stale_bytes},
            {"sets", labels.sets},
            {"ranges", labels.ranges},
            {"unions", labels.unions},
            {"saturated", labels.saturated},
            {"vcpus", std::move(vcpus)},
            {"unknown", std::move(unknown)}};
}

}  // namespace hvgdb::monitor
