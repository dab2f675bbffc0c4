// SPDX-License-Identifier: GPL-2.0-or-later
// Switching on and off, and what blocks get. What happens when they run is in tcg_taint_callbacks.cpp.
#include "emulator/tcg_taint.hpp"

#include <algorithm>
#include <memory>

#include "emulator/arch.hpp"
#include "emulator/plugin_vcpu.hpp"
#include "emulator/site_registry.hpp"

namespace hvgdb::emulator {
namespace {

using taint::Accesses;
using taint::CodeBytes;
using taint::CodeSize;
using taint::CompiledInstruction;

/// Compiled blocks, which last until all are dropped.
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

std::vector<CodeBytes> code_of(const qemu_plugin_tb* block, const SiteTable& sites) {
    std::vector<CodeBytes> code(qemu_plugin_tb_n_insns(block));
    for (std::size_t index = 0; index < code.size(); ++index) {
        const auto* const instruction = qemu_plugin_tb_get_insn(const_cast<qemu_plugin_tb*>(block), index);
        auto& one = code[index];
        one.size = static_cast<std::uint8_t>(
            std::min(one.bytes.size(), qemu_plugin_insn_data(instruction, one.bytes.data(), one.bytes.size())));
        one.own_entry = sites.may_hold(VirtAddr{qemu_plugin_insn_vaddr(instruction)});
    }
    return code;
}

bool has_access(const taint::BlockPoint& point, taint::Trigger trigger) {
    const auto& instruction = point.block->instructions[point.instruction];
    const auto accesses = std::span(point.block->segments).subspan(instruction.first_access, instruction.access_count);
    return instruction.accesses == Accesses::area ||
           std::ranges::find(accesses, trigger, &taint::Segment::trigger) != accesses.end();
}

/// QEMU knows which code it is, but tells it only by how it disassembles it.
CodeSize disassembled_size(const qemu_plugin_tb* block, std::size_t instructions) {
    for (std::size_t index = 0; index < instructions; ++index) {
        const auto* const instruction = qemu_plugin_tb_get_insn(const_cast<qemu_plugin_tb*>(block), index);
        const std::unique_ptr<char, decltype(&g_free)> text(qemu_plugin_insn_disas(instruction), &g_free);
        if (const auto size = text ? taint::code_size_of_text(text.get()) : std::nullopt) {
            return *size;
        }
    }
    return CodeSize::bits64;
}

}  // namespace

TcgTaint::TcgTaint(taint::Engine& engine) : idle_(engine.vcpu_count()), engine_(engine), vcpus_(engine.vcpu_count()) {
    instance = this;
    idle = idle_.data();
    words_ = {qemu_plugin_scoreboard_new(sizeof(std::uint64_t)), 0};
    stored_ = {qemu_plugin_scoreboard_new(sizeof(std::uint64_t)), 0};
    for (unsigned number = 0; number < vcpus_.size(); ++number) {
        vcpus_[number].taint = &engine_.vcpu(VcpuId{number});
        vcpus_[number].memory = &engine_.memory();
        vcpus_[number].number = number;
        idle_[number] = &vcpus_[number].idle;
    }
    engine_.memory().on_arrival([this] {
        for (auto& vcpu : vcpus_) {
            vcpu.idle.clear();
        }
    });
}

bool TcgTaint::wanted() {
    const auto now = Clock::now().time_since_epoch();
    if (engine_.active()) {
        last_active_ = now.count();
        return true;
    }
    const auto last = last_active_.load();
    return last != 0 && now - Clock::duration(last) < kIdle;
}

bool TcgTaint::outdated() {
    const bool on = wanted();
    return on != on_ || (on && (engine_.policy_generation() != generation_ ||
                                engine_.sinks().kinds().bits() != sinks_ || reads_watched_ != each_load_));
}

void TcgTaint::prepare_resume(bool reads_watched) {
    reads_watched_ = reads_watched;
    engine_.sinks().sweep();
    const auto plugged = std::min<std::size_t>(vcpus_.size(), static_cast<unsigned>(qemu_plugin_num_vcpus()));
    for (unsigned number = 0; number < plugged; ++number) {
        vcpus_[number].forget_pages();
        update_word(vcpus_[number]);
    }
}

void TcgTaint::started(const PluginRegisters& registers, VcpuStops& stops) {
    stops_ = &stops;
    for (unsigned number = 0; number < general_.size(); ++number) {
        general_.at(number) = registers.find(x86_general_register(number));
    }
    stack_pointer_ = registers.stack_pointer();
    fs_base_ = registers.find("fs_base");
    gs_base_ = registers.find("gs_base");
}

void TcgTaint::forgotten(bool told) {
    blocks_.clear();
    for (const auto& vcpu : vcpus_) {
        vcpu.taint->forget();
    }
    on_ = told && wanted();
    generation_ = engine_.policy_generation();
    sinks_ = engine_.sinks().kinds().bits();
    each_load_ = reads_watched_.load();
    const std::scoped_lock lock(points_mutex_);
    points_.clear();
}

bool TcgTaint::instrument(qemu_plugin_tb* block, const SiteTable& sites) {
    if (!on_) {
        return true;
    }
    const auto code = code_of(block, sites);
    const auto known = taint::code_size(VirtAddr{qemu_plugin_tb_vaddr(block)}, code);
    const auto size = known ? *known : disassembled_size(block, code.size());
    auto policy = engine_.policy();
    policy.sinks = taint::SinkKinds::of_bits(sinks_);
    register_callbacks(block, blocks_.get(size, code, policy, engine_.unknown()));
    return blocks_.bytes() < kMostBytes;
}

void TcgTaint::register_callbacks(qemu_plugin_tb* block, const taint::StoredBlock& stored) {
    if (stored.block.instructions.empty()) {
        return;
    }
    const auto user = [](const taint::BlockPoint& point) { return const_cast<taint::BlockPoint*>(&point); };
    if (stored.block.segments.front().count != 0) {
        qemu_plugin_register_vcpu_tb_exec_cond_cb(block, on_block, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_COND_NE, words_,
                                                  0, user(stored.entry));
    }
    auto run = stored.runs.begin();
    for (const auto& point : stored.points) {
        auto* const instruction = qemu_plugin_tb_get_insn(block, point.instruction);
        register_sinks(block, instruction, point);
        register_callbacks(instruction, point);
        if (run != stored.runs.end() && run->first == &point && !each_load_) {
            register_run(instruction, *run++);
        } else if (!stored.block.instructions[point.instruction].in_run || each_load_) {
            register_accesses(instruction, point);
        }
    }
}

void TcgTaint::register_callbacks(qemu_plugin_insn* instruction, const taint::BlockPoint& point) {
    const auto& compiled = point.block->instructions[point.instruction];
    auto* const user = const_cast<taint::BlockPoint*>(&point);
    if (compiled.entry != CompiledInstruction::kNoEntry) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(instruction, on_instruction, QEMU_PLUGIN_CB_NO_REGS,
                                                    QEMU_PLUGIN_COND_NE, words_, 0, user);
    }
    std::array<std::uint8_t, CodeBytes::kMost> bytes{};
    const auto size = std::min(bytes.size(), qemu_plugin_insn_data(instruction, bytes.data(), bytes.size()));
    if (x86_changes_translation(std::span(bytes).first(size))) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_translation_change, QEMU_PLUGIN_CB_NO_REGS, this);
    }
}

