// SPDX-License-Identifier: GPL-2.0-or-later
// Any line gets an answer: printable text, no line of it wider than a terminal.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "monitor/text.hpp"
#include "tests/monitor/console_fixture.hpp"

namespace {

using hvgdb::monitor::ConsoleFixture;

void require(bool holds, std::string_view what, std::string_view answer) {
    if (holds) {
        return;
    }
    std::cerr << what << ":\n" << answer;
    std::abort();
}

/// Both vCPUs in long mode, and a root table that points to itself, so that most addresses are mapped.
struct FuzzedConsole : ConsoleFixture {
    FuzzedConsole() {
        enter_long_mode(0, 0x33, 0x1000);
        enter_long_mode(1, 0x10, 0x2000);
        for (unsigned index = 0; index < 512; index += 2) {
            set_entry(0x1000, index, 0x1007);
        }
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hvgdb::monitor;
    static FuzzedConsole fixture;
    fixture.scope.reset();

    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto answer = fixture.ask(line, static_cast<unsigned>(size % 2));
    require(answer.ends_with('\n'), "no whole line", answer);
    for (std::string_view rest = answer; !rest.empty();) {
        const auto row = rest.substr(0, rest.find('\n'));
        require(row.size() <= kColumns, "too wide", answer);
        require(row == printable(row), "not printable", answer);
        rest.remove_prefix(row.size() + 1);
    }
    return 0;
}
