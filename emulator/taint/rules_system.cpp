// SPDX-License-Identifier: GPL-2.0-or-later
// What fits nearly everywhere, and the instructions for operating systems.
#include <algorithm>
#include <array>
#include <vector>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kRcx = 1;
constexpr unsigned kR11 = 11;

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}

bool is_followed(const Lowering& lowering, unsigned index) {
    return lowering.is_register(index) && register_range(lowering.operand(index).reg.value).size != 0;
}

bool is_flags(const Lowering& lowering, unsigned index) {
    return lowering.is_register(index) && register_range(lowering.operand(index).reg.value).first == kCarrySlot;
}

bool is_conditional_write(const Lowering& lowering, unsigned index) {
    return (lowering.operand(index).actions & ZYDIS_OPERAND_ACTION_WRITE) == 0;
}

Slot all_that_is_read(Lowering& lowering) {
    std::vector<SlotRange> ranges;
    for (unsigned i = 0; i < lowering.count(); ++i) {
        const bool memory = lowering.is_memory(i) && lowering.size(i) <= kZeroSize;
        if (lowering.reads(i) && !is_flags(lowering, i) && (is_followed(lowering, i) || memory)) {
            ranges.push_back(lowering.value(i));
        }
    }
    if (const auto flags = lowering.tested_flags(); flags != kZeroSlots) {
        ranges.push_back(part(flags, 1));
    }
    return ranges.empty() ? Slot{kZeroSlots} : lowering.folded(ranges);
}

void write_all(Lowering& lowering, Slot from) {
    for (unsigned i = 0; i < lowering.count(); ++i) {
        if (!lowering.writes(i) || is_flags(lowering, i)) {
            continue;
        }
        if (is_followed(lowering, i)) {
            const auto to = lowering.target(i);
            is_conditional_write(lowering, i) ? lowering.spread(to, from) : lowering.fill(to, from);
            lowering.finish(i, to);
        } else if (lowering.is_memory(i) && lowering.size(i) <= kZeroSize) {
            const auto to = lowering.temporary(lowering.size(i));
            lowering.fill(to, from);
            lowering.finish(i, to);
        }
    }
    lowering.set_flags(from);
}

/// rcx gets the next instruction's address, r11 the flags.
void system_call(Lowering& lowering, Shape) {
    lowering.clear(part(gpr_slot(kRcx), kGprSize));
    lowering.clear(part(gpr_slot(kR11), kGprSize));
    lowering.merge(part(gpr_slot(kR11), 1), {kCarrySlot, 1}, {kStatusSlot, 1});
    lowering.merge(part(gpr_slot(kR11) + 1, 1), {kStatusSlot, 1}, {kControlSlot, 1});
}

void system_return(Lowering& lowering, Shape) {
    lowering.copy(kCarrySlot, part(gpr_slot(kR11), 1));
    lowering.merge({kStatusSlot, 1}, part(gpr_slot(kR11), 1), part(gpr_slot(kR11) + 1, 1));
    lowering.fold(kControlSlot, part(gpr_slot(kR11) + 1, 2));
}

/// iret pops the instruction pointer, CS and the flags; and in 64-bit code, or to an outer level, the stack pointer and
/// SS. The emulator's order. A stack pointer that was tainted when it was pushed is not followed through interrupts.
void interrupt_return(Lowering& lowering, Shape shape) {
    constexpr unsigned kWide = 8;
    const auto ignored = lowering.temporary(shape.first);
    const auto flags = lowering.temporary(shape.first);
    const auto second = static_cast<Slot>(flags.first + 1);
    lowering.load(ignored);
    lowering.load(ignored);
    lowering.load(flags);
    lowering.copy(kCarrySlot, part(flags.first, 1));
    lowering.merge({kStatusSlot, 1}, part(flags.first, 1), part(second, 1));
    // The second byte's control flags count for nothing: else all interrupts would add what they have to the overflow
    // flag.
    lowering.copy(kControlSlot, part(static_cast<Slot>(second + 1), flags.size > 2 ? 1 : 0));
    if (shape.first == kWide) {
        lowering.load(ignored);
        lowering.load(ignored);
    }
}

void clear_flag(Lowering& lowering, Shape) {
    lowering.clear({kCarrySlot, 1});
}

void save_area(Lowering& lowering, Shape) {
    lowering.builder().set_accesses(Accesses::area);
    for (unsigned i = 0; i < lowering.explicit_count(); ++i) {
        if (lowering.is_memory(i)) {
            lowering.describe_address(i);
        }
    }
}

