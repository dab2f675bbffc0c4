// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor language as PEGTL rules, and what people call them. Slow to compile: for parse.cpp and the grammar's
// test.
#pragma once

#include <cstddef>
#include <string_view>
#include <tao/pegtl/ascii.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>
#include <tao/pegtl/rules.hpp>

#include "monitor/command_table.hpp"

// NOLINTBEGIN(readability-identifier-naming): rules are in lower case, as PEGTL's own are.
namespace hvgdb::monitor::grammar {

namespace peg = tao::pegtl;

// Words and numbers

struct word_character : peg::sor<peg::alnum, peg::one<'_'>> {};
struct end_of_word : peg::not_at<word_character> {};
struct blank : peg::one<' ', '\t', '\r', '\n'> {};
struct blanks : peg::plus<blank> {};
struct end_of_line : peg::eof {};

struct hexadecimal : peg::seq<peg::string<'0', 'x'>, peg::plus<peg::xdigit>> {};
struct decimal : peg::plus<peg::digit> {};
struct number : peg::seq<peg::sor<hexadecimal, decimal>, end_of_word> {};

/// A command's name, from the table.
template <CommandId id>
struct command_word {
    using rule_t = command_word;
    using subs_t = peg::empty_list;

    template <typename Input>
    static bool match(Input& in) {
        constexpr std::string_view name = spec(id).name;
        if (std::string_view(in.current(), in.size(name.size())).starts_with(name)) {
            in.bump_in_this_line(name.size());
            return true;
        }
        return false;
    }
};
template <CommandId id>
struct command_name : peg::seq<command_word<id>, end_of_word> {};

// Arguments

struct address : number {};
struct identifier
    : peg::seq<peg::sor<peg::alpha, peg::one<'_'>>, peg::star<peg::sor<word_character, peg::one<'.', '-'>>>> {};
struct register_name : peg::seq<peg::opt<peg::one<'$'>>, identifier> {};
struct starred_address : peg::seq<peg::one<'*'>, address> {};
struct target : peg::sor<starred_address, register_name> {};
struct bare_address : number {};
struct any_address : peg::sor<bare_address, starred_address, register_name> {};
struct label : number {};
struct process : number {};
struct process_name : peg::plus<peg::not_one<' ', '\t', '\r', '\n'>> {};
struct scope_any : peg::seq<TAO_PEGTL_STRING("any"), end_of_word> {};
struct scope_here : peg::seq<TAO_PEGTL_STRING("here"), end_of_word> {};
struct scope_root : number {};
struct scope_choice : peg::sor<scope_any, scope_here, scope_root> {};

/// At the end of the line the argument itself is missed, not the blanks before it.
template <typename Argument>
struct required : peg::seq<peg::sor<peg::at<peg::eof>, blanks>, Argument> {};
template <typename Argument>
struct optional : peg::opt<blanks, Argument> {};

// Lines, without blanks at their ends

template <CommandId id, typename... Arguments>
struct line : peg::seq<command_name<id>, Arguments..., peg::star<blank>, end_of_line> {};

struct check_taint : line<CommandId::check_taint, required<target>> {};
struct get_taint : line<CommandId::get_taint, required<target>> {};
struct taint : line<CommandId::taint, required<target>, required<label>> {};
struct meminfo : line<CommandId::meminfo, optional<process>> {};
struct procinfo : line<CommandId::procinfo, optional<process>> {};
struct proclist : line<CommandId::proclist, optional<process_name>> {};
struct threadinfo : line<CommandId::threadinfo, optional<process>> {};
struct vcpus : line<CommandId::vcpus> {};
struct translate : line<CommandId::translate, required<any_address>> {};
struct sites : line<CommandId::sites> {};
struct scope : line<CommandId::scope, optional<scope_choice>> {};
struct version : line<CommandId::version> {};

template <CommandId id>
struct topic : command_name<id> {};
struct help_topic
    : peg::sor<topic<CommandId::check_taint>, topic<CommandId::get_taint>, topic<CommandId::taint>,
               topic<CommandId::meminfo>, topic<CommandId::procinfo>, topic<CommandId::proclist>,
               topic<CommandId::threadinfo>, topic<CommandId::vcpus>, topic<CommandId::translate>,
               topic<CommandId::sites>, topic<CommandId::scope>, topic<CommandId::version>, topic<CommandId::help>> {};
struct help : line<CommandId::help, optional<help_topic>> {};

struct command : peg::sor<check_taint, get_taint, taint, meminfo, procinfo, proclist, threadinfo, vcpus, translate,
                          sites, scope, version, help> {};

// NOLINTEND(readability-identifier-naming)

// What people call them

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
inline constexpr Expectation kExpectation<command_name<id>>{spec(id).name, true};
template <CommandId id>
inline constexpr Expectation kExpectation<topic<id>>{spec(id).name, true};
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
inline constexpr Expectation kExpectation<label>{"a label (a number, example: 3)"};
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

}  // namespace hvgdb::monitor::grammar

namespace tao::pegtl {
template <typename Name, hvgdb::monitor::CommandId id>
struct analyze_traits<Name, hvgdb::monitor::grammar::command_word<id>> : analyze_any_traits<> {};
}  // namespace tao::pegtl
