// SPDX-License-Identifier: GPL-2.0-or-later
// Sites on the fake machine: the real table of sites and the real parking, without translated code.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/parking.hpp"
#include "emulator/site_registry.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

/// The address space of a vCPU is its register cr3. Without threads: callbacks run inside run_until_stop().
class FakeInstrumentation : public emulator::Instrumentation {
  public:
    /// Takes the machine's arrival hook.
    explicit FakeInstrumentation(FakeMachine& machine);

    // For the test
    /// Called when a vCPU parks: what the composition root does is to post Debuggee::on_vcpu_parked().
    void set_parked_handler(std::function<void()> handler) { parked_handler_ = std::move(handler); }
    [[nodiscard]] unsigned passes() const { return passes_; }          ///< calls of pass_once
    [[nodiscard]] unsigned preparations() const { return prepared_; }  ///< calls of prepare_resume
    void fail_next_preparation(Error error) { failure_ = std::move(error); }
    /// Whoever comes there is stopped for it.
    void halt_at(VirtAddr pc, std::shared_ptr<const emulator::Halter> halter) { halters_[pc] = std::move(halter); }
    [[nodiscard]] bool has_enabled_site(std::uint64_t address) const;

    // Instrumentation
    [[nodiscard]] emulator::SiteHandle add_site(emulator::SiteSpec where, emulator::CodePlace place,
                                                emulator::SiteCallback callback) override;
    [[nodiscard]] std::vector<emulator::SiteInfo> sites() const override { return registry_.list(); }
    [[nodiscard]] std::optional<emulator::PendingStop> pending_stop() override;
    void pass_once(VcpuId vcpu, VirtAddr pc) override;
    [[nodiscard]] Expected<void> prepare_resume() override;

  private:
    [[nodiscard]] bool arrive(VcpuId vcpu, VirtAddr pc);

    FakeMachine& machine_;
    emulator::SiteRegistry registry_;
    emulator::Parking parking_;
    std::map<VirtAddr, std::shared_ptr<const emulator::Halter>> halters_;
    std::function<void()> parked_handler_;
    std::optional<Error> failure_;
    unsigned passes_ = 0;
    unsigned prepared_ = 0;
};

}  // namespace hvgdb::test
