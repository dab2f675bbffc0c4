// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_sinks.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ranges>
#include <utility>
#include <variant>

#include "monitor/sink_text.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::SinkKind;
using emulator::taint::SinkKinds;
using emulator::taint::TaintSink;

/// `write` is no instruction's.
SinkKinds kinds_of(SinkWord word) {
    switch (word) {
        case SinkWord::branch:
            return {SinkKind::branch};
        case SinkWord::jump:
            return {SinkKind::jump};
        case SinkWord::syscall:
            return {SinkKind::syscall};
        case SinkWord::write:
            break;
    }
    return {};
}

std::string target_text(const TaintTarget& target) {
    constexpr std::size_t kLongestSymbol = 64;
    const auto* symbol = std::get_if<KernelPlace>(&target.where);
    const auto* address = std::get_if<VirtAddr>(&target.where);
    auto text = symbol != nullptr ? shortened(symbol->symbol, kLongestSymbol)
                                  : fmt::format("{:#x}", address != nullptr ? address->value : 0);
    text += symbol != nullptr && symbol->offset != 0 ? fmt::format("+{:#x}", symbol->offset) : "";
    return "*" + text + (target.length ? fmt::format(":{}", *target.length) : "");
}

/// Where user code of the process runs.
Expected<std::vector<AddressSpace>> spaces_of(osi::Os* os, osi::ProcessId pid) {
    if (os == nullptr) {
        return fail(Errc::unsupported, "no operating system view here, which would know processes");
    }
    const auto process = os->process(pid);
    if (!process) {
        return std::unexpected(process.error());
    }
    const auto space = process->user_space ? process->user_space : process->space;
    return space ? Expected<std::vector<AddressSpace>>({*space})
                 : fail(Errc::bad_argument, fmt::format("process {} runs no user code", pid));
}

}  // namespace

TaintSinks::TaintSinks(Parts parts) : parts_(std::move(parts)) {
    if (parts_.engine != nullptr) {
        parts_.engine->sinks().set_argument_count(argument_count);
    }
}

Expected<void> TaintSinks::check_room() {
    if (parts_.engine == nullptr || !parts_.scene.print || !parts_.scene.post) {
        return fail(Errc::unsupported, "not available here");
    }
    std::erase_if(entries_, [](const Entry& entry) { return entry.sink->ended(); });
    return entries_.size() < kMostSinks
               ? Expected<void>()
               : fail(Errc::bad_argument, fmt::format("there are {} sinks already", kMostSinks));
}

Expected<std::uint32_t> TaintSinks::report(const SinkWish& wish, const Selection& selected) {
    return add(wish, selected, false);
}

Expected<std::uint32_t> TaintSinks::stop(const SinkWish& wish, const Selection& selected) {
    return add(wish, selected, true);
}

Expected<std::uint32_t> TaintSinks::add(const SinkWish& wish, const Selection& selected, bool stops) {
    if (auto room = check_room(); !room) {
        return std::unexpected(room.error());
    }
    const auto process = wish.process || wish.any ? wish.process : selected.process;
    auto log = std::make_shared<SinkLog>(
        parts_.scene, fmt::format("taint_{} {}", stops ? "break" : "report", name_of(wish.word)), process);
    Entry entry{.log = log,
                .sink = std::make_shared<TaintSink>(kinds_of(wish.word), stops, log, parts_.engine->vcpu_count())};
    if (auto placed = place(entry); !placed) {
        return std::unexpected(placed.error());
    }
    if (wish.word == SinkWord::write) {
        auto watch =
            parts_.writes ? parts_.writes(process) : fail(Errc::unsupported, "what is written is not followed");
        if (!watch) {
            return std::unexpected(watch.error());
        }
        std::erase_if(entries_, [this](const Entry& other) {
            if (other.writes != nullptr) {
                end(other);
            }
            return other.writes != nullptr;
        });
        entry.writes = *std::move(watch);
    }
    return insert(std::move(entry));
}

Expected<std::uint32_t> TaintSinks::stop(const TaintTarget& target, const Selection& selected) {
    if (auto room = check_room(); !room) {
        return std::unexpected(room.error());
    }
    auto log = std::make_shared<SinkLog>(parts_.scene, "taint_break " + target_text(target), selected.process);
    Entry entry{
        .log = log,
        .sink = std::make_shared<TaintSink>(SinkKinds{SinkKind::memory}, true, log, parts_.engine->vcpu_count()),
        .target = target,
        .selected = selected};
    if (auto placed = place(entry); !placed) {
        return std::unexpected(placed.error());
    }
    return insert(std::move(entry));
}

