// SPDX-License-Identifier: GPL-2.0-or-later
// A QEMU stub that answers anything at all. The input is a sequence of records: a length byte and so many bytes. Each
// is what one read gives: 0 is a time-out, 255 the end. A record of 240 to 254 is an answer framed for us, so that the
// search does not have to find checksums.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "emulator/frame.hpp"
#include "emulator/hex.hpp"
#include "emulator/stub_machine.hpp"

namespace {

using hvgdb::Bytes;
using hvgdb::Errc;
using hvgdb::Expected;
using hvgdb::fail;
using hvgdb::VcpuId;
using namespace hvgdb::emulator;

constexpr std::size_t kTimeout = 0;
constexpr std::size_t kFirstFramed = 240;
constexpr std::size_t kEnd = 255;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

class FuzzTransport final : public Transport {
  public:
    explicit FuzzTransport(std::span<const std::byte> input) : input_(input) {}

    Expected<void> write(std::span<const std::byte> /*bytes*/, std::chrono::milliseconds /*limit*/) override {
        return {};
    }
    Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds /*limit*/) override {
        if (pending_.empty()) {
            if (const auto next = next_record(); !next) {
                return fail(next.error().code, next.error().detail);
            }
        }
        const auto count = std::min(out.size(), pending_.size());
        std::ranges::copy(hvgdb::as_bytes(pending_).first(count), out.begin());
        pending_.erase(0, count);
        return count;
    }
    int native_handle() const override { return -1; }

  private:
    Expected<void> next_record() {
        if (input_.empty()) {
            return fail(Errc::gone, "the end");
        }
        const auto kind = std::to_integer<std::size_t>(input_.front());
        input_ = input_.subspan(1);
        if (kind == kTimeout) {
            return fail(Errc::timeout, "silence");
        }
        if (kind == kEnd) {
            return fail(Errc::gone, "the end");
        }
        auto size = kind;
        if (kind >= kFirstFramed) {
            const auto end = std::ranges::find(input_, std::byte{'\n'});
            size = static_cast<std::size_t>(end - input_.begin());
        }
        const auto text = hvgdb::as_text(input_.first(std::min(size, input_.size())));
        input_ = input_.subspan(std::min(text.size() + (kind >= kFirstFramed ? 1 : 0), input_.size()));
        pending_ = kind >= kFirstFramed ? "+" + hvgdb::encode_packet(text, kind % 2 == 0) : std::string(text);
        return pending_.empty() ? fail(Errc::timeout, "silence") : Expected<void>();
    }

    std::span<const std::byte> input_;
    std::string pending_;
};

void look_around(StubMachine& machine) {
    Bytes buffer(6000);
    const auto registers = std::min<std::size_t>(machine.description().registers().size(), 4);
    for (unsigned index = 0; index < std::min(machine.vcpu_count(), 2U); ++index) {
        const VcpuId vcpu{index};
        if (const auto block = machine.read_registers(vcpu)) {
            require(block->size() == machine.description().block_size());
            (void)machine.write_registers(vcpu, *block);
        }
        for (const auto& info : std::span(machine.description().registers()).first(registers)) {
            if (const auto value = machine.read_register(vcpu, info.number)) {
                require(value->size() == info.size);
            }
        }
        const auto& last = machine.description().registers()[registers - 1];
        (void)machine.write_register(vcpu, last.number, Bytes(last.size));
        if (const auto count = machine.read_memory(vcpu, {0xff0}, buffer)) {
            require(*count > 0 && *count <= buffer.size());
        }
        (void)machine.write_memory(vcpu, {0x1000}, std::span(buffer).first(3));
    }
    if (const auto count = machine.read_physical({0}, std::span(buffer).first(8))) {
        require(*count > 0 && *count <= 8);
    }
    (void)machine.write_physical({0}, std::span(buffer).first(1));
    (void)machine.insert_watchpoint({0x1000}, 8, WatchKind::write);
    (void)machine.remove_watchpoint({0x1000}, 8, WatchKind::write);
    (void)machine.set_step_flags(1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto connected = StubMachine::connect(std::make_unique<FuzzTransport>(std::as_bytes(std::span(data, size))));
    if (!connected) {
        return 0;
    }
    auto& machine = **connected;
    unsigned stops = 0;
    machine.set_stop_handler([&](const MachineStop& stop) {
        ++stops;
        require(!machine.running());
        require(!stop.vcpu || stop.vcpu->index < machine.vcpu_count());
    });
    for (unsigned round = 0; round < 4; ++round) {
        look_around(machine);
        const auto before = stops;
        if (machine.resume({RunMode::go, {{VcpuId{0}, round % 2 == 0 ? RunMode::step : RunMode::go}}})) {
            require(machine.running());
            (void)machine.interrupt();
            machine.on_readable();
            require(machine.running() == (stops == before));
        }
        machine.on_readable();
    }
    return 0;
}
