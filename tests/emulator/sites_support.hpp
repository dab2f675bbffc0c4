// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/site_registry.hpp"

namespace hvgdb::emulator {

/// A vCPU that stands where the test says.
class ScriptedVcpu final : public VcpuContext {
  public:
    ScriptedVcpu(unsigned vcpu, std::uint64_t pc, std::uint64_t root = 0, std::uint64_t stack_pointer = 0)
        : vcpu_{vcpu}, pc_{pc}, space_{root}, stack_pointer_(stack_pointer) {}
    [[nodiscard]] VcpuId vcpu() const override { return vcpu_; }
    [[nodiscard]] VirtAddr pc() const override { return pc_; }
    [[nodiscard]] AddressSpace address_space() const override { return space_; }
    [[nodiscard]] std::uint64_t stack_pointer() override { return stack_pointer_; }
    [[nodiscard]] Expected<std::uint64_t> read_register(std::string_view name) override {
        return name == "rbx" ? Expected<std::uint64_t>(rbx) : fail(Errc::not_found, "no such register here");
    }
    [[nodiscard]] Expected<void> read_memory(VirtAddr, std::span<std::byte>) override {
        return fail(Errc::fault, "no memory here");
    }

    std::uint64_t rbx = 0;

  private:
    VcpuId vcpu_;
    VirtAddr pc_;
    AddressSpace space_;
    std::uint64_t stack_pointer_;
};

/// Every slot that an instruction translated at `address` would call back for.
inline std::vector<Slot*> slots_at(const SiteRegistry& registry, std::uint64_t address) {
    std::vector<Slot*> slots;
    for (const SiteGroup& group : registry.table().find(VirtAddr{address})) {
        slots.insert(slots.end(), group.slots.begin(), group.slots.end());
    }
    return slots;
}

}  // namespace hvgdb::emulator
