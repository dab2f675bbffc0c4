// SPDX-License-Identifier: GPL-2.0-or-later
// Where tainted data decides: the part of TcgTaint that looks, and stops vCPUs.
#include <algorithm>
#include <array>
#include <span>

#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {
namespace {

using taint::EffectiveAddress;
using taint::kNoLabels;
using taint::kPageSize;
using taint::SetId;
using taint::Sink;
using taint::SinkHit;
using taint::SinkKind;

constexpr std::size_t kMostMemory = 16;
constexpr std::size_t kMostStored = 64;

const Sink& sink_at(const taint::BlockPoint& point) {
    return point.block->sinks[point.block->instructions[point.instruction].sink];
}

}  // namespace

void TcgTaint::register_sinks(const qemu_plugin_tb* block, qemu_plugin_insn* instruction,
                              const taint::BlockPoint& point) {
    const auto& compiled = point.block->instructions[point.instruction];
    if (!compiled.may_stop && compiled.sink == taint::CompiledInstruction::kNoSink) {
        return;
    }
    const auto place =
        InstructionPlace::of(VirtAddr{qemu_plugin_tb_vaddr(block)}, VirtAddr{qemu_plugin_insn_vaddr(instruction)});
    SinkPoint* user = nullptr;
    {
        const std::scoped_lock lock(points_mutex_);
        user = &points_.try_emplace({&point, place}, SinkPoint{this, &point, place}).first->second;
    }
    if (compiled.may_stop) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(instruction, on_stop_point, QEMU_PLUGIN_CB_RW_REGS_PC,
                                                    QEMU_PLUGIN_COND_NE, stored_, 0, user);
    }
    if (compiled.sink == taint::CompiledInstruction::kNoSink) {
        return;
    }
    if (sink_at(point).memory != 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_sink, QEMU_PLUGIN_CB_RW_REGS_PC, user);
    } else {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(instruction, on_sink, QEMU_PLUGIN_CB_RW_REGS_PC,
                                                    QEMU_PLUGIN_COND_NE, words_, 0, user);
    }
}

void TcgTaint::on_sink(unsigned vcpu, void* sink_point) {
    const auto& point = *static_cast<SinkPoint*>(sink_point);
    end_callback(point.self->look(vcpu, point));
}

void TcgTaint::on_stop_point(unsigned vcpu, void* sink_point) {
    const auto& point = *static_cast<SinkPoint*>(sink_point);
    end_callback(point.self->stop_for_store(vcpu, point));
}

[[gnu::noinline]] Arrival TcgTaint::look(unsigned vcpu, const SinkPoint& point) {
    const auto [labels, touched] = labels_of(vcpus_[vcpu], point);
    const auto pc = labels != kNoLabels ? stops_->pc(point.place) : std::nullopt;
    if (!pc) {
        return {};
    }
    SinkHit hit{.kind = sink_at(*point.point).kind,
                .vcpu = VcpuId{vcpu},
                .pc = *pc,
                .space = stops_->space(VcpuId{vcpu}),
                .labels = {},
                .touched = touched,
                .address = {},
                .count = {}};
    if (hit.kind == SinkKind::syscall) {
        hit.number = call_number();
        hit.wide = sink_at(*point.point).ranges.front().size == taint::kGprSize;
    }
    return decide(hit, labels);
}

/// Who stops the vCPU comes first: while it stands here it comes back again and again, which is one hit.
Arrival TcgTaint::decide(const SinkHit& hit, SetId labels) {
    const auto sinks = engine_.sinks().sinks();
    const auto concerns = [&](const taint::TaintSink& sink) { return sink.concerns(hit.kind, hit.pc, hit.space); };
    const auto stopper = std::ranges::find_if(sinks, [&](const auto& it) { return it->stops() && concerns(*it); });
    const auto ready = [&](const auto& sink) {
        return sink->stops() || !concerns(*sink) || sink->ready(hit, labels, engine_.labels());
    };
    if (!std::ranges::all_of(sinks, ready)) {
        return {Parking::Action::park, hit.pc.value};
    }
    Arrival arrival;
    if (stopper != sinks.end()) {
        arrival = {stops_->stop(hit.vcpu, hit.pc, (*stopper)->listener(), false), hit.pc.value};
        if (arrival.action != Parking::Action::park_first) {
            return arrival;
        }
        (*stopper)->count();
        auto told = hit;
        told.labels = taint::LabelList::of(engine_.labels(), labels);
        (*stopper)->listener()->hit(std::move(told));
    }
    for (const auto& sink : sinks) {
        if (!sink->stops() && concerns(*sink)) {
            sink->note(hit, labels, engine_.labels());
        }
    }
    return arrival;
}

std::pair<SetId, std::uint8_t> TcgTaint::labels_of(Vcpu& vcpu, const SinkPoint& point) const {
    const auto& sink = sink_at(*point.point);
    SetId labels = kNoLabels;
    std::uint8_t touched = 0;
    const auto add = [&](SetId set) { labels = vcpu.taint->united(std::array{labels, set}); };
    const auto count = vcpu.live ? used_registers(sink) : 0;
    for (unsigned index = 0; index < count; ++index) {
        if (const auto set = vcpu.taint->united(sink.ranges[index]); set != kNoLabels) {
            add(set);
            touched = static_cast<std::uint8_t>(touched | 1U << index);
        }
    }
    if (sink.memory != 0 && !engine_.memory().clean()) {
        const auto address = target_address(point);
        add(address ? memory_labels(vcpu, *address, sink.memory) : kNoLabels);
    }
    return {labels, touched};
}

