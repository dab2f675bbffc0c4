// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/os_thread.hpp"

#include <string_view>

namespace hvgdb::gdbserver {

namespace {

/// The words of ps(1) for the letters.
std::string_view state_word(char state) {
    switch (state) {
        case 'R':
            return "runnable";
        case 'S':
            return "sleeping";
        case 'D':
            return "uninterruptible";
        case 'T':
            return "stopped";
        case 't':
            return "traced";
        case 'X':
            return "dead";
        case 'Z':
            return "zombie";
        case 'I':
            return "idle";
        default:
            return "unknown";
    }
}

}  // namespace

ThreadInfo describe_thread(const osi::Thread& thread) {
    return {.tid = thread.tid,
            .core = thread.vcpu ? thread.vcpu->index : thread.cpu.value_or(0),
            .vcpu = thread.vcpu,
            .name = thread.command,
            .state = std::string(thread.vcpu ? "running" : state_word(thread.state))};
}

}  // namespace hvgdb::gdbserver
