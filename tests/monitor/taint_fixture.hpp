// SPDX-License-Identifier: GPL-2.0-or-later
// A console with something to taint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/monitor/console_fixture.hpp"

namespace hvgdb::monitor {

/// vCPU 0's root maps 0x5000 at 0x9000 and 0x6000 at 0x3'0000, and nothing else around. Process 812 has memory from
/// 0x10000 to 0x12000, where the page at X is at X; the kernel has from 0xffffffff81000000 on.
struct TaintFixture : ConsoleFixture {
    static constexpr osi::ProcessId kPid = 812;
    static constexpr osi::ThreadId kTid = 813;
    static constexpr std::uint64_t kKernel = 0xffff'ffff'8100'0000;

    TaintFixture() {
        enter_long_mode(0, 0x33, 0x1000);
        enter_long_mode(1, 0x33, 0x1000);
        set_entry(0x1000, 0, 0x2007);
        set_entry(0x2000, 0, 0x3007);
        set_entry(0x3000, 0, 0x4007);
        set_entry(0x4000, 5, 0x9007);
        set_entry(0x4000, 6, 0x3'0007);
        osi::Process process;
        process.pid = kPid;
        os.guest.add(process).memory.map(0x1'0000, 0x2000);
        os.guest.kernel_memory.map(kKernel, 0x2000);
        os.guest.symbols = {{.name = "jiffies", .address = {kKernel + 0x100}, .offset = 0, .module = ""}};
    }
    std::string ask_of_thread(std::string_view line) { return console.execute(line, {VcpuId{0}, kTid, kPid}); }
    std::vector<std::string> physical_labels(std::uint64_t address, std::size_t size) {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < size; ++i) {
            std::string text;
            for (const auto& [first, last] : engine.labels().ranges(engine.memory().get(PhysAddr{address + i}))) {
                text += (text.empty() ? "" : " ") + std::to_string(first) + "-" + std::to_string(last);
            }
            all.push_back(text);
        }
        return all;
    }
    using Labels = std::vector<std::string>;
};

}  // namespace hvgdb::monitor