constexpr std::array kNothing{
    ZYDIS_MNEMONIC_NOP,         ZYDIS_MNEMONIC_ENDBR32,    ZYDIS_MNEMONIC_ENDBR64,    ZYDIS_MNEMONIC_PAUSE,
    ZYDIS_MNEMONIC_PREFETCHNTA, ZYDIS_MNEMONIC_PREFETCHT0, ZYDIS_MNEMONIC_PREFETCHT1, ZYDIS_MNEMONIC_PREFETCHT2,
    ZYDIS_MNEMONIC_PREFETCHW,   ZYDIS_MNEMONIC_PREFETCH,   ZYDIS_MNEMONIC_LFENCE,     ZYDIS_MNEMONIC_MFENCE,
    ZYDIS_MNEMONIC_SFENCE,
};

constexpr std::array kSilent{
    ZYDIS_MNEMONIC_CMC,     ZYDIS_MNEMONIC_CLI,      ZYDIS_MNEMONIC_STI,        ZYDIS_MNEMONIC_HLT,
    ZYDIS_MNEMONIC_CLD,     ZYDIS_MNEMONIC_STD,      ZYDIS_MNEMONIC_SWAPGS,     ZYDIS_MNEMONIC_INVLPG,
    ZYDIS_MNEMONIC_WBINVD,  ZYDIS_MNEMONIC_CLFLUSH,  ZYDIS_MNEMONIC_CLFLUSHOPT, ZYDIS_MNEMONIC_CLWB,
    ZYDIS_MNEMONIC_WRMSR,   ZYDIS_MNEMONIC_WRFSBASE, ZYDIS_MNEMONIC_WRGSBASE,   ZYDIS_MNEMONIC_CLTS,
    ZYDIS_MNEMONIC_UD0,     ZYDIS_MNEMONIC_UD1,      ZYDIS_MNEMONIC_UD2,        ZYDIS_MNEMONIC_INT,
    ZYDIS_MNEMONIC_INT1,    ZYDIS_MNEMONIC_INT3,     ZYDIS_MNEMONIC_CLAC,       ZYDIS_MNEMONIC_STAC,
    ZYDIS_MNEMONIC_INVPCID, ZYDIS_MNEMONIC_OUT,      ZYDIS_MNEMONIC_XSETBV,     ZYDIS_MNEMONIC_MONITOR,
    ZYDIS_MNEMONIC_MWAIT,   ZYDIS_MNEMONIC_FWAIT,    ZYDIS_MNEMONIC_SERIALIZE,  ZYDIS_MNEMONIC_JB,
    ZYDIS_MNEMONIC_JBE,     ZYDIS_MNEMONIC_JL,       ZYDIS_MNEMONIC_JLE,        ZYDIS_MNEMONIC_JNB,
    ZYDIS_MNEMONIC_JNBE,    ZYDIS_MNEMONIC_JNL,      ZYDIS_MNEMONIC_JNLE,       ZYDIS_MNEMONIC_JNO,
    ZYDIS_MNEMONIC_JNP,     ZYDIS_MNEMONIC_JNS,      ZYDIS_MNEMONIC_JNZ,        ZYDIS_MNEMONIC_JO,
    ZYDIS_MNEMONIC_JP,      ZYDIS_MNEMONIC_JS,       ZYDIS_MNEMONIC_JZ,         ZYDIS_MNEMONIC_JCXZ,
    ZYDIS_MNEMONIC_JECXZ,   ZYDIS_MNEMONIC_JRCXZ,    ZYDIS_MNEMONIC_LDMXCSR,    ZYDIS_MNEMONIC_VLDMXCSR,
    ZYDIS_MNEMONIC_RSM,     ZYDIS_MNEMONIC_LGDT,     ZYDIS_MNEMONIC_LIDT,
};

constexpr std::array kClearing{
    ZYDIS_MNEMONIC_CPUID,   ZYDIS_MNEMONIC_RDTSC,    ZYDIS_MNEMONIC_RDTSCP,   ZYDIS_MNEMONIC_RDPMC,
    ZYDIS_MNEMONIC_RDMSR,   ZYDIS_MNEMONIC_XGETBV,   ZYDIS_MNEMONIC_RDRAND,   ZYDIS_MNEMONIC_RDSEED,
    ZYDIS_MNEMONIC_RDPID,   ZYDIS_MNEMONIC_RDFSBASE, ZYDIS_MNEMONIC_RDGSBASE, ZYDIS_MNEMONIC_IN,
    ZYDIS_MNEMONIC_STMXCSR, ZYDIS_MNEMONIC_VSTMXCSR, ZYDIS_MNEMONIC_SMSW,     ZYDIS_MNEMONIC_STR,
    ZYDIS_MNEMONIC_SLDT,    ZYDIS_MNEMONIC_SGDT,     ZYDIS_MNEMONIC_SIDT,     ZYDIS_MNEMONIC_RDPKRU,
};

