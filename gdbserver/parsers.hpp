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
Expected<Command> write_registers(std::string_view rest);
Expected<Command> read_register(std::string_view rest);
Expected<Command> write_register(std::string_view rest);
Expected<Command> read_memory(std::string_view rest);
Expected<Command> read_memory_binary(std::string_view rest);
Expected<Command> write_memory(std::string_view rest);
Expected<Command> write_memory_binary(std::string_view rest);
Expected<Command> insert_point(std::string_view rest);
Expected<Command> remove_point(std::string_view rest);

// parse_resume.cpp
Expected<Command> resume(std::string_view rest);
Expected<Command> go(std::string_view rest);
Expected<Command> step(std::string_view rest);
Expected<Command> go_with_signal(std::string_view rest);
Expected<Command> step_with_signal(std::string_view rest);

}  // namespace hvgdb::gdbserver::parsers
