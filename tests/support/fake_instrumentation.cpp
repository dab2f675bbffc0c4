// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_instrumentation.hpp"

#include <algorithm>

#include "emulator/hex.hpp"

namespace hvgdb::test {

using emulator::Parking;
using emulator::PendingStop;
using emulator::SiteCallback;
using emulator::SiteHandle;
using emulator::SiteSpec;
using emulator::Slot;

namespace {

AddressSpace space_of(const FakeMachine& machine, VcpuId vcpu) {
    return AddressSpace{machine.get_register(vcpu, "cr3") & ~std::uint64_t{0xfff}};
}

class FakeContext : public emulator::VcpuContext {
  public:
    FakeContext(FakeMachine& machine, VcpuId vcpu, VirtAddr pc) : machine_(machine), vcpu_(vcpu), pc_(pc) {}
    [[nodiscard]] VcpuId vcpu() const override { return vcpu_; }
    [[nodiscard]] VirtAddr pc() const override { return pc_; }
    [[nodiscard]] AddressSpace address_space() const override { return space_of(machine_, vcpu_); }
    [[nodiscard]] std::uint64_t stack_pointer() override { return machine_.get_register(vcpu_, "rsp"); }
    [[nodiscard]] Expected<std::uint64_t> read_register(std::string_view name) override {
        if (machine_.description().find(name) == nullptr) {
            return fail(Errc::not_found, "no such register");
        }
        return machine_.get_register(vcpu_, name);
    }
    [[nodiscard]] Expected<void> read_memory(VirtAddr address, std::span<std::byte> out) override {
        if (machine_.memory().read(address.value, out) != out.size()) {
            return fail(Errc::fault, "no memory there");
        }
        return {};
    }

  private:
    FakeMachine& machine_;
    VcpuId vcpu_;
    VirtAddr pc_;
};

}  // namespace

FakeInstrumentation::FakeInstrumentation(FakeMachine& machine) : machine_(machine), parking_(machine.vcpu_count()) {
    machine_.set_arrival_hook([this](VcpuId vcpu, VirtAddr pc) { return arrive(vcpu, pc); });
}

bool FakeInstrumentation::arrive(VcpuId vcpu, VirtAddr pc) {
    std::vector<Slot*> here;
    for (const auto& group : registry_.table().find(pc)) {
        here.insert(here.end(), group.slots.begin(), group.slots.end());
    }
    FakeContext context(machine_, vcpu, pc);
    auto action = parking_.arrive(context, here);
    if (const auto halter = halters_.find(pc); action == Parking::Action::go_on && halter != halters_.end()) {
        action = parking_.halt(context, halter->second);
    }
    if (action == Parking::Action::park_first && parked_handler_) {
        parked_handler_();
    }
    return action != Parking::Action::go_on;
}

bool FakeInstrumentation::has_enabled_site(std::uint64_t address) const {
    return std::ranges::any_of(
        registry_.list(), [address](const auto& site) { return site.enabled && site.where.address.value == address; });
}

SiteHandle FakeInstrumentation::add_site(SiteSpec where, emulator::CodePlace place, SiteCallback callback) {
    return registry_.add(where, place, std::move(callback));
}

std::optional<PendingStop> FakeInstrumentation::pending_stop() {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        const VcpuId vcpu{i};
        const auto parked = parking_.parked(vcpu);
        if (!parked) {
            continue;
        }
        if (parked->pc.value == machine_.pc(vcpu) && parked->space == space_of(machine_, vcpu)) {
            return PendingStop{.vcpu = vcpu, .where = parked->where, .halter = parked->halter};
        }
        parking_.left_parked(vcpu);
    }
    return std::nullopt;
}

void FakeInstrumentation::pass_once(VcpuId vcpu, VirtAddr pc) {
    ++passes_;
    parking_.pass_once(vcpu, {pc, space_of(machine_, vcpu), machine_.get_register(vcpu, "rsp")});
}

Expected<void> FakeInstrumentation::prepare_resume() {
    ++prepared_;
    if (auto failure = std::exchange(failure_, std::nullopt)) {
        return std::unexpected(*failure);
    }
    parking_.prepare_resume(registry_);
    registry_.publish();
    return {};
}

}  // namespace hvgdb::test
