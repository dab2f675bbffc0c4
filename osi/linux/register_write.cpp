// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/register_write.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/fpu_area.hpp"
#include "osi/linux/kernel_write.hpp"
#include "osi/linux/saved_registers.hpp"
#include "osi/x86_xsave_write.hpp"

namespace hvgdb::osi {

namespace {

// CF PF AF ZF SF TF DF OF NT RF AC ID: those of ptrace (arch/x86/kernel/ptrace.c FLAG_MASK), and ID.
constexpr std::uint64_t kUserFlags = 0x25'4dd5;

struct InFrame {
    std::string_view name;
    Field field;
};

constexpr std::array<InFrame, 18> kFrame{{{"rax", Field::regs_ax},
                                          {"rbx", Field::regs_bx},
                                          {"rcx", Field::regs_cx},
                                          {"rdx", Field::regs_dx},
                                          {"rsi", Field::regs_si},
                                          {"rdi", Field::regs_di},
                                          {"rbp", Field::regs_bp},
                                          {"rsp", Field::regs_sp},
                                          {"r8", Field::regs_r8},
                                          {"r9", Field::regs_r9},
                                          {"r10", Field::regs_r10},
                                          {"r11", Field::regs_r11},
                                          {"r12", Field::regs_r12},
                                          {"r13", Field::regs_r13},
                                          {"r14", Field::regs_r14},
                                          {"r15", Field::regs_r15},
                                          {"rip", Field::regs_ip},
                                          {"eflags", Field::regs_flags}}};

struct Selector {
    std::string_view name;
    Field field;
};

constexpr std::array<Selector, 4> kSelectors{
    {{"ds", Field::task_ds}, {"es", Field::task_es}, {"fs", Field::task_fsindex}, {"gs", Field::task_gsindex}}};

std::size_t size_of(std::string_view name) {
    const bool selector = name.size() == 2 && name.ends_with('s');
    return selector || name == "eflags" ? 4 : 8;
}

bool is_known(std::string_view name) {
    constexpr std::array<std::string_view, 5> kOthers{"cs", "ss", "fs_base", "gs_base", "orig_rax"};
    return frame_field(name).has_value() || std::ranges::find(kSelectors, name, &Selector::name) != kSelectors.end() ||
           std::ranges::find(kOthers, name) != kOthers.end();
}

bool is_canonical(std::uint64_t address, unsigned bits) {
    const std::uint64_t upper = address >> (bits - 1);
    return upper == 0 || upper == ~std::uint64_t{0} >> (bits - 1);
}

/// What has changed, and all of the register: it counts as written where it had that value before. `after` is not
/// shorter than `place`.
std::vector<KernelWrite> area_writes(VirtAddr area, const Bytes& before, const Bytes& after, const XsavePlace& place) {
    std::vector<KernelWrite> writes;
    bool going_on = false;
    for (std::size_t at = 0; at < after.size(); ++at) {
        const bool written = before[at] != after[at] || (at >= place.offset && at - place.offset < place.size);
        if (written && !going_on) {
            writes.push_back({.address = VirtAddr{area.value + at}, .bytes = {}});
        }
        if (written) {
            writes.back().bytes.push_back(after[at]);
        }
        going_on = written;
    }
    return writes;
}

}  // namespace

std::optional<Field> frame_field(std::string_view name) {
    const auto* const found = std::ranges::find(kFrame, name, &InFrame::name);
    return found == kFrame.end() ? std::nullopt : std::optional(found->field);
}

bool RegisterWriter::in_user_mode() const {
    return thread_.registers.source == UserRegisters::Source::vcpu;
}

Expected<void> RegisterWriter::write(std::string_view name, std::span<const std::byte> value) const {
    if (is_xsave_register(name)) {
        return write_floating(name, value);
    }
    if (!is_known(name)) {
        return fail(Errc::not_found, "no register " + std::string(name));
    }
    if (value.size() != size_of(name)) {
        return fail(Errc::bad_argument, std::string(name) + " has " + std::to_string(size_of(name)) + " bytes");
    }
    const std::uint64_t number = load_little_endian(value);
    if (name == "orig_rax") {
        return write_orig_rax(number);
    }
    if (name == "fs_base" || name == "gs_base") {
        return write_base(name, number);
    }
    return size_of(name) == 4 && name != "eflags" ? write_selector(name, number) : write_number(name, number);
}

Expected<void> RegisterWriter::write_number(std::string_view name, std::uint64_t value) const {
    if (name == "rip" && !is_canonical(value, thread_.address_bits)) {
        return fail(Errc::bad_argument, "that is no address: the guest's kernel would fault on it");
    }
    if (name == "eflags") {
        value = (thread_.registers.eflags & ~kUserFlags) | (value & kUserFlags);
    }
    if (in_user_mode()) {
        return to_vcpu(name, value);
    }
    return to_frame(*frame_field(name), value);
}

// As ptrace refuses them (arch/x86/kernel/ptrace.c putreg()): addresses in the kernel's half.
Expected<void> RegisterWriter::write_base(std::string_view name, std::uint64_t value) const {
    constexpr std::uint16_t kLastNull = 3;
    const bool is_fs = name == "fs_base";
    if (value >> (thread_.address_bits - 1) != 0) {
        return fail(Errc::bad_argument, "a segment's base must be an address of the program");
    }
    if (thread_.running) {
        return to_vcpu(is_fs || !thread_.gs_exchanged ? name : "k_gs_base", value);
    }
    if ((is_fs ? thread_.registers.fs : thread_.registers.gs) > kLastNull) {
        return fail(Errc::unsupported, "the base is that of the selector's descriptor");
    }
    return to_task(is_fs ? Field::task_fsbase : Field::task_gsbase, value);
}

Expected<void> RegisterWriter::write_selector(std::string_view name, std::uint64_t value) const {
    constexpr std::uint64_t kUserLevel = 3;
    constexpr std::uint64_t kLargest = 0xffff;
    if (name == "cs" || name == "ss") {
        const std::uint64_t now = name == "cs" ? thread_.registers.cs : thread_.registers.ss;
        return value == now ? Expected<void>()
                            : fail(Errc::unsupported, "another code or stack segment could crash the guest's kernel");
    }
    if (value > kLargest || (value > kUserLevel && (value & kUserLevel) != kUserLevel)) {
        return fail(Errc::bad_argument, "that is no selector a program may have");
    }
    const auto& selector = *std::ranges::find(kSelectors, name, &Selector::name);
    const auto& now = thread_.registers;
    const std::uint64_t old = name == "ds" ? now.ds : name == "es" ? now.es : name == "fs" ? now.fs : now.gs;
    if (value == old) {
        return {};
    }
    if (thread_.running && name == "gs" && !in_user_mode()) {
        return fail(Errc::unsupported, "the kernel uses gs itself just now");
    }
    return thread_.running ? to_vcpu(name, value) : to_task(selector.field, value);
}

Expected<void> RegisterWriter::write_orig_rax(std::uint64_t value) const {
    if (!in_user_mode()) {
        return to_frame(Field::regs_orig_ax, value);
    }
    // In no system call any more, because the debugger had the thread do something else meanwhile and puts its
    // registers back now: the call is made again, as the kernel does it after a signal (arch/x86/kernel/signal.c).
    constexpr std::uint64_t kNone = ~std::uint64_t{0};
    constexpr std::uint64_t kInstruction = 2;                  // SYSCALL and INT 80h
    constexpr std::uint64_t kNoSuchCall = -std::uint64_t{38};  // what rax holds while a call is going on
    if (value == kNone || thread_.registers[X86General::rax] != kNoSuchCall) {
        return {};
    }
    const auto again = to_vcpu("rip", thread_.registers.rip - kInstruction);
    return again ? to_vcpu("rax", value) : again;
}

Expected<void> RegisterWriter::write_floating(std::string_view name, std::span<const std::byte> value) const {
    if (!thread_.fpu_loaded) {
        return write_area(name, value);
    }
    // Also refuses what the processor would.
    Bytes trial(1024);
    if (auto good = write_xsave_register(trial, name, value, true); !good) {
        return good;
    }
    // In the kernel the area may count as well as the registers: whoever of both the kernel takes has it then.
    auto done = to_vcpu(name, value);
    if (done && !in_user_mode()) {
        return write_area(name, value);
    }
    return done;
}

Expected<void> RegisterWriter::write_area(std::string_view name, std::span<const std::byte> value) const {
    constexpr std::uint64_t kAvx = 4;
    constexpr std::uint64_t kNoCpu = 0xffff'ffff;
    UserRegisters found;
    read_fpu_area(thread_.kernel, thread_.task, thread_.with_xsave, found);
    const auto fpu = find_fpu(thread_.kernel, thread_.task);
    if (!found.xsave || !fpu) {
        return fail(Errc::unsupported, "where the kernel keeps this register could not be found out");
    }
    const auto saved = thread_.kernel.pointer(*fpu, Field::fpu_fpstate);
    const auto features = saved ? thread_.kernel.number(*saved, Field::fpstate_xfeatures) : std::nullopt;
    Bytes changed = *found.xsave;
    if (auto done = write_xsave_register(changed, name, value, (features.value_or(0) & kAvx) != 0); !done) {
        return done;
    }
    const auto writes = area_writes(*found.xsave_address, *found.xsave, changed, *xsave_place(name));
    auto done = write_kernel(machine_, translate_, writes);
    // Else a CPU that still has the old values would keep them (arch/x86/include/asm/fpu: fpregs_state_valid()).
    const auto last_cpu = thread_.kernel.place(*fpu, Field::fpu_last_cpu);
    if (done && last_cpu && !thread_.fpu_loaded) {
        return to_memory(*last_cpu, store_little_endian(kNoCpu, 4));
    }
    return done;
}

Expected<void> RegisterWriter::to_vcpu(std::string_view name, std::span<const std::byte> value) const {
    const auto* info = machine_.description().find(name);
    if (info == nullptr || !thread_.registers.vcpu) {
        return fail(Errc::unsupported,
                    "the machine does not let " + std::string(name) + " of a running thread be written");
    }
    Bytes sized(value.begin(), value.end());
    sized.resize(info->size);
    return machine_.write_register(*thread_.registers.vcpu, info->number, sized);
}

Expected<void> RegisterWriter::to_vcpu(std::string_view name, std::uint64_t value) const {
    return to_vcpu(name, store_little_endian(value, sizeof value));
}

Expected<void> RegisterWriter::to_frame(Field field, std::uint64_t value) const {
    if (!thread_.registers.frame) {
        return fail(Errc::unsupported, "the thread is just entering the kernel: its registers cannot be written");
    }
    const auto place = thread_.kernel.place(*thread_.registers.frame, field);
    return place ? to_memory(*place, store_little_endian(value, sizeof value))
                 : fail(Errc::unsupported, "where the kernel saves this register is not known");
}

Expected<void> RegisterWriter::to_task(Field field, std::uint64_t value) const {
    const auto place = thread_.kernel.place(thread_.task, field);
    const auto size = thread_.kernel.layout()[field].size;
    return place && size <= sizeof value ? to_memory(*place, store_little_endian(value, size))
                                         : fail(Errc::unsupported, "where the kernel saves this register is not known");
}

Expected<void> RegisterWriter::to_memory(VirtAddr address, std::span<const std::byte> bytes) const {
    const KernelWrite write{.address = address, .bytes = Bytes(bytes.begin(), bytes.end())};
    return write_kernel(machine_, translate_, std::span(&write, 1));
}

}  // namespace hvgdb::osi