/// Of a system call the number and the arguments that it has.
unsigned TcgTaint::used_registers(const Sink& sink) const {
    if (sink.kind != SinkKind::syscall) {
        return sink.count;
    }
    const auto arguments = engine_.sinks().argument_count(call_number(), sink.ranges.front().size == taint::kGprSize);
    return std::min<unsigned>(sink.count, 1 + arguments);
}

std::uint64_t TcgTaint::call_number() const {
    return static_cast<std::uint32_t>(read_plugin_register(general_.front()).value_or(0));
}

/// Nothing where nothing is tainted near there, as far as that is sure without a register.
std::optional<VirtAddr> TcgTaint::target_address(const SinkPoint& point) const {
    const auto& sink = sink_at(*point.point);
    auto operand = sink.address;
    if (operand.base == EffectiveAddress::kInstructionPointer) {
        const auto beyond = static_cast<std::uint64_t>(operand.displacement) +
                            point.point->block->instructions[point.point->instruction].length;
        const bool near = engine_.memory().maybe_tainted(point.place.offset + beyond, sink.memory);
        const auto pc = near ? stops_->pc(point.place) : std::nullopt;
        return pc ? std::optional(VirtAddr{pc->value + beyond}) : std::nullopt;
    }
    const auto address = address_of(operand);
    return address ? std::optional(VirtAddr{*address}) : std::nullopt;
}

SetId TcgTaint::memory_labels(Vcpu& vcpu, VirtAddr address, std::size_t size) const {
    std::array<SetId, kMostMemory> sets{};
    const auto wanted = std::span(sets).first(std::min(size, sets.size()));
    if (!engine_.memory().maybe_tainted(address.value, wanted.size())) {
        return kNoLabels;
    }
    const auto here = std::min<std::size_t>(wanted.size(), kPageSize - address.value % kPageSize);
    bool tainted = engine_.memory().read(locate_other(vcpu, address), wanted.first(here));
    if (here < wanted.size()) {
        tainted |= engine_.memory().read(locate_other(vcpu, VirtAddr{address.value + here}), wanted.subspan(here));
    }
    return tainted ? vcpu.taint->united(wanted) : kNoLabels;
}

void TcgTaint::check_stored(const Report& report, const taint::Access& access) {
    for (const auto& sink : engine_.sinks().sinks()) {
        const auto labels = stored_labels(*sink, report, access);
        if (labels == kNoLabels) {
            continue;
        }
        const auto space = stops_->space(VcpuId{report.vcpu});
        vcpus_[report.vcpu].stored = {.sink = sink,
                                      .hit = {.kind = SinkKind::memory,
                                              .vcpu = VcpuId{report.vcpu},
                                              .pc = {},
                                              .space = space,
                                              .labels = taint::LabelList::of(engine_.labels(), labels),
                                              .address = report.address,
                                              .count = {}},
                                      .pc = {}};
        qemu_plugin_u64_set(stored_, report.vcpu, 1);
        return;
    }
}

/// Of the bytes that the access stored into what the sink is about.
SetId TcgTaint::stored_labels(const taint::TaintSink& sink, const Report& report, const taint::Access& access) const {
    const std::array pieces{taint::PhysicalRange{access.address, access.size},
                            taint::PhysicalRange{access.rest_address, access.rest}};
    for (const auto& range : sink.ended() ? std::span<const taint::PhysicalRange>() : sink.memory()) {
        for (const auto& piece : pieces) {
            const auto first = std::max(range.address.value, piece.address.value);
            const auto end = std::min(range.address.value + range.size, piece.address.value + piece.size);
            std::array<SetId, kMostStored> sets{};
            const auto stored = std::span(sets).first(first < end ? std::min(end - first, sets.size()) : 0);
            if (engine_.memory().read(PhysAddr{first}, stored)) {
                return vcpus_[report.vcpu].taint->united(stored);
            }
        }
    }
    return kNoLabels;
}

void TcgTaint::forget_stored(unsigned vcpu) {
    vcpus_[vcpu].stored = {};
    qemu_plugin_u64_set(stored_, vcpu, 0);
}

/// Of user code that an interrupt came to, the stop waits until it goes on.
[[gnu::noinline]] Arrival TcgTaint::stop_for_store(unsigned vcpu, const SinkPoint& point) {
    auto& stored = vcpus_[vcpu].stored;
    if (!stored.sink || stored.sink->ended()) {
        forget_stored(vcpu);
        return {};
    }
    const auto pc = stops_->pc(point.place);
    const bool elsewhere = !pc || (stored.pc && *stored.pc != *pc) || stops_->space(VcpuId{vcpu}) != stored.hit.space;
    if (elsewhere || (stored.interrupted && pc->value >> 63 != 0)) {
        return {};
    }
    const auto action = stops_->stop(VcpuId{vcpu}, *pc, stored.sink->listener(), !stored.pc);
    if (action == Parking::Action::go_on) {
        forget_stored(vcpu);
    } else if (action == Parking::Action::park_first && !stored.pc) {
        stored.pc = pc;
        stored.hit.pc = *pc;
        stored.sink->count();
        stored.sink->listener()->hit(stored.hit);
    }
    return {action, pc->value};
}

}  // namespace hvgdb::emulator