constexpr std::array kMore{
    RuleRow HVGDB_TAINT_ROW(CLC, "flags", clear_flag),
    RuleRow HVGDB_TAINT_ROW(STC, "flags", clear_flag),
    RuleRow HVGDB_TAINT_ROW(SYSCALL, "system call", system_call),
    RuleRow HVGDB_TAINT_ROW(SYSRET, "system call", system_return),
    RuleRow HVGDB_TAINT_ROW(SYSENTER, "system call", no_flow),
    RuleRow HVGDB_TAINT_ROW(SYSEXIT, "system call", no_flow),
    RuleRow HVGDB_TAINT_ROW(IRET, "system call", interrupt_return, {2}),
    RuleRow HVGDB_TAINT_ROW(IRETD, "system call", interrupt_return, {4}),
    RuleRow HVGDB_TAINT_ROW(IRETQ, "system call", interrupt_return, {8}),
    RuleRow HVGDB_TAINT_ROW(LOOP, "loop", mix_all),
    RuleRow HVGDB_TAINT_ROW(LOOPE, "loop", mix_all),
    RuleRow HVGDB_TAINT_ROW(LOOPNE, "loop", mix_all),
    RuleRow HVGDB_TAINT_ROW(FXSAVE, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(FXSAVE64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(FXRSTOR, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(FXRSTOR64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVE, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVE64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVEC, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVEC64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVEOPT, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVEOPT64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVES, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XSAVES64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XRSTOR, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XRSTOR64, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XRSTORS, "state", save_area),
    RuleRow HVGDB_TAINT_ROW(XRSTORS64, "state", save_area),
};

}  // namespace

void mix_all(Lowering& lowering, Shape) {
    write_all(lowering, all_that_is_read(lowering));
}

void clear_all(Lowering& lowering, Shape) {
    write_all(lowering, kZeroSlots);
}

/// Whether a memory operand is accessed is left open.
void no_flow(Lowering& lowering, Shape) {
    for (unsigned i = 0; i < lowering.explicit_count(); ++i) {
        if (lowering.is_memory(i) && lowering.operand(i).mem.type != ZYDIS_MEMOP_TYPE_AGEN) {
            lowering.builder().set_accesses(Accesses::repeated);
        }
    }
}

void mix_unknown(Lowering& lowering) {
    std::vector<SlotRange> read;
    std::vector<SlotRange> written;
    bool loads = false;
    bool stores = false;
    for (unsigned i = 0; i < lowering.count(); ++i) {
        if (is_followed(lowering, i)) {
            const auto range = register_range(lowering.operand(i).reg.value);
            if (lowering.reads(i)) {
                read.push_back(range);
            }
            if (lowering.writes(i)) {
                written.push_back(range);
            }
        }
        loads = loads || (lowering.is_memory(i) && lowering.reads(i));
        stores = stores || (lowering.is_memory(i) && lowering.writes(i));
    }
    if (loads || stores) {
        lowering.builder().open_entry();
        lowering.builder().set_accesses(Accesses::any);
    }
    const auto all = lowering.temporary(1);
    lowering.clear(all);
    if (!read.empty()) {
        lowering.copy(all.first, part(lowering.folded(read), 1));
    }
    for (const auto& range : written) {
        lowering.spread(range, all.first);
    }
    if (loads) {
        lowering.load(all);
        for (const auto& range : written) {
            lowering.spread(range, all.first);
        }
    }
    if (stores) {
        lowering.store(all);
    }
}

std::span<const RuleRow> system_rules() {
    static const auto all = [] {
        std::vector<RuleRow> rows(kMore.begin(), kMore.end());
        for (const auto mnemonic : kNothing) {
            rows.push_back({mnemonic, {"none", [](Lowering&, Shape) {}, {}}});
        }
        for (const auto mnemonic : kSilent) {
            rows.push_back({mnemonic, {"none", no_flow, {}}});
        }
        for (const auto mnemonic : kClearing) {
            rows.push_back({mnemonic, {"constant", clear_all, {}}});
        }
        return rows;
    }();
    return all;
}

}  // namespace hvgdb::emulator::taint
