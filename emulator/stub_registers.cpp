// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_registers.hpp"

#include <fmt/format.h>

#include "emulator/hex.hpp"
#include "emulator/stub_run_control.hpp"

namespace hvgdb::emulator {

namespace {

/// As decode_hex(), but `xx`, which stands for an unavailable byte, is zero.
std::optional<Bytes> decode_values(std::string text) {
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        if (text[at] == 'x' && text[at + 1] == 'x') {
            text[at] = text[at + 1] = '0';
        }
    }
    return decode_hex(text);
}

}  // namespace

StubRegisters::StubRegisters(StubLink& link, const TargetDescription& description, unsigned vcpu_count)
    : link_(link), description_(description), blocks_(vcpu_count) {}

void StubRegisters::forget() {
    for (auto& block : blocks_) {
        block.reset();
    }
    singles_.clear();
}

Expected<void> StubRegisters::select(VcpuId vcpu) {
    if (vcpu.index >= blocks_.size()) {
        return fail(Errc::not_found, fmt::format("there is no vCPU {}", vcpu.index));
    }
    if (selected_ == vcpu) {
        return {};
    }
    selected_.reset();
    auto done = link_.command(fmt::format("Hg{:x}", stub_thread(vcpu)), Errc::not_found);
    if (done) {
        selected_ = vcpu;
    }
    return done;
}

Expected<Bytes> StubRegisters::request_values(VcpuId vcpu, const std::string& packet, std::size_t size) {
    if (auto chosen = select(vcpu); !chosen) {
        return std::unexpected(chosen.error());
    }
    auto reply = link_.request(packet);
    if (!reply) {
        return std::unexpected(reply.error());
    }
    if (is_error_reply(*reply)) {
        return fail(Errc::not_found, fmt::format("QEMU's stub refused '{}' ({})", packet, *reply));
    }
    auto values = decode_values(*reply);
    if (!values || values->size() != size) {
        return unexpected_reply(packet, *reply);
    }
    return std::move(*values);
}

Expected<Bytes> StubRegisters::read_block(VcpuId vcpu) {
    if (vcpu.index < blocks_.size() && blocks_[vcpu.index]) {
        return *blocks_[vcpu.index];
    }
    auto values = request_values(vcpu, "g", description_.block_size());
    if (values) {
        blocks_[vcpu.index] = *values;
    }
    return values;
}

Expected<void> StubRegisters::write_block(VcpuId vcpu, std::span<const std::byte> block) {
    // QEMU takes a block of any length and fills the rest with what its buffer held before.
    if (block.size() != description_.block_size()) {
        return fail(Errc::bad_argument,
                    fmt::format("a register block of {} bytes instead of {}", block.size(), description_.block_size()));
    }
    if (auto chosen = select(vcpu); !chosen) {
        return chosen;
    }
    return link_.command(fmt::format("G{}", encode_hex(block)), Errc::unsupported);
}

Expected<const RegisterInfo*> StubRegisters::find(unsigned number) const {
    const auto* const info = description_.find(number);
    if (info == nullptr) {
        return fail(Errc::not_found, fmt::format("there is no register {}", number));
    }
    return info;
}

Expected<Bytes> StubRegisters::read(VcpuId vcpu, unsigned number) {
    const auto info = find(number);
    if (!info) {
        return std::unexpected(info.error());
    }
    const auto [offset, size] = std::pair((*info)->offset, (*info)->size);
    if (description_.in_block(**info)) {
        const auto block = read_block(vcpu);
        if (!block) {
            return std::unexpected(block.error());
        }
        const auto value = std::span(*block).subspan(offset, size);
        return Bytes(value.begin(), value.end());
    }
    if (const auto known = singles_.find({vcpu, number}); known != singles_.end()) {
        return known->second;
    }
    auto value = request_values(vcpu, fmt::format("p{:x}", number), size);
    if (value) {
        singles_.emplace(std::pair(vcpu, number), *value);
    }
    return value;
}

Expected<void> StubRegisters::write(VcpuId vcpu, unsigned number, std::span<const std::byte> value) {
    const auto info = find(number);
    if (!info) {
        return std::unexpected(info.error());
    }
    if (value.size() != (*info)->size) {
        return fail(Errc::bad_argument, fmt::format("{} bytes for register '{}', which has {}", value.size(),
                                                    (*info)->name, (*info)->size));
    }
    if (auto chosen = select(vcpu); !chosen) {
        return chosen;
    }
    return link_.command(fmt::format("P{:x}={}", number, encode_hex(value)), Errc::unsupported);
}

}  // namespace hvgdb::emulator
