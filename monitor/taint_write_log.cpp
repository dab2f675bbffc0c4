// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_write_log.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "emulator/taint/shadow_memory.hpp"
#include "monitor/linux_names.hpp"
#include "monitor/process_words.hpp"
#include "monitor/taint_ranges.hpp"
#include "monitor/text.hpp"
#include "osi/call_buffer.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::Verdict;
using emulator::taint::ShadowMemory;

/// On the vCPU's thread: what needs no physical address. `false` is certain.
bool may_be_tainted(const ShadowMemory& memory, const osi::DataCall& call, const osi::CallArguments& arguments) {
    if (memory.clean()) {
        return false;
    }
    const auto size = arguments[2];
    if (call.buffer != osi::DataCall::Buffer::bytes || size >= emulator::taint::kPageSize) {
        return true;
    }
    for (std::uint64_t at = 0; at < size; at += emulator::taint::kGranule) {
        const auto count = std::min<std::uint64_t>(emulator::taint::kGranule, size - at);
        if (memory.maybe_tainted(arguments[1] + at, static_cast<std::size_t>(count))) {
            return true;
        }
    }
    return false;
}

/// " (/tmp/out)"
std::string file_text(osi::Os& os, osi::ProcessId pid, std::uint64_t descriptor) {
    constexpr std::size_t kLongestPath = 256;
    const auto files = os.open_files(pid);
    if (!files) {
        return "";
    }
    const auto found = std::ranges::find_if(*files, [&](const auto& file) { return file.number == descriptor; });
    return found == files->end() || found->name.empty() ? "" : " (" + shortened(found->name, kLongestPath) + ")";
}

}  // namespace

TaintWriteLog::TaintWriteLog(osi::Events* events, osi::Os* os, emulator::taint::Engine* engine, EventLog::Print print,
                             EventLog::Clock clock)
    : events_(events), os_(os), engine_(engine), print_(std::move(print)), clock_(std::move(clock)) {}

Expected<void> TaintWriteLog::start(std::optional<osi::ProcessId> process) {
    if (events_ == nullptr || os_ == nullptr || engine_ == nullptr || !print_) {
        return fail(Errc::unsupported, "not available here");
    }
    auto subscription = events_->subscribe(
        osi::EventKind::syscall_entered,
        {.process = process, .calls = osi::CallFilter{.moves = osi::DataDirection::out}},
        [queue = queue_, engine = engine_](const osi::Event& event) {
            const auto* entered = std::get_if<osi::event::SyscallEntered>(&event.what);
            const auto call = entered != nullptr ? osi::find_data_call(entered->number, entered->compat) : std::nullopt;
            return call && may_be_tainted(engine->memory(), *call, entered->arguments) && queue->put(0, event)
                       ? Verdict::stop
                       : Verdict::go_on;
        });
    if (!subscription) {
        return std::unexpected(std::move(subscription.error()));
    }
    clear();
    subscription_ = *std::move(subscription);
    subscribed_ = true;
    process_ = process;
    began_ = clock_();
    return {};
}

void TaintWriteLog::clear() {
    subscription_.remove();
    subscription_ = {};
    subscribed_ = false;
    process_.reset();
    (void)queue_->take();
}

void TaintWriteLog::tell_arrived() {
    for (const auto& [owner, event] : queue_->take()) {
        tell(event);
    }
}

void TaintWriteLog::tell(const osi::Event& event) {
    const auto* entered = std::get_if<osi::event::SyscallEntered>(&event.what);
    const auto call = entered != nullptr ? osi::find_data_call(entered->number, entered->compat) : std::nullopt;
    const auto pieces = call ? osi::buffer_of_call(*os_, event.pid, *call, entered->arguments, std::nullopt)
                             : fail(Errc::bad_argument, "");
    if (!pieces) {
        return;
    }
    constexpr std::size_t kMostRanges = 4096;
    const ProcessTaint where{.os = *os_, .engine = *engine_, .process = event.pid};
    const auto tainted = tainted_ranges(where, *pieces, kMostRanges);
    if (tainted.ranges.empty()) {
        return;
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(clock_() - began_);
    const auto descriptor = static_cast<std::uint32_t>(entered->arguments[0]);
    const auto line =
        fmt::format("{:>6} ms [{}.{}] {}: {} to {}{} of {}", age.count(), event.pid, event.tid,
                    short_name(event.command), system_call_name(call->number, call->compat).name, descriptor,
                    file_text(*os_, event.pid, descriptor), ranges_text(engine_->labels(), tainted, kMostShownRanges));
    constexpr std::size_t kRoom = 4;  // for "..." and the newline
    print_(shortened(line, kLongestLine - kRoom) + "\n");
}

}  // namespace hvgdb::monitor
