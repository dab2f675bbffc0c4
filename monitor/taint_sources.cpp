// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_sources.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "emulator/overloaded.hpp"
#include "monitor/text.hpp"
#include "osi/call_buffer.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::Verdict;
using osi::EventKind;

constexpr std::size_t kLongestPath = 256;

osi::EventFilter filter_of(const TaintSource& source) {
    osi::CallFilter calls{.moves = osi::DataDirection::in, .moved = true};
    if (const auto* file = std::get_if<TaintSource::File>(&source.what)) {
        calls.file = file->path;
    } else if (const auto* descriptor = std::get_if<TaintSource::Descriptor>(&source.what)) {
        calls.descriptor = descriptor->number;
    }
    return {.process = source.process, .calls = std::move(calls)};
}

std::string input_text(const InputLabels& labels) {
    return labels.positional ? fmt::format("labels from {} on", labels.label) : fmt::format("label {}", labels.label);
}

/// "/etc/passwd in 812"
std::string source_text(const TaintSource& source) {
    const auto whose = source.process ? fmt::format("in {}", *source.process) : std::string("in any process");
    return std::visit(
        Overloaded{
            [&](const TaintSource::File& file) { return shortened(file.path, kLongestPath) + " " + whose; },
            [&](const TaintSource::Descriptor& it) { return fmt::format("fd {} {}", it.number, whose); },
            [](const TaintSource::Arguments& it) { return "arguments of " + shortened(it.program, kLongestPath); },
        },
        source.what);
}

/// "what 812 reads from /etc/passwd"
std::string long_text(const TaintSource& source) {
    const auto whose = source.process ? fmt::format("process {}", *source.process) : std::string("any process");
    return std::visit(Overloaded{
                          [&](const TaintSource::File& file) {
                              return fmt::format("what {} reads from {}", whose, shortened(file.path, kLongestPath));
                          },
                          [&](const TaintSource::Descriptor& it) {
                              return fmt::format("what {} reads from descriptor {}", whose, it.number);
                          },
                          [](const TaintSource::Arguments& it) {
                              return "arguments with which " + shortened(it.program, kLongestPath) + " is started";
                          },
                      },
                      source.what);
}

}  // namespace

Expected<void> TaintSources::add(TaintSource source) {
    if (events_ == nullptr || os_ == nullptr || engine_ == nullptr) {
        return fail(Errc::unsupported, "not available here");
    }
    std::erase_if(sources_, [](const Armed& armed) {
        if (*armed.ended) {
            disarm(armed);
        }
        return armed.ended->load();
    });
    if (sources_.size() >= kMostSources) {
        return fail(Errc::bad_argument, fmt::format("there are {} sources already", kMostSources));
    }
    Armed armed{.number = last_number_ + 1, .source = std::move(source)};
    if (auto subscribed = subscribe(armed); !subscribed) {
        return subscribed;
    }
    end_with_process(armed);
    ++last_number_;
    sources_.push_back(std::move(armed));
    return {};
}

Expected<void> TaintSources::subscribe(Armed& armed) {
    const auto* program = std::get_if<TaintSource::Arguments>(&armed.source.what);
    const auto kind = program != nullptr ? EventKind::started : EventKind::syscall_returned;
    auto filter = program != nullptr ? osi::EventFilter{} : filter_of(armed.source);
    const auto name = program != nullptr ? program->program : std::string();
    auto subscription = events_->subscribe(
        kind, std::move(filter), [queue = queue_, number = armed.number, name](const osi::Event& event) {
            const auto* started = std::get_if<osi::event::Started>(&event.what);
            const bool wanted = started == nullptr || osi::is_start_of(*started, name);
            return wanted && queue->put(number, event) ? Verdict::stop : Verdict::go_on;
        });
    if (!subscription) {
        return std::unexpected(std::move(subscription.error()));
    }
    armed.subscriptions.push_back(*std::move(subscription));
    return {};
}

