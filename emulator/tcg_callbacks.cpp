// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgInstrumentation.
#include <algorithm>
#include <array>

#include "emulator/machine.hpp"
#include "emulator/tcg_instrumentation.hpp"

namespace hvgdb::emulator {
namespace {

/// A reset takes some 150 ms at most; whoever waits for one must not hang the guest if it never comes.
constexpr std::chrono::seconds kResetLimit{5};

TcgInstrumentation& self_of(void* user) {
    return *static_cast<TcgInstrumentation*>(user);
}

}  // namespace

void TcgInstrumentation::register_callbacks() {
    qemu_plugin_register_vcpu_init_cb(setup_.plugin, on_vcpu_init, this);
    qemu_plugin_register_vcpu_resume_cb(setup_.plugin, on_vcpu_resume, this);
    qemu_plugin_register_vcpu_discon_cb(setup_.plugin, QEMU_PLUGIN_DISCON_INTERRUPT | QEMU_PLUGIN_DISCON_EXCEPTION,
                                        on_discontinuity, this);
    if (registered_) {
        qemu_plugin_register_vcpu_tb_trans_cb(setup_.plugin, on_translate, this);
    }
}

void TcgInstrumentation::on_vcpu_init(unsigned vcpu, void* user) {
    auto& self = self_of(user);
    if (vcpu != 0) {
        return;
    }
    self.registers_.load(self.setup_.arch);
    for (unsigned number = 0; number < self.root_writes_.size(); ++number) {
        self.root_writes_[number] = {&self, self.registers_.find(x86_general_register(number))};
    }
    if (self.setup_.blocks != nullptr) {
        self.setup_.blocks->started(self.registers_, self);
    }
    self.setup_.on_started();
}

/// A vCPU that wakes from a pause runs no guest code before the blocks it may run are dropped; with multi-threaded TCG
/// this includes the vCPUs which do not do it themselves.
void TcgInstrumentation::on_vcpu_resume(unsigned vcpu, void* user) {
    auto& self = self_of(user);
    self.reset_if_wanted(true);
    if (self.setup_.blocks != nullptr) {
        self.setup_.blocks->resumed(VcpuId{vcpu});
    }
}

void TcgInstrumentation::on_discontinuity(unsigned vcpu, int type, std::uint64_t from, std::uint64_t to, void* user) {
    auto& self = self_of(user);
    const bool delivered = (static_cast<unsigned>(type) & static_cast<unsigned>(QEMU_PLUGIN_DISCON_EXCEPTION)) == 0;
    if (!delivered && self.registered_) {
        self.faults_.exception(VcpuId{vcpu});
    }
    if (self.setup_.blocks != nullptr) {
        self.setup_.blocks->discontinuity(VcpuId{vcpu}, delivered, VirtAddr{from}, VirtAddr{to});
    }
    self.reset_if_wanted(false);
    if (self.translating_.load(std::memory_order_relaxed)) {
        self.parking_.restarted(VcpuId{vcpu}, VirtAddr{from});
    }
}

void TcgInstrumentation::reset_if_wanted(bool wait_for_others) {
    Reset expected = Reset::wanted;
    const Reset state = reset_.load(std::memory_order_relaxed);
    if (state == Reset::none) {
        return;
    }
    if (state == Reset::postponed) {
        expected = Reset::postponed;
        wait_for_others = false;
        if (faults_.any_open()) {
            return;
        }
    }
    if (reset_.compare_exchange_strong(expected, Reset::running)) {
        qemu_plugin_reset(setup_.plugin, on_reset, this);
    } else if (wait_for_others) {
        std::unique_lock lock(reset_mutex_);
        reset_done_.wait_for(lock, kResetLimit, [this] { return reset_ == Reset::none || reset_ == Reset::postponed; });
    }
}

/// No vCPU executes, and none translates.
void TcgInstrumentation::on_reset(void* user) {
    auto& self = self_of(user);
    const bool wants_blocks = self.wants_blocks();
    if (self.registered_ && wants_blocks) {
        self.translating_ = true;  // again, since the server decided
    }
    const bool postponed = !self.translating_ && self.registered_ && self.faults_.any_open();
    self.registered_ = self.translating_ || postponed;
    self.register_callbacks();
    {
        const std::scoped_lock lock(self.candidates_mutex_);
        self.candidates_.clear();
    }
    self.registry_.forget_translations();
    if (self.setup_.blocks != nullptr) {
        self.setup_.blocks->forgotten(self.translating_);
    }
    const std::scoped_lock lock(self.reset_mutex_);
    self.reset_ = postponed ? Reset::postponed : Reset::none;
    self.reset_done_.notify_all();
}

void TcgInstrumentation::on_translate(qemu_plugin_tb* block, void* user) {
    self_of(user).faults_.translated();
    self_of(user).instrument(block);
}

void TcgInstrumentation::instrument(qemu_plugin_tb* block) {
    const std::size_t count = qemu_plugin_tb_n_insns(block);
    const SiteTable& table = registry_.table();
    for (std::size_t index = 0; index < count; ++index) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        if (table.may_hold(VirtAddr{qemu_plugin_insn_vaddr(instruction)})) {
            instrument_sites(block, instruction);
        }
    }
    if (setup_.blocks != nullptr && !setup_.blocks->instrument(block, table)) {
        Reset none = Reset::none;
        reset_.compare_exchange_strong(none, Reset::wanted);
    }
    if (count != 0 && !setup_.arch->root_register.empty()) {
        // It ends its block, because what follows is fetched through the new tables.
        instrument_root_write(qemu_plugin_tb_get_insn(block, count - 1));
    }
}

