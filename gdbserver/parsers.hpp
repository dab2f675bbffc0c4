// SPDX-License-Identifier: GPL-2.0-or-later
// What reads each packet. All get what follows the packet's name in the table and fail with `bad_argument`.
#pragma once

#include <string_view>

#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver::parsers {

/// For packets without arguments.
template <typename C>
Expected<Command> none(std::string_view /*rest*/) {
    return Command{C{}};
}

// parse_session.cpp
Expected<Command> supported(std::string_view rest);
Expected<Command> non_stop(std::string_view rest);
Expected<Command> monitor(std::string_view rest);
Expected<Command> transfer(std::string_view rest);
Expected<Command> set_step_flags(std::string_view rest);
Expected<Command> set_physical_mode(std::string_view rest);

// parse_threads.cpp
Expected<Command> attached(std::string_view rest);
Expected<Command> attach(std::string_view rest);
Expected<Command> detach(std::string_view rest);
Expected<Command> kill_process(std::string_view rest);
Expected<Command> select_thread(std::string_view rest);
Expected<Command> thread_alive(std::string_view rest);
Expected<Command> thread_extra_info(std::string_view rest);

// parse_memory.cpp
Expected<Command> read_registers(std::string_view rest);
Expected<Command> write_registers(std::string_view rest);
Expected<Command> read_register(std::string_view rest);
Expected<Command> write_register(std::string_view rest);
Expected<Command> read_memory(std::string_view rest);
Expected<Command> read_memory_binary(std::string_view rest);
Expected<Command> write_memory(std::string_view rest);
Expected<Command> write_memory_binary(std::string_view rest);
Expected<Command> insert_point(std::string_view rest);
Expected<Command> remove_point(std::string_view rest);

// parse_lldb.cpp
Expected<Command> save_registers(std::string_view rest);
Expected<Command> restore_registers(std::string_view rest);
Expected<Command> thread_stop_info(std::string_view rest);
Expected<Command> memory_region(std::string_view rest);
Expected<Command> allocate_memory(std::string_view rest);
Expected<Command> release_memory(std::string_view rest);
/// Cuts `;thread:ID;` off the end of `rest`, if it is there.
Expected<cmd::OwnThread> take_own_thread(std::string_view& rest);

// parse_files.cpp
Expected<Command> select_file_system(std::string_view rest);
Expected<Command> open_file(std::string_view rest);
Expected<Command> close_file(std::string_view rest);
Expected<Command> read_file(std::string_view rest);
Expected<Command> open_file_status(std::string_view rest);
Expected<Command> file_status(std::string_view rest);
Expected<Command> link_status(std::string_view rest);
Expected<Command> read_link(std::string_view rest);
Expected<Command> file_exists(std::string_view rest);
Expected<Command> file_size(std::string_view rest);
Expected<Command> file_mode(std::string_view rest);

// parse_events.cpp
Expected<Command> catch_syscalls(std::string_view rest);
Expected<Command> pass_signals(std::string_view rest);
Expected<Command> program_signals(std::string_view rest);
Expected<Command> thread_events(std::string_view rest);

// parse_starts.cpp
Expected<Command> run(std::string_view rest);
Expected<Command> attach_by_name(std::string_view rest);
Expected<Command> attach_when_started(std::string_view rest);
Expected<Command> attach_or_wait(std::string_view rest);
/// 0 or 1.
Expected<Command> launch_switch(std::string_view rest);
/// Anything in hexadecimal.
Expected<Command> launch_text(std::string_view rest);

// parse_resume.cpp
Expected<Command> resume(std::string_view rest);
Expected<Command> go(std::string_view rest);
Expected<Command> step(std::string_view rest);
Expected<Command> go_with_signal(std::string_view rest);
Expected<Command> step_with_signal(std::string_view rest);

}  // namespace hvgdb::gdbserver::parsers