void TcgTaint::register_accesses(qemu_plugin_insn* instruction, const taint::BlockPoint& point) {
    const auto& compiled = point.block->instructions[point.instruction];
    auto* const user = const_cast<taint::BlockPoint*>(&point);
    if (!compiled.touches_memory) {
        return;
    }
    const bool by_offset = compiled.accesses == Accesses::masked || compiled.accesses == Accesses::area;
    const auto flags = by_offset ? QEMU_PLUGIN_CB_R_REGS : QEMU_PLUGIN_CB_NO_REGS;
    if (point.separate == 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_joined_accesses, QEMU_PLUGIN_CB_NO_REGS, this);
    }
    if (has_access(point, taint::Trigger::load)) {
        qemu_plugin_register_vcpu_mem_cb(instruction, on_load_of(point), flags, QEMU_PLUGIN_MEM_R, user);
    }
    if (has_access(point, taint::Trigger::store) || compiled.access_count == 0) {
        qemu_plugin_register_vcpu_mem_cb(instruction, on_store_of(point), flags, QEMU_PLUGIN_MEM_W, user);
    }
}

void TcgTaint::register_run(qemu_plugin_insn* instruction, const taint::LoadRun& run) {
    const auto kind = run.first->load != 0 ? QEMU_PLUGIN_MEM_R : QEMU_PLUGIN_MEM_W;
    qemu_plugin_register_vcpu_mem_cb(instruction, on_run_of(run), QEMU_PLUGIN_CB_NO_REGS, kind,
                                     const_cast<taint::LoadRun*>(&run));
}

void TcgTaint::set_word(const Vcpu& vcpu) {
    idle_[vcpu.number] = vcpu.live ? &kNeverIdle : &vcpu.idle;
    qemu_plugin_u64_set(words_, vcpu.number, vcpu.live ? 1 : 0);
}

}  // namespace hvgdb::emulator
