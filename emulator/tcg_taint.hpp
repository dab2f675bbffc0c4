// SPDX-License-Identifier: GPL-2.0-or-later
// Feeds the taint engine with what QEMU's vCPUs execute.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "emulator/block_instrument.hpp"
#include "emulator/instruction_place.hpp"
#include "emulator/qemu_plugin_api.hpp"
#include "emulator/taint/block_store.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/taint/idle_pages.hpp"
#include "emulator/taint/page_cache.hpp"
#include "emulator/tcg_arrival.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// Blocks get callbacks only while something is tainted, and for kIdle afterwards: to a block's first operations while
/// a register of the vCPU is tainted, to each access to memory, and to what changes the vCPU's address translation.
class TcgTaint final : public BlockInstrument {
  public:
    /// Made in qemu_plugin_install. The engine, with as many vCPUs as the machine may get, outlives it. x86 only.
    explicit TcgTaint(taint::Engine& engine);

    [[nodiscard]] bool wanted() override;
    [[nodiscard]] bool outdated() override;
    void prepare_resume(bool reads_watched) override;

    void started(const PluginRegisters& registers, VcpuStops& stops) override;
    void resumed(VcpuId vcpu) override;
    void discontinuity(VcpuId vcpu, bool delivered, VirtAddr from, VirtAddr to) override;
    [[nodiscard]] bool instrument(qemu_plugin_tb* block, const SiteTable& sites) override;
    void forgotten(bool told) override;

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kIdle{1};
    /// QEMU delivers no more bytes at once.
    static constexpr std::size_t kMostAtOnce = 16;

    /// A store that a vCPU is to be stopped for, before the next instruction.
    struct Stored {
        std::shared_ptr<taint::TaintSink> sink;  ///< null: there was none
        taint::SinkHit hit;
        bool interrupted = false;    ///< user code was, before its next instruction
        std::optional<VirtAddr> pc;  ///< where it was stopped
    };
    struct alignas(64) Vcpu {
        taint::VcpuTaint* taint = nullptr;
        taint::ShadowMemory* memory = nullptr;
        unsigned number = 0;
        bool live = false;  ///< what the vCPU's word in words_ says: some of its registers are tainted
        taint::PageCache pages;
        taint::IdlePages idle;
        Stored stored;

        /// The address translation may be another.
        void forget_pages() {
            pages.flush();
            idle.forget();
        }
    };
    /// What the callback on a sink, or where a vCPU may be stopped for a store, has to know.
    struct SinkPoint {
        TcgTaint* self = nullptr;
        const taint::BlockPoint* point = nullptr;
        InstructionPlace place;
    };

