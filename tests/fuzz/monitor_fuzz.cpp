// SPDX-License-Identifier: GPL-2.0-or-later
// Any line gets an answer, whatever the guest's strings are: printable text, no line of it wider than a terminal; of
// osjson one line of JSON. Events that are logged are printable lines, too. What was tainted can be asked for, and
// untainted. The input is the line, and behind a NUL byte the guest's strings.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/event_text.hpp"
#include "monitor/json_report.hpp"
#include "monitor/parse.hpp"
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

/// Cuts a guest out of bytes.
class GuestMaker {
  public:
    explicit GuestMaker(std::string_view bytes) : bytes_(bytes) {}

    hvgdb::test::FakeGuest make() {
        hvgdb::test::FakeGuest guest;
        guest.facts = {{text(), text()}};
        for (unsigned i = 0; i < 4; ++i) {
            add_process(guest);
        }
        guest.modules = {
            {.name = text(), .base = {number()}, .size = number(), .users = std::nullopt, .state = text()}};
        guest.symbols = {{.name = text(), .address = {number()}, .offset = 0, .module = text()}};
        guest.current[hvgdb::VcpuId{0}] = {.tid = small(), .pid = small(), .user_mode = true};
        guest.registers[small()].rip = number();
        return guest;
    }

    /// One of each kind.
    std::vector<hvgdb::osi::Event> events() {
        using namespace hvgdb::osi::event;
        Started started;
        started.path = text();
        started.invoked = text();
        started.arguments = {text(), text()};
        Signal signal{.number = small() * 7};
        std::ranges::generate(signal.info, [&] { return static_cast<std::byte>(small()); });
        return {event(started),
                event(Forked{small(), small() == 0}),
                event(ThreadCreated{small()}),
                event(ThreadExited{static_cast<std::uint32_t>(number())}),
                event(Exited{static_cast<std::uint32_t>(number())}),
                event(Gone{small()}),
                event(Mapped{{number()}, number(), number(), number(), text()}),
                event(Unmapped{{number()}, number()}),
                event(signal),
                event(SyscallEntered{number(), {number(), number()}, small() == 0}),
                event(SyscallReturned{number(), static_cast<std::int64_t>(number()), small() == 0}),
                event(Switched{small(), small()})};
    }

    std::string text() {
        const auto piece = bytes_.substr(0, bytes_.find('\n'));
        bytes_.remove_prefix(piece.size() + (piece.size() < bytes_.size() ? 1 : 0));
        return std::string(piece);
    }

    unsigned small() { return static_cast<unsigned>(number() % 6); }

  private:
    hvgdb::osi::Event event(decltype(hvgdb::osi::Event::what) what) {
        return {.kind = static_cast<hvgdb::osi::EventKind>(what.index()),
                .vcpu = {},
                .pid = small(),
                .tid = small(),
                .command = text(),
                .what = std::move(what)};
    }

    std::uint64_t number() {
        const auto piece = bytes_.substr(0, 8);
        bytes_.remove_prefix(piece.size());
        return hvgdb::load_little_endian(hvgdb::as_bytes(piece));
    }

    void add_process(hvgdb::test::FakeGuest& guest) {
        hvgdb::osi::Process process;
        process.pid = small();
        process.parent = small();
        process.command = text();
        process.state = static_cast<char>(number());
        process.kernel_thread = small() == 0;
        process.start_time = number();
        auto& made = guest.add(process);
        made.executable = text();
        made.working_directory = text();
        made.arguments = {text(), text()};
        made.mappings.resize(1);
        made.mappings[0].start = {number()};
        made.mappings[0].end = {number()};
        made.mappings[0].name = text();
        made.files.resize(1);
        made.files[0].flags = static_cast<std::uint32_t>(number());
        made.files[0].name = text();
    }

    std::string_view bytes_;
};

void check_text(std::string_view answer) {
    using namespace hvgdb::monitor;
    for (std::string_view rest = answer; !rest.empty();) {
        const auto row = rest.substr(0, rest.find('\n'));
        require(row.size() <= kColumns, "too wide", answer);
        require(row == printable(row), "not printable", answer);
        rest.remove_prefix(row.size() + 1);
    }
}

/// The lines of the log, which may be wider.
void check_log(std::string_view log) {
    using namespace hvgdb::monitor;
    constexpr std::size_t kBefore = 32;
    while (!log.empty()) {
        const auto row = log.substr(0, log.find('\n'));
        require(row.size() < log.size(), "no whole line", log);
        require(row.size() <= kLongestEventText + kBefore, "too long", row);
        require(row == printable(row), "not printable", row);
        log.remove_prefix(row.size() + 1);
    }
}

void tell_events(ConsoleFixture& fixture, GuestMaker& maker) {
    for (const auto& event : maker.events()) {
        (void)fixture.events.tell(event);
    }
    check_log(fixture.printed);
    fixture.printed.clear();
    (void)fixture.hooks.resolve_pending();
    fixture.console.clear();
    fixture.events.commit();
    (void)fixture.instrumentation.prepare_resume();
}

void check_json(std::string_view answer) {
    boost::system::error_code error;
    (void)boost::json::parse(answer, error);
    require(!error, "no JSON", answer);
    answer.remove_suffix(1);
    require(answer == hvgdb::monitor::printable(answer), "not printable", answer);
    require(answer.size() < hvgdb::monitor::kLongestJson, "too long", answer);
}

void check_answer(ConsoleFixture& fixture, std::string_view line, std::string_view answer) {
    using namespace hvgdb::monitor;
    require(answer.ends_with('\n'), "no whole line", answer);
    const auto command = parse(line, fixture.machine.description());
    const bool json = line.size() <= kLongestLine && command && id_of(*command) == CommandId::osjson;
    json ? check_json(answer) : check_text(answer);
}

/// Of what a line about some bytes tainted, if it did.
void check_taint(ConsoleFixture& fixture, std::string_view line, unsigned vcpu) {
    using namespace hvgdb::monitor;
    const auto command = parse(line, fixture.machine.description());
    if (!fixture.engine.active() || !command || id_of(*command) != CommandId::taint) {
        return;
    }
    std::istringstream words{std::string(line)};
    std::string target;
    words >> target >> target;
    std::string answer;
    for (const auto* const about :
         {"check_taint ", "get_taint ", "osjson taint ", "taint_stats", "osjson taint_stats", "untaint "}) {
        const auto asked = std::string_view(about).ends_with(' ') ? about + target : std::string(about);
        answer = fixture.ask(asked, vcpu);
        check_answer(fixture, asked, answer);
    }
    require(!answer.ends_with(" untainted.\n") || !fixture.engine.active(), "still tainted", answer);
    fixture.engine.clear();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hvgdb::monitor;
    static FuzzedConsole fixture;
    fixture.scope.reset();
    fixture.orders.clear();
    fixture.engine.clear();

    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = input.substr(0, input.find('\0'));
    GuestMaker maker(input.substr(std::min(line.size() + 1, size)));
    fixture.os.guest = maker.make();
    fixture.held = {maker.small(), maker.text()};
    const auto vcpu = static_cast<unsigned>(size % 2);
    check_answer(fixture, line, fixture.ask(line, vcpu));
    check_taint(fixture, line, vcpu);
    tell_events(fixture, maker);
    return 0;
}
