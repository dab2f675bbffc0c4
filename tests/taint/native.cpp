// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/taint/native.hpp"

#include <algorithm>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <sys/mman.h>
#include <vector>

namespace hvgdb::emulator::taint {

namespace {

// Below 2 GiB, so that 32-bit displacements reach it.
constexpr std::uintptr_t kArena = 0x20000000;
constexpr std::size_t kPage = 4096;
constexpr std::uintptr_t kBefore = kArena;
constexpr std::uintptr_t kAfter = kArena + kPage;
constexpr std::uintptr_t kHostStack = kArena + 2 * kPage;
constexpr std::uintptr_t kMemory = kArena + 4 * kPage + kPage / 2;
constexpr std::uintptr_t kStack = kArena + 6 * kPage + kPage / 2;
constexpr std::uintptr_t kCode = kArena + 8 * kPage;
constexpr std::size_t kArenaSize = 9 * kPage;
constexpr std::size_t kSignalStack = 65536;
constexpr std::array kSignals{SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGTRAP};

sigjmp_buf escape;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::array<std::byte, kSignalStack> signal_stack;
std::array<struct sigaction, kSignals.size()> former_actions;

extern "C" void on_fault(int) {
    siglongjmp(escape, 1);
}

/// The machine code around the instruction.
class Emitter {
  public:
    void bytes(std::initializer_list<unsigned> values) {
        for (const auto value : values) {
            code_.push_back(static_cast<std::uint8_t>(value));
        }
    }
    void address(std::uintptr_t value) {
        constexpr unsigned kSib = 0x25;
        bytes({kSib});
        for (unsigned i = 0; i < 4; ++i) {
            bytes({static_cast<unsigned>(value >> (8 * i)) & 0xff});
        }
    }
    void move_general(unsigned number, std::uintptr_t at, bool load) {
        bytes({0x48U | (number >= 8 ? 4U : 0U), load ? 0x8bU : 0x89U, 0x04U | (number % 8) << 3});
        address(at);
    }
    void move_vector(unsigned number, std::uintptr_t at, bool load) {
        bytes({0xc4, number < 8 ? 0xe1U : 0x61U, 0x7e, load ? 0x6fU : 0x7fU, 0x04U | (number % 8) << 3});
        address(at);
    }
    void raw(std::span<const std::byte> code) {
        for (const auto byte : code) {
            code_.push_back(std::to_integer<std::uint8_t>(byte));
        }
    }
    [[nodiscard]] const std::vector<std::uint8_t>& code() const { return code_; }

  private:
    std::vector<std::uint8_t> code_;
};

void emit_entry(Emitter& emit, bool with_x87) {
    emit.bytes({0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57});
    emit.move_general(4, kHostStack, false);
    for (unsigned i = 0; i < 16; ++i) {
        emit.move_vector(i, kBefore + offsetof(NativeState, vectors) + i * 32, true);
    }
    if (with_x87) {
        emit.bytes({0x48, 0x0f, 0xae, 0x0c});
        emit.address(kBefore + offsetof(NativeState, x87));
    }
    emit.bytes({0xff, 0x34});
    emit.address(kBefore + offsetof(NativeState, flags));
    emit.bytes({0x9d});
    for (unsigned i = 0; i < 16; ++i) {
        emit.move_general(i, kBefore + i * 8, true);
    }
}

void emit_exit(Emitter& emit, bool with_x87) {
    for (unsigned i = 0; i < 16; ++i) {
        emit.move_general(i, kAfter + i * 8, false);
    }
    emit.move_general(4, kHostStack, true);
    emit.bytes({0x9c, 0x8f, 0x04});
    emit.address(kAfter + offsetof(NativeState, flags));
    for (unsigned i = 0; i < 16; ++i) {
        emit.move_vector(i, kAfter + offsetof(NativeState, vectors) + i * 32, false);
    }
    if (with_x87) {
        emit.bytes({0x48, 0x0f, 0xae, 0x04});
        emit.address(kAfter + offsetof(NativeState, x87));
        emit.bytes({0xdb, 0xe3});  // fninit
    }
    emit.bytes({0xfc, 0xc5, 0xf8, 0x77});  // cld, vzeroupper
    emit.bytes({0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3});
}

void* pointer(std::uintptr_t address) {
    return reinterpret_cast<void*>(address);
}

}  // namespace

std::uint64_t NativeCpu::memory_address() {
    return kMemory;
}
std::uint64_t NativeCpu::stack_address() {
    return kStack;
}

NativeCpu::NativeCpu() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") == 0) {
        return;
    }
    void* const mapped = mmap(pointer(kArena), kArenaSize, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    usable_ = mapped == pointer(kArena);
    if (!usable_) {
        return;
    }
    stack_t stack{};
    stack.ss_sp = signal_stack.data();
    stack.ss_size = signal_stack.size();
    sigaltstack(&stack, nullptr);
    struct sigaction action{};
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        sigaction(kSignals[i], &action, &former_actions[i]);
    }
#endif
}

NativeCpu::~NativeCpu() {
    if (usable_) {
        for (std::size_t i = 0; i < kSignals.size(); ++i) {
            sigaction(kSignals[i], &former_actions[i], nullptr);
        }
        munmap(pointer(kArena), kArenaSize);
    }
}

void NativeCpu::prepare(std::span<const std::byte> instruction, bool with_x87) {
    with_x87_ = with_x87;
    Emitter emit;
    emit_entry(emit, with_x87);
    emit.raw(instruction);
    emit_exit(emit, with_x87);
    std::ranges::copy(emit.code(), static_cast<std::uint8_t*>(pointer(kCode)));
}

bool NativeCpu::run(const NativeState& before, NativeState& after) {
    constexpr std::size_t kHalfStack = NativeState::kStackSize / 2;
    const std::size_t registers = with_x87_ ? offsetof(NativeState, memory) : offsetof(NativeState, x87);
    std::memcpy(pointer(kBefore), &before, registers);
    std::memcpy(pointer(kMemory), before.memory.data(), before.memory.size());
    std::memcpy(pointer(kStack - kHalfStack), before.stack.data(), before.stack.size());
    if (sigsetjmp(escape, 0) != 0) {
        return false;
    }
    reinterpret_cast<void (*)()>(kCode)();
    std::memcpy(&after, pointer(kAfter), registers);
    std::memcpy(after.memory.data(), pointer(kMemory), after.memory.size());
    std::memcpy(after.stack.data(), pointer(kStack - kHalfStack), after.stack.size());
    return true;
}

}  // namespace hvgdb::emulator::taint
