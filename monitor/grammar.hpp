// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor language as PEGTL rules. Slow to compile: for parse.cpp and the grammar's test.
#pragma once

#include <cstddef>
#include <string_view>
#include <tao/pegtl/ascii.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>
#include <tao/pegtl/rules.hpp>
#include <utility>

#include "monitor/command_table.hpp"
#include "monitor/json_topic.hpp"

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

/// A word of a table: `name_of(id)`.
template <auto id>
struct table_word {
    using rule_t = table_word;
    using subs_t = peg::empty_list;

    template <typename Input>
    static bool match(Input& in) {
        constexpr std::string_view name = name_of(id);
        if (std::string_view(in.current(), in.size(name.size())).starts_with(name)) {
            in.bump_in_this_line(name.size());
            return true;
        }
        return false;
    }
};
template <CommandId id>
struct command_name : peg::seq<table_word<id>, end_of_word> {};

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
struct any_word : peg::plus<peg::not_one<' ', '\t', '\r', '\n'>> {};
struct process_name : any_word {};
struct proclist_flat : peg::seq<TAO_PEGTL_STRING("flat"), peg::at<peg::sor<blank, peg::eof>>> {};
struct proclist_tree : peg::seq<TAO_PEGTL_STRING("tree"), peg::at<peg::sor<blank, peg::eof>>> {};
struct proclist_shape : peg::sor<proclist_flat, proclist_tree> {};
struct symbol_name : peg::seq<peg::at<peg::sor<peg::alpha, peg::one<'_', '.'>>>, any_word> {};
struct symbol_address : number {};
struct symbol_register : peg::seq<peg::one<'$'>, identifier> {};
struct pointed_address : number {};
struct starred_symbol_address : peg::seq<peg::one<'*'>, pointed_address> {};
struct listed_symbol : peg::sor<symbol_address, symbol_name> {};
struct symbol : peg::sor<symbol_address, starred_symbol_address, symbol_register, symbol_name> {};
struct scope_any : peg::seq<TAO_PEGTL_STRING("any"), end_of_word> {};
struct scope_here : peg::seq<TAO_PEGTL_STRING("here"), end_of_word> {};
struct scope_root : number {};
struct scope_choice : peg::sor<scope_any, scope_here, scope_root> {};

/// At the end of the line the argument itself is missed, not the blanks before it.
template <typename Argument>
struct required : peg::seq<peg::sor<peg::at<peg::eof>, blanks>, Argument> {};
template <typename Argument>
struct optional : peg::opt<blanks, Argument> {};

// What osjson can be asked for

template <JsonTopic topic>
struct json_word : peg::seq<table_word<topic>, end_of_word> {};
template <JsonTopic topic, typename... Arguments>
struct json_topic : peg::seq<json_word<topic>, required<Arguments>...> {};
struct thread_number : number {};
struct vcpu_number : number {};
struct byte_count : number {};
struct json_symbols
    : peg::seq<json_word<JsonTopic::symbols>, peg::plus<peg::sor<peg::at<peg::eof>, blanks>, listed_symbol>> {};
struct json_request
    : peg::sor<json_topic<JsonTopic::facts>, json_topic<JsonTopic::processes>, json_topic<JsonTopic::modules>,
               json_topic<JsonTopic::benchmark>, json_topic<JsonTopic::threads, process>,
               json_topic<JsonTopic::mappings, process>, json_topic<JsonTopic::files, process>,
               json_topic<JsonTopic::executable, process>, json_topic<JsonTopic::cwd, process>,
               json_topic<JsonTopic::arguments, process>, json_topic<JsonTopic::environment, process>,
               json_topic<JsonTopic::auxv, process>, json_topic<JsonTopic::registers, thread_number>,
               json_topic<JsonTopic::current, vcpu_number>, json_symbols,
               json_topic<JsonTopic::memory, process, address, byte_count>> {};

// Lines, without blanks at their ends

template <CommandId id, typename... Arguments>
struct line : peg::seq<command_name<id>, Arguments..., peg::star<blank>, end_of_line> {};

struct check_taint : line<CommandId::check_taint, required<target>> {};
struct get_taint : line<CommandId::get_taint, required<target>> {};
struct taint : line<CommandId::taint, required<target>, required<label>> {};
struct osinfo : line<CommandId::osinfo> {};
struct proclist : line<CommandId::proclist, optional<proclist_shape>, optional<process_name>> {};
struct procinfo : line<CommandId::procinfo, optional<process>> {};
struct threadinfo : line<CommandId::threadinfo, optional<process>> {};
struct meminfo : line<CommandId::meminfo, optional<process>> {};
struct files : line<CommandId::files, optional<process>> {};
struct modules : line<CommandId::modules> {};
struct ksym : line<CommandId::ksym, required<symbol>> {};
struct osjson : line<CommandId::osjson, required<json_request>> {};
struct vcpus : line<CommandId::vcpus> {};
struct translate : line<CommandId::translate, required<any_address>> {};
struct sites : line<CommandId::sites> {};
struct scope : line<CommandId::scope, optional<scope_choice>> {};
struct version : line<CommandId::version> {};

template <CommandId id>
struct topic : command_name<id> {};
template <typename Indices>
struct any_topic;
template <std::size_t... index>
struct any_topic<std::index_sequence<index...>> : peg::sor<topic<static_cast<CommandId>(index)>...> {};
struct help_topic : any_topic<std::make_index_sequence<kCommands.size()>> {};
struct help : line<CommandId::help, optional<help_topic>> {};

struct command : peg::sor<check_taint, get_taint, taint, osinfo, proclist, procinfo, threadinfo, meminfo, files,
                          modules, ksym, osjson, vcpus, translate, sites, scope, version, help> {};

// NOLINTEND(readability-identifier-naming)

}  // namespace hvgdb::monitor::grammar

namespace tao::pegtl {
template <typename Name, auto id>
struct analyze_traits<Name, hvgdb::monitor::grammar::table_word<id>> : analyze_any_traits<> {};
}  // namespace tao::pegtl