    // vCPU threads. `point` is a taint::BlockPoint, `user` this object. on_access: of separate accesses of kSize bytes
    // each only.
    static void on_block(unsigned vcpu, void* point);
    static void on_instruction(unsigned vcpu, void* point);
    using OnAccess = void (*)(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    template <unsigned kSize, bool kStore>
    static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    template <unsigned kSize, bool kStore>
    static void on_other_access(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    [[nodiscard]] static OnAccess on_load_of(const taint::BlockPoint& point);
    [[nodiscard]] static OnAccess on_store_of(const taint::BlockPoint& point);
    template <unsigned kSize, bool kStore>
    static void on_run(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* load_run);
    static void on_any_load(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    static void on_any_store(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    static void load(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    static void store(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    static void on_translation_change(unsigned vcpu, void* user);
    static void on_joined_accesses(unsigned vcpu, void* user);
    static void on_sink(unsigned vcpu, void* sink_point);
    static void on_stop_point(unsigned vcpu, void* sink_point);

    struct Report {
        unsigned vcpu;
        const taint::BlockPoint& point;
        qemu_plugin_meminfo_t info;
        VirtAddr address;
    };
    template <unsigned kSize, bool kStore>
    static void on_page_with_taint(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    template <unsigned kSize>
    static void follow_load(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point,
                            taint::Pattern loaded);
    template <unsigned kSize>
    static void follow_store(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* point);
    [[nodiscard]] static OnAccess on_run_of(const taint::LoadRun& run);
    static void follow_run(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, const taint::LoadRun& run);
    template <typename Loaded>
    static void follow_loads(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, const taint::LoadRun& run,
                             Loaded loaded);
    static void follow_across_pages(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address,
                                    const taint::LoadRun& run);
    /// Whether a load there will not fault, as the same vCPU's access to the page beside it did not.
    [[nodiscard]] static bool reaches(Vcpu& vcpu, VirtAddr address, std::size_t size);
    [[nodiscard]] static bool concerns_nobody(const Vcpu& vcpu, VirtAddr address);
    [[nodiscard]] bool recall_load(Vcpu& vcpu, const taint::BlockPoint& point, VirtAddr address);
    [[nodiscard]] bool recall_store(Vcpu& vcpu, const taint::BlockPoint& point, VirtAddr address);
    void access(const Report& report, bool is_store);
    [[nodiscard]] bool find_page(Vcpu& vcpu, const Report& report, taint::Access& access);
    void unplaced(const taint::Access& access);
    /// Null where QEMU does not say.
    [[nodiscard]] static taint::PageCache::Entry* locate(Vcpu& vcpu, qemu_plugin_meminfo_t info, VirtAddr address);
    /// Through the page tables; kNoRam where nothing is.
    [[nodiscard]] static PhysAddr locate_other(Vcpu& vcpu, VirtAddr address);
    /// How far the access is from the start of the instruction's operand; nothing where that is not known.
    [[nodiscard]] std::optional<std::uint32_t> offset_of(const taint::BlockPoint& point, VirtAddr address) const;
    [[nodiscard]] std::optional<std::uint64_t> address_of(const taint::EffectiveAddress& operand) const;
    void push_frame(Vcpu& vcpu);
    void update_word(Vcpu& vcpu) {
        if (const bool live = !vcpu.taint->clean(); live != vcpu.live) {
            vcpu.live = live;
            set_word(vcpu);
        }
    }
    void set_word(const Vcpu& vcpu);

    // Sinks: tcg_taint_sinks.cpp
    [[nodiscard]] Arrival look(unsigned vcpu, const SinkPoint& point);
    [[nodiscard]] Arrival stop_for_store(unsigned vcpu, const SinkPoint& point);
    [[nodiscard]] Arrival decide(const taint::SinkHit& hit, taint::SetId labels);
    /// The labels of what decides, and which of its registers have some.
    [[nodiscard]] std::pair<taint::SetId, std::uint8_t> labels_of(Vcpu& vcpu, const SinkPoint& point) const;
    [[nodiscard]] taint::SetId memory_labels(Vcpu& vcpu, VirtAddr address, std::size_t size) const;
    [[nodiscard]] unsigned used_registers(const taint::Sink& sink) const;
    [[nodiscard]] std::uint64_t call_number() const;
    [[nodiscard]] std::optional<VirtAddr> target_address(const SinkPoint& point) const;
    [[nodiscard]] taint::SetId stored_labels(const taint::TaintSink& sink, const Report& report,
                                             const taint::Access& access) const;
    void check_stored(const Report& report, const taint::Access& access);
    void forget_stored(unsigned vcpu);
    void register_sinks(const qemu_plugin_tb* block, qemu_plugin_insn* instruction, const taint::BlockPoint& point);

    void register_callbacks(qemu_plugin_tb* block, const taint::StoredBlock& stored);
    void register_callbacks(qemu_plugin_insn* instruction, const taint::BlockPoint& point);
    void register_accesses(qemu_plugin_insn* instruction, const taint::BlockPoint& point);
    static void register_run(qemu_plugin_insn* instruction, const taint::LoadRun& run);

    static inline TcgTaint* instance = nullptr;  ///< QEMU loads a plugin once
    /// By vCPU: the pages it may access in silence; none while one of its registers is tainted.
    static inline const taint::IdlePages** idle = nullptr;
    static inline const taint::IdlePages kNeverIdle;
    std::vector<const taint::IdlePages*> idle_;
    taint::Engine& engine_;
    std::vector<Vcpu> vcpus_;
    taint::BlockStore blocks_;
    qemu_plugin_u64 words_{};  ///< per vCPU, for inline conditions: see Vcpu::live
    std::array<qemu_plugin_register*, 16> general_{};
    qemu_plugin_u64 stored_{};  ///< per vCPU: whether Vcpu::stored has a sink
    VcpuStops* stops_ = nullptr;
    qemu_plugin_register* stack_pointer_ = nullptr;
    qemu_plugin_register* fs_base_ = nullptr;
    qemu_plugin_register* gs_base_ = nullptr;

    std::atomic<bool> on_ = false;               ///< blocks get callbacks
    std::atomic<std::uint64_t> generation_ = 0;  ///< of the policy that they are compiled with
    std::atomic<std::uint8_t> sinks_ = 0;        ///< the kinds of sinks that they are compiled for, as bits
    std::atomic<bool> each_load_ = false;        ///< no runs of loads: see prepare_resume
    std::atomic<bool> reads_watched_ = false;    ///< what each_load_ is to be
    std::mutex points_mutex_;
    std::map<std::pair<const taint::BlockPoint*, InstructionPlace>, SinkPoint> points_;
    std::atomic<Clock::rep> last_active_ = 0;  ///< when the engine was seen active last; 0: never
};

}  // namespace hvgdb::emulator
