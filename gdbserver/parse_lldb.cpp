// SPDX-License-Identifier: GPL-2.0-or-later
// lldb's packets (https://lldb.llvm.org/resources/lldbgdbremote.html).
#include <charconv>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

Expected<cmd::OwnThread> take_own_thread(std::string_view& rest) {
    constexpr std::string_view kKey = ";thread:";
    const auto at = rest.find(kKey);
    if (at == std::string_view::npos) {
        return cmd::OwnThread{};
    }
    auto id = rest.substr(at + kKey.size());
    if (id.ends_with(';')) {
        id.remove_suffix(1);
    }
    const auto thread = parse_thread(id);
    if (!thread) {
        return fail(Errc::bad_argument, "malformed thread id");
    }
    rest = rest.substr(0, at);
    return thread;
}

Expected<Command> save_registers(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    return rest.empty() ? Command{cmd::SaveRegisters{.thread = *thread}} : Command{cmd::Unknown{}};
}

Expected<Command> restore_registers(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    // The only number in decimal.
    std::uint64_t number = 0;
    const auto read = std::from_chars(rest.begin(), rest.end(), number);
    if (read.ec != std::errc() || read.ptr != rest.end()) {
        return fail(Errc::bad_argument, "malformed number of saved registers");
    }
    return Command{cmd::RestoreRegisters{.number = number, .thread = *thread}};
}

Expected<Command> thread_stop_info(std::string_view rest) {
    const auto thread = parse_thread(rest);
    if (!thread) {
        return fail(Errc::bad_argument, "malformed thread id");
    }
    return Command{cmd::ThreadStopInfo{.thread = *thread}};
}

Expected<Command> memory_region(std::string_view rest) {
    const auto address = parse_hex(rest);
    if (!address) {
        return fail(Errc::bad_argument, "malformed address");
    }
    return Command{cmd::MemoryRegion{.address = VirtAddr{*address}}};
}

// SIZE,PERMISSIONS
Expected<Command> allocate_memory(std::string_view rest) {
    const auto size = parse_hex(take_until(rest, ','));
    if (!size || rest.find_first_not_of("rwx") != std::string_view::npos) {
        return fail(Errc::bad_argument, "malformed size or permissions");
    }
    return Command{cmd::AllocateMemory{.size = *size, .execute = rest.contains('x')}};
}

Expected<Command> release_memory(std::string_view rest) {
    const auto address = parse_hex(rest);
    if (!address) {
        return fail(Errc::bad_argument, "malformed address");
    }
    return Command{cmd::ReleaseMemory{.address = VirtAddr{*address}}};
}

}  // namespace hvgdb::gdbserver::parsers