void TcgInstrumentation::instrument_sites(const qemu_plugin_tb* block, qemu_plugin_insn* instruction) {
    const VirtAddr address{qemu_plugin_insn_vaddr(instruction)};
    const auto place = InstructionPlace::of(VirtAddr{qemu_plugin_tb_vaddr(block)}, address);
    for (const SiteGroup& group : registry_.table().find(address)) {
        Candidate* shared = candidate({this, &group, place});
        if (group.only) {
            qemu_plugin_register_vcpu_insn_exec_cond_cb(instruction, on_candidate, QEMU_PLUGIN_CB_RW_REGS_PC,
                                                        QEMU_PLUGIN_COND_EQ, space_, group.only->root, shared);
        } else {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_candidate, QEMU_PLUGIN_CB_RW_REGS_PC, shared);
        }
    }
}

TcgInstrumentation::Candidate* TcgInstrumentation::candidate(const Candidate& wanted) {
    const std::scoped_lock lock(candidates_mutex_);
    return &candidates_.try_emplace({wanted.group, wanted.place}, wanted).first->second;
}

void TcgInstrumentation::instrument_root_write(qemu_plugin_insn* instruction) {
    std::array<std::uint8_t, 16> bytes{};
    const std::size_t size = std::min(bytes.size(), qemu_plugin_insn_data(instruction, bytes.data(), bytes.size()));
    if (const auto source = x86_cr3_source(std::span(bytes).first(size))) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_root_write, QEMU_PLUGIN_CB_R_REGS,
                                               &root_writes_.at(*source));
    }
}

void TcgInstrumentation::on_root_write(unsigned vcpu, void* root_write) {
    const auto& write = *static_cast<RootWrite*>(root_write);
    if (const auto value = read_plugin_register(write.source)) {
        qemu_plugin_u64_set(write.self->space_, vcpu, *value & write.self->setup_.arch->root_mask);
    }
}

void TcgInstrumentation::on_candidate(unsigned vcpu, void* candidate) {
    const auto& here = *static_cast<Candidate*>(candidate);
    end_callback(here.self->arrive(vcpu, here));
}

[[gnu::noinline]] Arrival TcgInstrumentation::arrive(unsigned vcpu, const Candidate& candidate) {
    // Sites that wait, disabled, for their return must cost next to nothing: reading a register takes 50 ns.
    if (std::ranges::none_of(candidate.group->slots, [](const Slot* slot) { return slot->enabled(); })) {
        return {};
    }
    const auto here = pc(candidate.place);
    if (!here) {
        return {};
    }
    PluginVcpu context(VcpuId{vcpu}, *here, space(VcpuId{vcpu}), {registers_, memory_});
    return {tell(parking_.arrive(context, candidate.group->slots)), here->value};
}

AddressSpace TcgInstrumentation::space(VcpuId vcpu) const {
    return AddressSpace{qemu_plugin_u64_get(space_, vcpu.index)};
}

std::optional<VirtAddr> TcgInstrumentation::pc(const InstructionPlace& place) const {
    const auto shown = read_plugin_register(registers_.program_counter());
    return shown ? std::optional(place.pc(*shown)) : std::nullopt;
}

Parking::Action TcgInstrumentation::stop(VcpuId vcpu, VirtAddr pc, const std::shared_ptr<const Halter>& halter,
                                         bool anew) {
    PluginVcpu context(vcpu, pc, space(vcpu), {registers_, memory_});
    return tell(parking_.halt(context, halter, anew));
}

Parking::Action TcgInstrumentation::tell(Parking::Action action) const {
    if (action == Parking::Action::park_first) {
        setup_.on_parked();
    }
    return action;
}

}  // namespace hvgdb::emulator
