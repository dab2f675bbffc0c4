// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <variant>

#include "monitor/linux_names.hpp"
#include "monitor/process_words.hpp"
#include "monitor/signal_text.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestPath = 256;
constexpr std::string_view kLeftOut = "...";

std::string quoted(std::string_view text, std::size_t limit) {
    std::string out = "\"";
    for (const char letter : printable(text.substr(0, limit))) {
        out.append(letter == '"' || letter == '\\' ? "\\" : "").push_back(letter);
    }
    return out.append(text.size() > limit ? kLeftOut : "") + '"';
}

/// The first of them.
std::string arguments_text(const std::vector<std::string>& arguments) {
    constexpr std::size_t kMost = 32;
    constexpr std::size_t kLongest = 128;
    constexpr std::size_t kMostBytes = 256;
    std::string out;
    std::size_t shown = 0;
    for (; shown < std::min(arguments.size(), kMost) && out.size() < kMostBytes; ++shown) {
        out.append(" ").append(quoted(arguments[shown], kLongest));
    }
    return shown < arguments.size() ? out.append(" ").append(kLeftOut) : out;
}

std::string path_text(std::string_view path) {
    return path.empty() ? "a program whose path is unreadable" : shortened(path, kLongestPath);
}

/// Small numbers are decimal, and so are small negative ones of 32 or 64 bits.
std::string argument_text(std::uint64_t value) {
    constexpr std::int64_t kSmall = 4096;
    const bool half = (value >> 32) == 0;
    const auto number = half ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
    return number > -kSmall && number < kSmall ? std::to_string(number) : fmt::format("{:#x}", value);
}

std::string result_text(std::int64_t result) {
    constexpr std::int64_t kLargestError = 4095;
    constexpr std::int64_t kLargestDecimal = 0xff'ffff;
    if (result < 0 && result >= -kLargestError) {
        const auto name = error_name(static_cast<std::uint64_t>(-result));
        return name.empty() ? std::to_string(result) : fmt::format("{} ({})", result, name);
    }
    return result >= 0 && result <= kLargestDecimal ? std::to_string(result)
                                                    : fmt::format("{:#x}", static_cast<std::uint64_t>(result));
}

std::string call_text(std::uint64_t number, const SystemCallName& call) {
    return call.name.empty() ? fmt::format("system call {}", number) : std::string(call.name);
}

/// VM_* (include/linux/mm.h) as /proc/PID/maps shows them.
std::string mode_text(std::uint64_t flags) {
    std::string mode = "---p";
    for (std::size_t bit = 0; bit < 3; ++bit) {
        mode[bit] = (flags >> bit & 1) != 0 ? "rwx"[bit] : '-';
    }
    constexpr std::uint64_t kShared = 8;
    mode[3] = (flags & kShared) != 0 ? 's' : 'p';
    return mode;
}

std::string range_text(VirtAddr start, std::uint64_t length) {
    return fmt::format("{:#x}, {}", start.value, size_text(length));
}

struct Words {
    std::string operator()(const osi::event::Started& it) const {
        return "started " + path_text(it.path) + arguments_text(it.arguments);
    }
    std::string operator()(const osi::event::Forked& it) const {
        return fmt::format("{} {}", it.vfork ? "vforked" : "forked", it.child);
    }
    std::string operator()(const osi::event::ThreadCreated& it) const {
        return fmt::format("made thread {}", it.thread);
    }
    std::string operator()(const osi::event::ThreadExited& it) const { return "thread " + status_text(it.status); }
    std::string operator()(const osi::event::Exited& it) const { return status_text(it.status); }
    std::string operator()(const osi::event::Gone& it) const { return fmt::format("{} is gone", it.process); }
    std::string operator()(const osi::event::Mapped& it) const {
        auto text = fmt::format("mapped {} {}", range_text(it.start, it.length), mode_text(it.flags));
        return it.path.empty() ? text
                               : text + fmt::format(" of {} from {:#x}", shortened(it.path, kLongestPath), it.offset);
    }
    std::string operator()(const osi::event::Unmapped& it) const {
        return "unmapped " + range_text(it.start, it.length);
    }
    std::string operator()(const osi::event::Signal& it) const { return signal_text(it); }
    std::string operator()(const osi::event::SyscallEntered& it) const {
        const auto call = system_call_name(it.number, it.compat);
        std::string arguments;
        for (std::size_t index = 0; index < std::min<std::size_t>(call.arguments, it.arguments.size()); ++index) {
            arguments.append(index == 0 ? "" : ", ").append(argument_text(it.arguments.at(index)));
        }
        return fmt::format("{}({}) entered", call_text(it.number, call), arguments);
    }
    std::string operator()(const osi::event::SyscallReturned& it) const {
        const auto call = system_call_name(it.number, it.compat);
        return fmt::format("{} = {}", call_text(it.number, call), result_text(it.result));
    }
    std::string operator()(const osi::event::Switched& it) const {
        return it.thread == 0 ? "the CPU goes idle" : fmt::format("the CPU goes to {}.{}", it.process, it.thread);
    }
};

}  // namespace

std::string event_text(const osi::Event& event) {
    const auto words = std::visit(Words{}, event.what);
    return shortened(fmt::format("[{}.{}] {}: {}", event.pid, event.tid,
                                 event.command.empty() ? "?" : short_name(event.command), words),
                     kLongestEventText - kLeftOut.size());
}

}  // namespace hvgdb::monitor
