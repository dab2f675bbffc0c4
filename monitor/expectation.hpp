// SPDX-License-Identifier: GPL-2.0-or-later
// What people call the rules of the monitor language. Slow to compile, as the grammar is.
#pragma once

#include <string_view>

#include "monitor/grammar.hpp"

namespace hvgdb::monitor::grammar {

/// One thing that would have been right at some place of the line.
struct Expectation {
    std::string_view name;
    bool literal = false;  ///< the very characters to type, not a description

    friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// Rules without a name are never spoken of.
template <typename Rule>
inline constexpr Expectation kExpectation{};
template <CommandId id>
inline constexpr Expectation kExpectation<command_name<id>>{name_of(id), true};
template <CommandId id>
inline constexpr Expectation kExpectation<topic<id>>{name_of(id), true};
template <JsonTopic topic>
inline constexpr Expectation kExpectation<json_word<topic>>{name_of(topic), true};
template <EventWord word>
inline constexpr Expectation kExpectation<event_word<word>>{name_of(word), true};
template <osi::StopAt where>
inline constexpr Expectation kExpectation<stop_word<where>>{name_of(where), true};
template <SinkWord word>
inline constexpr Expectation kExpectation<sink_word<word>>{name_of(word), true};
template <PolicyPart part>
inline constexpr Expectation kExpectation<policy_part<part>>{name_of(part), true};
template <PolicyPart part, PointerTaint choice>
inline constexpr Expectation kExpectation<pointer_choice<part, choice>>{name_of(choice), true};
template <char quote>
inline constexpr Expectation kExpectation<quoted_text<quote>>{"a name between the quotes"};
template <char quote>
inline constexpr Expectation kExpectation<closing_quote<quote>>{"a closing quote"};
template <>
inline constexpr Expectation kExpectation<events_on>{"on", true};
template <>
inline constexpr Expectation kExpectation<events_off>{"off", true};
template <>
inline constexpr Expectation kExpectation<event_whom>{"a process number or name (example: sshd)"};
template <>
inline constexpr Expectation kExpectation<program>{"a program (example: /bin/sh)"};
template <>
inline constexpr Expectation kExpectation<blanks>{"a blank"};
template <>
inline constexpr Expectation kExpectation<end_of_line>{"the end of the line"};
template <>
inline constexpr Expectation kExpectation<address>{"a number (example: 0x55555555)"};
template <>
inline constexpr Expectation kExpectation<target>{"an address (example: *0x55555555) or a register name"};
template <>
inline constexpr Expectation kExpectation<any_address>{"an address (example: 0x55555555) or a register name"};
template <>
inline constexpr Expectation kExpectation<target_place>{
    "a number (example: 0x55555555) or the name of a kernel symbol (example: jiffies)"};
template <>
inline constexpr Expectation kExpectation<target_offset>{"an offset (a number, example: 0x10)"};
template <>
inline constexpr Expectation kExpectation<target_length>{"how many bytes (example: 16)"};
template <>
inline constexpr Expectation kExpectation<label>{"a label (a number, example: 3)"};
template <>
inline constexpr Expectation kExpectation<label_positional>{"positional", true};
template <>
inline constexpr Expectation kExpectation<first_label>{"the first label (a number, example: 0)"};
template <>
inline constexpr Expectation kExpectation<all_targets>{"all", true};
template <>
inline constexpr Expectation kExpectation<source_process>{"a process number (example: 812)"};
template <>
inline constexpr Expectation kExpectation<source_any>{"any", true};
template <>
inline constexpr Expectation kExpectation<source_file>{"a file (example: /etc/passwd)"};
template <>
inline constexpr Expectation kExpectation<source_descriptor>{"a file descriptor (example: 0)"};
template <>
inline constexpr Expectation kExpectation<source_program>{"a program (example: /bin/sh)"};
template <>
inline constexpr Expectation kExpectation<source_number>{"the number of a source (example: 1)"};
template <>
inline constexpr Expectation kExpectation<sink_memory>{"an address (example: *0x55555555)"};
template <>
inline constexpr Expectation kExpectation<sink_number>{"the number of a sink (example: 1)"};
template <>
inline constexpr Expectation kExpectation<conditions_on>{"on", true};
template <>
inline constexpr Expectation kExpectation<conditions_off>{"off", true};
template <>
inline constexpr Expectation kExpectation<process>{"a process number (example: 812)"};
template <>
inline constexpr Expectation kExpectation<process_name>{"a process name (example: sshd)"};
template <>
inline constexpr Expectation kExpectation<scope_any>{"any", true};
template <>
inline constexpr Expectation kExpectation<scope_here>{"here", true};
template <>
inline constexpr Expectation kExpectation<scope_root>{"a page-table root (example: 0x1000000)"};
template <>
inline constexpr Expectation kExpectation<proclist_flat>{"flat", true};
template <>
inline constexpr Expectation kExpectation<proclist_tree>{"tree", true};
template <>
inline constexpr Expectation kExpectation<symbol>{
    "the name of a kernel symbol (example: do_exit) or an address (example: 0xffffffff81000000)"};
template <>
inline constexpr Expectation kExpectation<pointed_address>{"a number (example: 0xffffffff81000000)"};
template <>
inline constexpr Expectation kExpectation<listed_symbol>{kExpectation<symbol>};
template <>
inline constexpr Expectation kExpectation<hook_process>{"a process number (example: 812)"};
template <>
inline constexpr Expectation kExpectation<hook_kernel>{"kernel", true};
template <>
inline constexpr Expectation kExpectation<hook_where>{
    "the name of a function (example: malloc) or an address (example: *0x55555555)"};
template <>
inline constexpr Expectation kExpectation<hook_address>{"a number (example: 0x55555555)"};
template <>
inline constexpr Expectation kExpectation<hook_number>{"the number of a hook (example: 1)"};
template <>
inline constexpr Expectation kExpectation<thread_number>{"a thread number (example: 812)"};
template <>
inline constexpr Expectation kExpectation<vcpu_number>{"a vCPU's number (example: 0)"};
template <>
inline constexpr Expectation kExpectation<byte_count>{"how many bytes (example: 64)"};
template <>
inline constexpr Expectation kExpectation<guest_path>{"a path (example: /bin/sh)"};

}  // namespace hvgdb::monitor::grammar