std::uint32_t TaintSinks::insert(Entry entry) {
    entry.number = ++last_number_;
    end_with_program(entry);
    parts_.engine->sinks().add(entry.sink);
    entries_.push_back(std::move(entry));
    return last_number_;
}

/// Of stores all code counts, of anything else a process's user code.
Expected<void> TaintSinks::place(const Entry& entry) {
    if (entry.target) {
        const auto found = find_taint_place(
            {.machine = parts_.machine, .engine = *parts_.engine, .os = parts_.scene.os, .selected = entry.selected},
            *entry.target);
        if (!found) {
            return std::unexpected(found.error());
        }
        std::vector<emulator::taint::PhysicalRange> ranges;
        for (const auto& piece : found->memory) {
            ranges.push_back({piece.address, piece.size});
        }
        entry.sink->set_memory(std::move(ranges));
    } else if (entry.log->process()) {
        auto spaces = spaces_of(parts_.scene.os, *entry.log->process());
        if (!spaces) {
            return std::unexpected(spaces.error());
        }
        entry.sink->set_spaces(*std::move(spaces));
    }
    return {};
}

/// As far as the kernel lets us hear of that; else refresh() notices.
void TaintSinks::end_with_program(Entry& entry) {
    for (const auto kind : {osi::EventKind::started, osi::EventKind::exited}) {
        auto told = parts_.events != nullptr && entry.log->process()
                        ? parts_.events->subscribe(kind, {.process = entry.log->process()},
                                                   [sink = entry.sink](const osi::Event&) {
                                                       sink->end();
                                                       return emulator::Verdict::go_on;
                                                   })
                        : fail(Errc::unsupported, "");
        if (told) {
            entry.ends.push_back(*std::move(told));
        }
    }
}

void TaintSinks::refresh() {
    for (const auto& entry : entries_) {
        const bool process = entry.log->process().has_value();
        const auto* address = entry.target ? std::get_if<VirtAddr>(&entry.target->where) : nullptr;
        const bool moves = process || (address != nullptr && address->value >> 63 != 0);
        if (entry.sink->ended() || !moves) {
            continue;
        }
        const auto placed = place(entry);
        if (!placed && placed.error().code == Errc::not_found && process) {
            parts_.engine->sinks().end(*entry.sink);
        } else if (!placed && entry.target) {
            entry.sink->set_memory({});  // not in memory any more
        }
    }
}

void TaintSinks::end(const Entry& entry) {
    entry.log->end();
    parts_.engine->sinks().end(*entry.sink);
    for (const auto& subscription : entry.ends) {
        subscription.remove();
    }
}

Expected<void> TaintSinks::remove(std::uint32_t number) {
    const auto found = std::ranges::find(entries_, number, &Entry::number);
    if (found == entries_.end()) {
        return fail(Errc::not_found, fmt::format("there is no sink {}", number));
    }
    end(*found);
    entries_.erase(found);
    return {};
}

void TaintSinks::clear() {
    for (const auto& entry : entries_) {
        end(entry);
    }
    entries_.clear();
    last_number_ = 0;
}

std::string TaintSinks::list() const {
    if (entries_.empty()) {
        return "no sinks\n";
    }
    std::vector<std::vector<std::string>> rows{{"number", "hits", "of", "sink"}};
    for (const auto& entry : entries_) {
        const auto process = entry.log->process();
        rows.push_back({std::to_string(entry.number), entry.writes ? "-" : std::to_string(entry.sink->hits()),
                        entry.sink->ended() ? "gone"
                        : process           ? std::to_string(*process)
                                            : "all",
                        entry.log->name()});
    }
    return table(rows, {.align = "rrr"});
}

Expected<std::string> TaintSinks::lines(std::uint32_t number) const {
    constexpr std::size_t kMostShown = 256;
    const auto found = std::ranges::find(entries_, number, &Entry::number);
    if (found == entries_.end()) {
        return fail(Errc::not_found, fmt::format("there is no sink {}", number));
    }
    const auto lines = found->log->lines();
    if (lines.empty()) {
        return "nothing yet\n";
    }
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& line : lines | std::views::take(kMostShown)) {
        rows.emplace_back(std::to_string(line.hits), line.text);
    }
    return facts_table(rows) +
           (lines.size() > kMostShown ? fmt::format("and {} more\n", lines.size() - kMostShown) : std::string());
}

}  // namespace hvgdb::monitor
