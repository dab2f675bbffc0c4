// SPDX-License-Identifier: GPL-2.0-or-later
// Sites in the code QEMU translates: the Instrumentation over TCG plugin callbacks.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "emulator/arch.hpp"
#include "emulator/block_instrument.hpp"
#include "emulator/instrumentation.hpp"
#include "emulator/parking.hpp"
#include "emulator/plugin_vcpu.hpp"
#include "emulator/qemu_plugin_api.hpp"
#include "emulator/site_registry.hpp"
#include "emulator/tcg_arrival.hpp"
#include "emulator/translation_faults.hpp"
#include "emulator/virtual_memory.hpp"

namespace hvgdb::emulator {

struct RegisterInfo;

/// Made in qemu_plugin_install; must outlive every vCPU. While there are no sites, and nobody else wants blocks, no
/// translation callback is registered, so that the guest runs at full speed.
class TcgInstrumentation final : public Instrumentation, private VcpuStops {
  public:
    struct Setup {
        qemu_plugin_id_t plugin = 0;
        const Arch* arch = nullptr;  ///< null: no sites on this architecture
        unsigned max_vcpus = 1;
        BlockInstrument* blocks = nullptr;  ///< outlives this object; null: none
        // Both run on vCPU threads and must only post.
        std::function<void()> on_started;  ///< the machine is built
        std::function<void()> on_parked;   ///< a vCPU parked: the machine has to be paused
    };
    explicit TcgInstrumentation(Setup setup);

    /// Before the first resume. The machine must outlive all other calls.
    void attach(Machine& machine) { machine_ = &machine; }

    /// A faster way than QEMU's own for sites to read memory, by the page tables of a vCPU's address space; what it
    /// cannot read is asked of QEMU. Null: none. On a paused machine; must outlive the use of it.
    void set_memory(const VirtualMemory* memory) { memory_ = memory; }

    [[nodiscard]] SiteHandle add_site(SiteSpec where, CodePlace place, SiteCallback callback) override;
    [[nodiscard]] std::vector<SiteInfo> sites() const override { return registry_.list(); }
    [[nodiscard]] std::optional<PendingStop> pending_stop() override;
    void pass_once(VcpuId vcpu, VirtAddr pc) override;
    [[nodiscard]] Expected<void> prepare_resume() override;

    /// Now and then, while the machine runs: takes what `blocks` put into code away when it is not wanted any more.
    void relax();

  private:
    /// What one instrumented instruction's callback has to know; shared by all equal ones.
    struct Candidate {
        TcgInstrumentation* self = nullptr;
        const SiteGroup* group = nullptr;
        InstructionPlace place;
    };
    struct RootWrite {
        TcgInstrumentation* self = nullptr;
        qemu_plugin_register* source = nullptr;
    };

    // vCPU threads; `user` is this object unless said otherwise.
    static void on_vcpu_init(unsigned vcpu, void* user);
    static void on_vcpu_resume(unsigned vcpu, void* user);
    static void on_discontinuity(unsigned vcpu, int type, std::uint64_t from, std::uint64_t to, void* user);
    static void on_translate(qemu_plugin_tb* block, void* user);
    static void on_candidate(unsigned vcpu, void* candidate);
    static void on_root_write(unsigned vcpu, void* root_write);
    static void on_reset(void* user);

    void register_callbacks();
    void instrument(qemu_plugin_tb* block);
    void instrument_sites(const qemu_plugin_tb* block, qemu_plugin_insn* instruction);
    void instrument_root_write(qemu_plugin_insn* instruction);
    [[nodiscard]] Candidate* candidate(const Candidate& wanted);
    [[nodiscard]] Arrival arrive(unsigned vcpu, const Candidate& candidate);
    void reset_if_wanted(bool wait_for_others);
    [[nodiscard]] AddressSpace space(VcpuId vcpu) const override;
    [[nodiscard]] std::optional<VirtAddr> pc(const InstructionPlace& place) const override;
    [[nodiscard]] Parking::Action stop(VcpuId vcpu, VirtAddr pc, const std::shared_ptr<const Halter>& halter,
                                       bool anew) override;
    [[nodiscard]] Parking::Action tell(Parking::Action action) const;

    // The server's thread.
    [[nodiscard]] bool retranslate(const Slot& slot);
    [[nodiscard]] Expected<void> seed_address_spaces();
    void want_reset(bool translating);
    [[nodiscard]] bool wants_blocks() const { return setup_.blocks != nullptr && setup_.blocks->wanted(); }

    Setup setup_;
    Machine* machine_ = nullptr;
    std::atomic<const VirtualMemory*> memory_ = nullptr;
    SiteRegistry registry_;
    Parking parking_;
    PluginRegisters registers_;
    qemu_plugin_u64 space_{};  ///< per vCPU: the page-table root in use, while translation callbacks are on
    std::array<RootWrite, 16> root_writes_{};

    std::mutex candidates_mutex_;
    std::map<std::pair<const SiteGroup*, InstructionPlace>, Candidate> candidates_;

    /// `postponed`: to be done again to switch translation callbacks off, once that is safe.
    enum class Reset : std::uint8_t { none, wanted, running, postponed };
    std::mutex reset_mutex_;
    std::condition_variable reset_done_;
    std::atomic<Reset> reset_{Reset::none};
    std::atomic<bool> translating_{false};  ///< what the next, or the last, reset switches to
    std::atomic<bool> registered_{false};   ///< whether translations are told now
    TranslationFaults faults_;
};

}  // namespace hvgdb::emulator
