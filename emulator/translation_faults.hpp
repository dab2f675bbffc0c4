// SPDX-License-Identifier: GPL-2.0-or-later
// Translations that a page fault has cut off.
#pragma once

#include <algorithm>
#include <atomic>
#include <pthread.h>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// A fault while QEMU fetches code leaves the thread's translator in the middle of an instruction (QEMU,
/// accel/tcg/plugin-gen.c: tcg_ctx->plugin_insn), and only a translation that plugins are told of puts that right: one
/// that they are not told of crashes QEMU. So the callback must not be taken away in between. Any thread.
class TranslationFaults {
  public:
    explicit TranslationFaults(unsigned vcpus) : vcpus_(vcpus) {}

    /// On the vCPU's thread: an exception, perhaps in the middle of a translation.
    void exception(VcpuId vcpu) {
        if (vcpu.index < vcpus_.size()) {
            vcpus_[vcpu.index].thread = pthread_self();
            vcpus_[vcpu.index].open = true;
        }
    }
    /// On a vCPU's thread, which may be that of others, too: a block has been translated.
    void translated() {
        for (Vcpu& vcpu : vcpus_) {
            if (vcpu.open && pthread_equal(vcpu.thread, pthread_self()) != 0) {
                vcpu.open = false;
            }
        }
    }
    [[nodiscard]] bool any_open() const {
        return std::ranges::any_of(vcpus_, [](const Vcpu& vcpu) { return vcpu.open.load(); });
    }

  private:
    struct Vcpu {
        std::atomic<pthread_t> thread{};
        std::atomic<bool> open{false};
    };
    std::vector<Vcpu> vcpus_;
};

}  // namespace hvgdb::emulator
