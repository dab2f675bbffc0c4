// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_vcpu_state.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::array<std::string_view, 16> kGeneralNames{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                                         "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

// The first thing that went wrong is kept; what follows reads as 0.
class BlockReader {
  public:
    BlockReader(const emulator::TargetDescription& description, std::span<const std::byte> block)
        : description_(description), block_(block) {}

    template <typename Number>
    void read(std::string_view name, Number& value) {
        const auto* info = description_.find(name);
        if (info == nullptr) {
            return keep(Errc::unsupported, "the machine has no register " + std::string(name));
        }
        if (block_.size() < info->offset + info->size) {
            return keep(Errc::bad_argument, "the register block is too short");
        }
        value = static_cast<Number>(load_little_endian(block_.subspan(info->offset, info->size)));
    }
    [[nodiscard]] const Expected<void>& outcome() const { return outcome_; }

  private:
    void keep(Errc code, std::string detail) {
        if (outcome_) {
            outcome_ = fail(code, std::move(detail));
        }
    }

    const emulator::TargetDescription& description_;
    std::span<const std::byte> block_;
    Expected<void> outcome_;
};

}  // namespace

Expected<X86VcpuState> x86_vcpu_state(const emulator::TargetDescription& description,
                                      std::span<const std::byte> block) {
    X86VcpuState state;
    BlockReader reader(description, block);
    for (std::size_t i = 0; i < kGeneralNames.size(); ++i) {
        reader.read(kGeneralNames[i], state.general[i]);
    }
    reader.read("rip", state.rip);
    reader.read("eflags", state.eflags);
    reader.read("cs", state.cs);
    reader.read("ss", state.ss);
    reader.read("ds", state.ds);
    reader.read("es", state.es);
    reader.read("fs", state.fs);
    reader.read("gs", state.gs);
    reader.read("fs_base", state.fs_base);
    reader.read("gs_base", state.gs_base);
    reader.read("k_gs_base", state.k_gs_base);
    if (!reader.outcome()) {
        return std::unexpected(reader.outcome().error());
    }
    return state;
}

}  // namespace hvgdb::osi
