// SPDX-License-Identifier: GPL-2.0-or-later
// Where the bytes are that a command about taint names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/machine.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/taint/slots.hpp"
#include "emulator/types.hpp"
#include "monitor/selection.hpp"
#include "monitor/taint_words.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A paused machine and its taint, as the client looks at it.
struct TaintView {
    emulator::Machine& machine;
    emulator::taint::Engine& engine;
    osi::Os* os = nullptr;  ///< null: none
    Selection selected;
};

/// Bytes whose taint is kept in a vCPU's shadow registers, or in that of memory, or twice; then the vCPU's counts for
/// who reads. Of flags a "byte" is one of their groups (emulator/taint/slots.hpp).
struct TaintPlace {
    std::string name = {};                 ///< of a register, with its length if one was asked for; of memory empty
    std::optional<VirtAddr> address = {};  ///< of memory
    std::uint64_t size = 0;                ///< bytes, at least one
    bool flags = false;

    struct Slots {
        VcpuId vcpu;
        emulator::taint::SlotRange range;
    };
    std::optional<Slots> registers = {};
    std::vector<osi::PhysicalPiece> memory = {};  ///< in the order of the bytes
};

/// Addresses are those of the selected thread's process, else of the selected vCPU; the kernel's are the same
/// everywhere. Registers are the thread's, in user mode, wherever it has them now; else the vCPU's. All of it or
/// nothing: `fault` names the first page that is missing.
[[nodiscard]] Expected<TaintPlace> find_taint_place(const TaintView& view, const TaintTarget& target);

}  // namespace hvgdb::monitor
