// SPDX-License-Identifier: GPL-2.0-or-later
// The server's side: sites come and go, blocks are translated anew. The vCPUs' side is in tcg_callbacks.cpp.
#include "emulator/tcg_instrumentation.hpp"

#include "emulator/machine.hpp"

namespace hvgdb::emulator {
namespace {

/// Old tables to keep for the sake of old blocks before all blocks are dropped.
constexpr std::size_t kMaxRetiredTables = 512;

}  // namespace

TcgInstrumentation::TcgInstrumentation(Setup setup)
    : setup_(std::move(setup)), parking_(setup_.max_vcpus), faults_(setup_.max_vcpus) {
    space_ = {qemu_plugin_scoreboard_new(sizeof(std::uint64_t)), 0};
    register_callbacks();
}

SiteHandle TcgInstrumentation::add_site(SiteSpec where, CodePlace place, SiteCallback callback) {
    return registry_.add(where, place, std::move(callback));
}

std::optional<PendingStop> TcgInstrumentation::pending_stop() {
    for (unsigned index = 0; index < machine_->vcpu_count(); ++index) {
        const VcpuId vcpu{index};
        const auto parked = parking_.parked(vcpu);
        if (!parked) {
            continue;
        }
        const auto space = read_address_space(*machine_, vcpu);
        const auto pc = read_number(*machine_, vcpu, machine_->description().program_counter());
        if (pc.value_or(0) == parked->pc.value && (!space || *space == parked->space)) {
            return PendingStop{vcpu, parked->where, parked->halter};
        }
        parking_.left_parked(vcpu);
    }
    return std::nullopt;
}

void TcgInstrumentation::pass_once(VcpuId vcpu, VirtAddr pc) {
    const RegisterInfo* stack_pointer =
        setup_.arch == nullptr ? nullptr : machine_->description().find(setup_.arch->stack_pointer);
    // The address space from the registers: while translation callbacks are off nobody follows it.
    const AddressSpace space = read_address_space(*machine_, vcpu).value_or(AddressSpace{});
    parking_.pass_once(vcpu, {pc, space, read_number(*machine_, vcpu, stack_pointer).value_or(0)});
}

Expected<void> TcgInstrumentation::prepare_resume() {
    parking_.prepare_resume(registry_);
    registry_.publish();
    if (!registry_.empty() && setup_.arch == nullptr) {
        return fail(Errc::unsupported, "breakpoints are not supported on this architecture");
    }
    if (setup_.blocks != nullptr) {
        setup_.blocks->prepare_resume(machine_->watches_reads());
    }
    const bool needed = !registry_.empty() || wants_blocks();
    if (needed != translating_) {
        if (needed) {
            if (auto seeded = seed_address_spaces(); !seeded) {
                return seeded;
            }
        }
        want_reset(needed);
    } else if (registry_.retired_tables() > kMaxRetiredTables ||
               (setup_.blocks != nullptr && setup_.blocks->outdated())) {
        want_reset(needed);
    }
    for (Slot* slot : registry_.untranslated()) {
        if (reset_ == Reset::none && !retranslate(*slot)) {
            want_reset(true);
        }
        slot->translated = true;
    }
    return {};
}

/// Translations are not switched on here: that needs a paused machine. `running` keeps vCPUs from a reset meanwhile.
void TcgInstrumentation::relax() {
    Reset expected = Reset::none;
    if (setup_.blocks != nullptr && translating_ && setup_.blocks->outdated() &&
        reset_.compare_exchange_strong(expected, Reset::running)) {
        want_reset(!registry_.empty() || wants_blocks());
    }
}

/// Drops just the blocks that hold the site's instruction, where its page is sure to be known: because we were told, or
/// kernel-half pages are the same in all address spaces, or a vCPU uses the site's own.
bool TcgInstrumentation::retranslate(const Slot& slot) {
    if (const CodePlace& place = slot.place(); place.known) {
        return !place.physical || machine_->rewrite_byte(*place.physical);
    }
    const auto [address, space] = slot.where();
    const bool kernel_half = (address.value >> 63) != 0;
    for (unsigned index = 0; index < machine_->vcpu_count(); ++index) {
        const VcpuId vcpu{index};
        const auto current = space ? read_address_space(*machine_, vcpu) : AddressSpace{};
        const bool reachable = space ? current && *current == *space : kernel_half;
        if (reachable && machine_->rewrite_byte(vcpu, address)) {
            return true;
        }
    }
    return false;
}

Expected<void> TcgInstrumentation::seed_address_spaces() {
    for (unsigned index = 0; index < machine_->vcpu_count(); ++index) {
        const auto space = read_address_space(*machine_, VcpuId{index});
        if (!space && space.error().code != Errc::unsupported) {
            return std::unexpected(space.error());
        }
        qemu_plugin_u64_set(space_, index, space ? space->root : 0);
    }
    return {};
}

void TcgInstrumentation::want_reset(bool translating) {
    translating_ = translating;
    reset_ = Reset::wanted;
}

}  // namespace hvgdb::emulator
