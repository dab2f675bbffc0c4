// SPDX-License-Identifier: GPL-2.0-or-later
// A vCPU in a callback, out of values that the test sets.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "emulator/instrumentation.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

class FakeVcpu : public emulator::VcpuContext {
  public:
    std::map<std::string, std::uint64_t, std::less<>> registers;
    FakeMemory memory;
    VirtAddr at{0x401000};
    unsigned reads = 0;  ///< of memory

    [[nodiscard]] VcpuId vcpu() const override { return {}; }
    [[nodiscard]] VirtAddr pc() const override { return at; }
    [[nodiscard]] AddressSpace address_space() const override { return {}; }
    [[nodiscard]] std::uint64_t stack_pointer() override { return registers["rsp"]; }
    [[nodiscard]] Expected<std::uint64_t> read_register(std::string_view name) override {
        const auto found = registers.find(name);
        if (found == registers.end()) {
            return fail(Errc::not_found, "no such register");
        }
        return found->second;
    }
    [[nodiscard]] Expected<void> read_memory(VirtAddr address, std::span<std::byte> out) override {
        ++reads;
        if (memory.read(address.value, out) != out.size()) {
            return fail(Errc::fault, "no memory there");
        }
        return {};
    }
    /// Maps and writes.
    void poke(std::uint64_t address, std::string_view text) {
        memory.map(address, text.size());
        (void)memory.write(address, std::as_bytes(std::span(text)));
    }
};

}  // namespace hvgdb::test
