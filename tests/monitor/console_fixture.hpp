// SPDX-License-Identifier: GPL-2.0-or-later
// A console over the fake machine, two vCPUs, and the fake operating system; breakpoints count anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/hex.hpp"
#include "monitor/console.hpp"
#include "osi/hooks.hpp"
#include "tests/support/fake_events.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_machine.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::monitor {

struct ConsoleFixture {
    test::FakeMachine machine{2};
    test::FakeInstrumentation instrumentation{machine};
    test::FakeOs os{};
    std::optional<AddressSpace> scope;
    test::FakeEvents events{};
    osi::Hooks hooks{os, events, instrumentation};
    emulator::taint::Engine engine{2};
    std::string printed;  ///< by the log of events and by hooks
    std::vector<osi::StartOrder> orders;
    std::optional<std::pair<osi::ProcessId, std::string>> held;
    Console console{context()};

    ConsoleContext context() {
        return {.machine = machine,
                .instrumentation = instrumentation,
                .set_scope = [this](std::optional<AddressSpace> wanted) -> Expected<void> {
                    scope = wanted;
                    return {};
                },
                .get_scope = [this] { return scope; },
                .os = &os,
                .events = &events,
                .print = [this](const std::string& text) { printed += text; },
                .hooks = &hooks,
                .wait = [this](const osi::StartOrder& order) -> Expected<void> {
                    if (order.program == "refused") {
                        return fail(Errc::unsupported, "this kernel does not tell");
                    }
                    orders.push_back(order);
                    return {};
                },
                .unwait = [this](const std::optional<std::string>& program) { forget(program); },
                .awaited = [this] { return orders; },
                .held = [this] { return held; },
                .taint = &engine,
                .post = [](const std::function<void()>& work) { work(); }};
    }

    void forget(const std::optional<std::string>& program) {
        std::erase_if(orders, [&](const auto& order) { return !program || order.program == *program; });
        held = program ? held : std::nullopt;
    }

    std::string ask(std::string_view line, unsigned vcpu = 0) { return console.execute(line, {VcpuId{vcpu}, {}, {}}); }

    /// 64-bit mode with paging on.
    void enter_long_mode(unsigned vcpu, std::uint64_t code_selector, std::uint64_t root) {
        machine.set_register(VcpuId{vcpu}, "cs", code_selector);
        machine.set_register(VcpuId{vcpu}, "cr0", 0x8005'0033);
        machine.set_register(VcpuId{vcpu}, "cr3", root);
        machine.set_register(VcpuId{vcpu}, "cr4", 0x20);
        machine.set_register(VcpuId{vcpu}, "efer", 0xd01);
    }

    void set_entry(std::uint64_t table, std::uint64_t index, std::uint64_t value) {
        machine.physical().map(table, 0x1000);
        (void)machine.physical().write(table + index * 8, store_little_endian(value, 8));
    }
};

}  // namespace hvgdb::monitor
