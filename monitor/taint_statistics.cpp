// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "emulator/arch.hpp"
#include "monitor/taint_report.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using namespace emulator::taint;
using Facts = std::vector<std::pair<std::string, std::string>>;

std::string counted(std::uint64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string lost_text(const LabelSets::Statistics& labels, const ShadowMemory::Statistics& memory) {
    std::string text;
    if (labels.saturated != 0) {
        text = counted(labels.saturated, "time") + " the labels of a byte, at the bounds of the sets";
    }
    if (memory.dropped_bytes != 0) {
        text += (text.empty() ? "" : "; ") + counted(memory.dropped_bytes, "byte") + ", for want of pages";
    }
    return text.empty() ? "nothing" : text;
}

std::string unknown_text(const UnknownInstructions& unknown) {
    constexpr std::size_t kMostShown = 32;
    const auto all = unknown.list();
    std::string text;
    for (const auto& [mnemonic, count] : std::span(all).first(std::min(all.size(), kMostShown))) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", mnemonic, count);
    }
    return all.empty() ? "none" : all.size() > kMostShown ? text + " and others" : text;
}

void add_vcpus(Engine& engine, Facts& facts) {
    constexpr std::size_t kMostShown = 64;
    std::size_t shown = 0;
    for (VcpuId vcpu; vcpu.index < engine.vcpu_count(); ++vcpu.index) {
        auto registers = live_registers(engine, vcpu);
        if (registers.empty()) {
            continue;
        }
        if (++shown <= kMostShown) {
            facts.emplace_back(fmt::format("vCPU {}", vcpu.index), std::move(registers));
        }
    }
    if (shown > kMostShown) {
        facts.emplace_back("other vCPUs", fmt::format("{} more with tainted registers", shown - kMostShown));
    }
    if (shown == 0) {
        facts.emplace_back("registers", "none");
    }
}

std::string register_name(unsigned bit) {
    if (bit < kFlagsBit) {
        return std::string(emulator::x86_general_register(bit));
    }
    if (bit == kFlagsBit) {
        return "eflags";
    }
    return bit < kVectorBit ? fmt::format("st{}", bit - kX87Bit) : fmt::format("ymm{}", bit - kVectorBit);
}

}  // namespace

std::string live_registers(Engine& engine, VcpuId vcpu) {
    const auto live = engine.vcpu(vcpu).registers().live();
    std::string text;
    for (unsigned bit = 0; bit < kTemporaryBit; ++bit) {
        if ((live >> bit & 1) != 0) {
            text += (text.empty() ? "" : ", ") + register_name(bit);
        }
    }
    return text;
}

std::string statistics_report(Engine& engine) {
    const auto memory = engine.memory().statistics();
    const auto labels = engine.labels().statistics();
    Facts facts{
        {"tainted memory", counted(memory.tainted_bytes, "byte") + " on " + counted(memory.tainted_pages, "page")},
        {"kept for it", size_text(memory.memory) + ", for " + counted(memory.kept_pages, "page")},
        {"label sets", fmt::format("{}, of {}; {} remembered", labels.sets, counted(labels.ranges, "range"),
                                   counted(labels.unions, "union"))},
        {"lost", lost_text(labels, memory)},
        {"overwritten unseen", memory.stale_bytes == 0 ? "nothing" : counted(memory.stale_bytes, "byte")},
        {"policy", policy_text(engine.policy())},
    };
    add_vcpus(engine, facts);
    facts.emplace_back("unknown instructions", unknown_text(engine.unknown()));
    return facts_table(facts);
}

}  // namespace hvgdb::monitor
