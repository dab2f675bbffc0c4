// SPDX-License-Identifier: GPL-2.0-or-later
// A console over the fake machine, two vCPUs, and the fake operating system; breakpoints count anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/hex.hpp"
#include "monitor/console.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_machine.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::monitor {

struct ConsoleFixture {
    test::FakeMachine machine{2};
    test::FakeInstrumentation instrumentation{machine};
    test::FakeOs os{};
    std::optional<AddressSpace> scope;
    Console console{ConsoleContext{machine, instrumentation,
                                   [this](std::optional<AddressSpace> wanted) -> Expected<void> {
                                       scope = wanted;
                                       return {};
                                   },
                                   [this] { return scope; }, &os}};

    std::string ask(std::string_view line, unsigned vcpu = 0) { return console.execute(line, VcpuId{vcpu}); }

    /// 64-bit mode with paging on.
    void enter_long_mode(unsigned vcpu, std::uint64_t code_selector, std::uint64_t root) {
        machine.set_register(VcpuId{vcpu}, "cs", code_selector);
        machine.set_register(VcpuId{vcpu}, "cr0", 0x8005'0033);
        machine.set_register(VcpuId{vcpu}, "cr3", root);
        machine.set_register(VcpuId{vcpu}, "cr4", 0x20);
        machine.set_register(VcpuId{vcpu}, "efer", 0xd01);
    }

    void set_entry(std::uint64_t table, unsigned index, std::uint64_t value) {
        machine.physical().map(table, 0x1000);
        (void)machine.physical().write(table + index * 8, store_little_endian(value, 8));
    }
};

}  // namespace hvgdb::monitor
