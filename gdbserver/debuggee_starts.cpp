// SPDX-License-Identifier: GPL-2.0-or-later
// Programs whose start is waited for.
#include <algorithm>

#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "osi/elf_symbols.hpp"

namespace hvgdb::gdbserver {

using emulator::Verdict;
using Purpose = StartWatch::Purpose;

namespace {

Expected<VirtAddr> main_function(osi::Os& os, osi::ProcessId pid, const osi::event::Started& started) {
    const auto file = os.open_file(pid, started.path);
    auto program = file ? osi::ElfFile::open(**file) : std::unexpected(file.error());
    const auto main = program ? program->symbol("main") : std::unexpected(program.error());
    if (!main) {
        return std::unexpected(main.error());
    }
    return program->address(program->bias_of_entry(started.entry), main->value);
}

}  // namespace

bool Debuggee::starting() const {
    const bool arriving =
        std::ranges::any_of(arriving_, [](const ArrivingProgram& it) { return it.order.purpose == Purpose::attach; });
    return arriving || starts_.waits_for(Purpose::attach);
}

Expected<void> Debuggee::attach_start(const osi::StartOrder& order) {
    if (gone_) {
        return fail(Errc::gone, "the emulator ended");
    }
    if (held_ && osi::is_start_of(held_->start, order.program)) {
        return attach(held_->who.pid);
    }
    if (auto added = starts_.add(order, Purpose::attach); !added) {
        return added;
    }
    plan_ = {};
    if (machine_.running()) {
        parked_interrupt_ = true;
        ask_for_pause("to wait for a program");
        return {};
    }
    held_.reset();
    running_ = attached();
    auto started = start({});
    if (!started) {
        starts_.forget(Purpose::attach);
        running_ = false;
    }
    return started;
}

void Debuggee::postpone_start() {
    std::vector<osi::StartOrder> wanted;
    for (const auto& order : starts_.orders()) {
        if (order.purpose == Purpose::attach) {
            wanted.push_back(order.wanted);
        }
    }
    starts_.forget(Purpose::attach);
    for (const auto& order : wanted) {
        if (auto added = starts_.add(order, Purpose::hold); !added) {
            log().warn("waiting for {}: {}", order.program, added.error().detail);
        }
    }
    for (auto& arriving : arriving_) {
        if (arriving.order.purpose == Purpose::attach) {
            arriving.order.purpose = Purpose::hold;
        }
    }
}

Expected<void> Debuggee::hold_start(const osi::StartOrder& order, bool for_good) {
    return starts_.add(order, for_good ? Purpose::hold_for_good : Purpose::hold);
}

std::vector<osi::StartOrder> Debuggee::awaited_starts() const {
    std::vector<osi::StartOrder> wanted;
    for (const auto& order : starts_.orders()) {
        wanted.push_back(order.wanted);
    }
    return wanted;
}

void Debuggee::forget_arriving(Purpose purpose) {
    std::erase_if(arriving_, [purpose](const ArrivingProgram& it) {
        if (it.order.purpose != purpose) {
            return false;
        }
        it.site.remove();
        it.end.remove();
        return true;
    });
}

void Debuggee::forget_starts() {
    starts_.forget(Purpose::hold);
    forget_arriving(Purpose::hold);
    if (!held_ || held_->for_good) {
        return;
    }
    held_.reset();
    if (!attached() && !machine_.running() && !gone_) {
        run_on();
    }
}

void Debuggee::forget_start(const std::string& program) {
    starts_.forget(program);
}

bool Debuggee::waits_for_kernel() const {
    return events_.events() != nullptr && events_.events()->waits_for_kernel();
}

void Debuggee::look_for_kernel() {
    if (machine_.running() && !gone_) {
        parked_interrupt_ = true;
        ask_for_pause("to look for the guest's kernel");
    }
}

/// Where the program is to be stopped.
VirtAddr Debuggee::place_to_stop(const StartWatch::Order& order, const osi::Event& event) const {
    const auto& started = std::get<osi::event::Started>(event.what);
    if (order.wanted.stop_at == osi::StopAt::main_function) {
        const auto main = main_function(*os_, event.pid, started);
        if (main) {
            return *main;
        }
        log().info("{} is stopped at its entry point: main: {}", order.wanted.program, main.error().detail);
    }
    return order.wanted.stop_at == osi::StopAt::start ? started.start : started.entry;
}

Debuggee::Meaning Debuggee::on_start(StartWatch::Order order, const osi::Event& event) {
    const auto& started = std::get<osi::event::Started>(event.what);
    const auto pc = place_to_stop(order, event);
    if (pc == started.start) {
        return at_start(order, event, pc);
    }
    const auto process = os_->process(event.pid);
    if (!process || !process->user_space) {
        return at_start(order, event, started.start);
    }
    const auto physical = os_->physical_address(event.pid, pc);
    const auto place = physical ? emulator::CodePlace{.known = true, .physical = *physical} : emulator::CodePlace{};
    ArrivingProgram arriving{.order = std::move(order), .event = event, .pc = pc, .site = {}, .end = {}};
    arriving.site = instrumentation_.add_site({.address = pc, .space = process->user_space}, place,
                                              [](emulator::VcpuContext&) { return Verdict::stop; });
    if (auto end = events_.events()->subscribe(osi::EventKind::exited, {.process = event.pid}, parking())) {
        arriving.end = *std::move(end);
    }
    arriving_.push_back(std::move(arriving));
    return std::nullopt;
}

std::optional<ArrivingProgram> Debuggee::take_arriving(osi::ProcessId pid, std::optional<VirtAddr> pc) {
    const auto found = std::ranges::find_if(
        arriving_, [&](const ArrivingProgram& it) { return it.event.pid == pid && (!pc || it.pc == *pc); });
    if (found == arriving_.end()) {
        return std::nullopt;
    }
    auto arriving = std::move(*found);
    arriving_.erase(found);
    arriving.site.remove();
    arriving.end.remove();
    return arriving;
}

Debuggee::Meaning Debuggee::arrived(osi::ProcessId pid, VirtAddr pc) {
    const auto arriving = take_arriving(pid, pc);
    return arriving ? at_start(arriving->order, arriving->event, pc) : std::nullopt;
}

Debuggee::Meaning Debuggee::at_start(const StartWatch::Order& order, const osi::Event& event, VirtAddr pc) {
    if (order.purpose == Purpose::attach) {
        const auto added = find(event.pid) != nullptr ? Expected<void>() : add(event.pid);
        if (!added) {
            return AttachFailed{added.error()};
        }
        return stopped_thread({.pid = event.pid, .tid = event.tid});
    }
    held_ = HeldStart{.who = {.pid = event.pid, .command = event.command, .pc = pc},
                      .start = std::get<osi::event::Started>(event.what),
                      .for_good = order.purpose == Purpose::hold_for_good};
    if (!attached()) {
        return held_->who;
    }
    auto stopped = interrupted({});
    stopped.signal = Signal::none;
    return stopped;
}

/// The process ended before it came to where it was waited for.
Debuggee::Meaning Debuggee::on_end_of_start(osi::ProcessId pid) {
    const auto arriving = take_arriving(pid, std::nullopt);
    if (!arriving) {
        return std::nullopt;
    }
    log().info("{} ended before it was where it was waited for", arriving->order.wanted.program);
    if (arriving->order.purpose != Purpose::attach) {
        return std::nullopt;
    }
    return AttachFailed{{Errc::not_found, "it ended before it came there"}};
}

/// The client does not want to wait any longer.
void Debuggee::give_up_start() {
    giving_up_ = false;
    starts_.forget(Purpose::attach);
    forget_arriving(Purpose::attach);
    running_ = false;
    if (!attached()) {
        run_on();
    }
    if (report_) {
        report_(AttachFailed{{Errc::not_found, "interrupted while waiting for the program to start"}});
    }
}

}  // namespace hvgdb::gdbserver