/// Its number may be given to another one.
void TaintSources::end_with_process(Armed& armed) {
    if (!armed.source.process) {
        return;
    }
    auto subscription =
        events_->subscribe(EventKind::exited, {.process = armed.source.process},
                           [ended = armed.ended, reading = armed.subscriptions.front()](const osi::Event&) {
                               *ended = true;
                               reading.remove();
                               return Verdict::go_on;
                           });
    if (subscription) {
        armed.subscriptions.push_back(*std::move(subscription));
    }
}

void TaintSources::disarm(const Armed& armed) {
    for (const auto& subscription : armed.subscriptions) {
        subscription.remove();
    }
}

Expected<void> TaintSources::remove(std::uint32_t number) {
    const auto found = std::ranges::find(sources_, number, &Armed::number);
    if (found == sources_.end()) {
        return fail(Errc::not_found, fmt::format("there is no source {}", number));
    }
    disarm(*found);
    sources_.erase(found);
    return {};
}

void TaintSources::clear() {
    for (const auto& armed : sources_) {
        disarm(armed);
    }
    sources_.clear();
    last_number_ = 0;
    queue_ = std::make_shared<EventQueue>();
}

void TaintSources::label_arrived() {
    for (const auto& [number, event] : queue_->take()) {
        const auto found = std::ranges::find(sources_, number, &Armed::number);
        if (found != sources_.end()) {
            label(*found, event);
        }
    }
}

void TaintSources::label(Armed& armed, const osi::Event& event) {
    ++armed.arrivals;
    const ProcessTaint where{.os = *os_, .engine = *engine_, .process = event.pid};
    LabelCount done;
    if (event.kind == EventKind::started) {
        const auto area = os_->argument_area(event.pid);
        done = area ? label_strings(where, *area, armed.source.labels) : LabelCount{};
    } else {
        done = label_call(armed, event);
    }
    armed.labels.labelled += done.labelled;
    armed.labels.missed += done.missed;
}

LabelCount TaintSources::label_call(Armed& armed, const osi::Event& event) {
    const auto* returned = std::get_if<osi::event::SyscallReturned>(&event.what);
    const auto call = returned != nullptr ? osi::find_data_call(returned->number, returned->compat) : std::nullopt;
    if (!call || returned->result <= 0) {
        return {};
    }
    const auto size = std::min(static_cast<std::uint64_t>(returned->result), osi::kMostCallBytes);
    const auto before = armed.in_order;
    armed.in_order += osi::only_peeks(*call, returned->arguments) ? 0 : size;
    auto position = before;
    if (const auto& file = returned->file; file && call->position != osi::DataCall::Position::none) {
        const auto given = osi::given_position(*call, returned->arguments);
        position = given ? *given : file->position >= size ? file->position - size : before;
    }
    const auto pieces = osi::buffer_of_call(*os_, event.pid, *call, returned->arguments, size);
    const ProcessTaint where{.os = *os_, .engine = *engine_, .process = event.pid};
    return pieces ? label_buffer(where, *pieces, armed.source.labels, position)
                  : LabelCount{.labelled = 0, .missed = size};
}

std::string TaintSources::added_report() const {
    const auto& armed = sources_.back();
    const bool many = std::holds_alternative<TaintSource::Arguments>(armed.source.what);
    return paragraph(fmt::format("source {}: {} {} {}", armed.number, long_text(armed.source), many ? "get" : "gets",
                                 input_text(armed.source.labels)));
}

std::string TaintSources::report() const {
    if (sources_.empty()) {
        return "no sources\n";
    }
    std::vector<std::vector<std::string>> rows{{"number", "arrivals", "bytes", "missed", "source"}};
    for (const auto& armed : sources_) {
        rows.push_back(
            {std::to_string(armed.number), std::to_string(armed.arrivals), std::to_string(armed.labels.labelled),
             std::to_string(armed.labels.missed),
             (*armed.ended ? "ended: " : "") + source_text(armed.source) + ": " + input_text(armed.source.labels)});
    }
    return table(rows, {.align = "rrrr"});
}

}  // namespace hvgdb::monitor
