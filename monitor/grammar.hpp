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
#include "monitor/event_word.hpp"
#include "monitor/json_topic.hpp"
#include "monitor/sink_words.hpp"
#include "monitor/taint_words.hpp"
#include "osi/start_words.hpp"

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
struct bare_address : number {};
struct any_address : peg::sor<bare_address, starred_address, register_name> {};
struct process : number {};
struct any_word : peg::plus<peg::not_one<' ', '\t', '\r', '\n'>> {};
struct word_end : peg::at<peg::sor<blank, peg::eof>> {};
struct process_name : any_word {};
struct proclist_flat : peg::seq<TAO_PEGTL_STRING("flat"), word_end> {};
struct proclist_tree : peg::seq<TAO_PEGTL_STRING("tree"), word_end> {};
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

// Names of programs and processes, in quotes where they would be something else

template <char quote>
struct quoted_text : peg::plus<peg::not_one<quote>> {};
template <char quote>
struct closing_quote : peg::one<quote> {};
template <char quote>
struct quoted : peg::seq<peg::one<quote>, quoted_text<quote>, closing_quote<quote>, word_end> {};
struct any_quoted : peg::sor<quoted<'"'>, quoted<'\''>> {};
struct quote : peg::one<'"', '\''> {};
struct bare_program : peg::seq<peg::not_at<quote>, any_word> {};
struct program : peg::sor<any_quoted, bare_program> {};
template <osi::StopAt where>
struct stop_word : peg::seq<table_word<where>, word_end> {};
struct stop_at
    : peg::sor<stop_word<osi::StopAt::start>, stop_word<osi::StopAt::entry>, stop_word<osi::StopAt::main_function>> {};

// What carries taint, and how

struct target_address : number {};
struct target_symbol : peg::seq<peg::at<peg::sor<peg::alpha, peg::one<'_', '.'>>>,
                                peg::plus<peg::sor<word_character, peg::one<'.', '$'>>>> {};
struct target_offset : number {};
struct target_place : peg::sor<target_address, peg::seq<target_symbol, peg::opt<peg::one<'+'>, target_offset>>> {};
struct target_register : register_name {};
struct target : peg::sor<peg::seq<peg::one<'*'>, target_place>, target_register> {};
struct target_length : number {};
struct sized_target : peg::seq<target, peg::opt<peg::one<':'>, target_length>> {};
struct label : number {};
struct label_positional : peg::seq<TAO_PEGTL_STRING("positional"), word_end> {};
struct first_label : number {};
struct labels : peg::sor<label, peg::seq<label_positional, optional<first_label>>> {};
struct all_targets : peg::seq<TAO_PEGTL_STRING("all"), word_end> {};
struct source_process : peg::seq<number, word_end> {};
struct source_any : peg::seq<TAO_PEGTL_STRING("any"), word_end> {};
struct source_whom : peg::sor<source_process, source_any> {};
struct source_bare_file : peg::seq<peg::not_at<quote>, any_word> {};
struct source_file : peg::sor<any_quoted, source_bare_file> {};
struct source_descriptor : peg::seq<number, word_end> {};
struct source_bare_program : peg::seq<peg::not_at<peg::sor<quote, label_positional>>, any_word> {};
struct source_program : peg::sor<source_process, any_quoted, source_bare_program> {};
struct source_number : number {};
template <PolicyPart part>
struct policy_part : peg::seq<table_word<part>, word_end> {};
template <PolicyPart part, PointerTaint choice>
struct pointer_choice : peg::seq<table_word<choice>, word_end> {};
template <PolicyPart part>
struct pointer_policy
    : peg::seq<policy_part<part>,
               required<peg::sor<pointer_choice<part, PointerTaint::off>, pointer_choice<part, PointerTaint::index>,
                                 pointer_choice<part, PointerTaint::all>>>> {};
struct conditions_on : peg::seq<TAO_PEGTL_STRING("on"), word_end> {};
struct conditions_off : peg::seq<TAO_PEGTL_STRING("off"), word_end> {};
struct conditions_policy
    : peg::seq<policy_part<PolicyPart::conditions>, required<peg::sor<conditions_on, conditions_off>>> {};
struct any_policy : peg::sor<pointer_policy<PolicyPart::loads>, pointer_policy<PolicyPart::stores>, conditions_policy> {
};

// Where tainted data decides

template <SinkWord word>
struct sink_word : peg::seq<table_word<word>, word_end> {};
struct stopping_sink : peg::sor<sink_word<SinkWord::branch>, sink_word<SinkWord::jump>, sink_word<SinkWord::syscall>> {
};
struct reported_sink : peg::sor<stopping_sink, sink_word<SinkWord::write>> {};
struct sink_memory : peg::seq<peg::one<'*'>, target_place, peg::opt<peg::one<':'>, target_length>> {};
struct sink_number : number {};

// What events can be asked for

struct events_on : peg::seq<TAO_PEGTL_STRING("on"), word_end> {};
struct events_off : peg::seq<TAO_PEGTL_STRING("off"), word_end> {};
template <EventWord word>
struct event_word : peg::seq<table_word<word>, word_end> {};
template <typename Indices>
struct any_event_word;
template <std::size_t... index>
struct any_event_word<std::index_sequence<index...>> : peg::sor<event_word<static_cast<EventWord>(index)>...> {};
struct event_kind : any_event_word<std::make_index_sequence<kEventWords.size()>> {};
struct event_process : peg::seq<number, word_end> {};
struct event_bare_name : peg::seq<peg::not_at<quote>, any_word> {};
struct event_whom : peg::sor<event_process, any_quoted, event_bare_name> {};
struct event_wish : peg::seq<peg::sor<events_on, event_kind>, peg::star<blanks, event_kind>, optional<event_whom>> {};
struct event_request : peg::sor<events_off, event_wish> {};

// Where hooks can be

struct hook_process : peg::seq<number, word_end> {};
struct hook_kernel : peg::seq<TAO_PEGTL_STRING("kernel"), word_end> {};
struct hook_whom : peg::sor<hook_process, hook_kernel> {};
struct hook_library : peg::seq<peg::plus<peg::not_one<' ', '\t', '\r', '\n', '!'>>, peg::one<'!'>> {};
struct hook_address : peg::seq<number, word_end> {};
struct hook_symbol : peg::seq<peg::at<peg::sor<peg::alpha, peg::one<'_', '.'>>>, any_word> {};
struct hook_where : peg::sor<peg::seq<peg::one<'*'>, hook_address>, hook_symbol> {};
struct hook_place : peg::seq<peg::opt<hook_library>, hook_where> {};
struct hook_request
    : peg::sor<peg::seq<hook_whom, required<hook_place>>, peg::seq<peg::not_at<hook_whom>, hook_place>> {};
struct hook_number : number {};

// What osjson can be asked for

template <JsonTopic topic>
struct json_word : peg::seq<table_word<topic>, end_of_word> {};
template <JsonTopic topic, typename... Arguments>
struct json_topic : peg::seq<json_word<topic>, required<Arguments>...> {};
struct thread_number : number {};
struct vcpu_number : number {};
struct byte_count : number {};
struct guest_path : peg::list<any_word, blanks> {};
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
               json_topic<JsonTopic::memory, process, address, byte_count>,
               json_topic<JsonTopic::file, process, guest_path>, json_topic<JsonTopic::taint, sized_target>,
               json_topic<JsonTopic::taint_stats>> {};

// Lines, without blanks at their ends

template <CommandId id, typename... Arguments>
struct line : peg::seq<command_name<id>, Arguments..., peg::star<blank>, end_of_line> {};

struct check_taint : line<CommandId::check_taint, required<sized_target>> {};
struct get_taint : line<CommandId::get_taint, required<sized_target>> {};
struct taint : line<CommandId::taint, required<sized_target>, required<labels>> {};
struct untaint : line<CommandId::untaint, required<peg::sor<all_targets, sized_target>>> {};
struct taint_file : line<CommandId::taint_file, required<source_file>, optional<source_whom>, optional<labels>> {};
struct taint_fd : line<CommandId::taint_fd, required<source_descriptor>, optional<source_whom>, optional<labels>> {};
struct taint_argv : line<CommandId::taint_argv, optional<source_program>, optional<labels>> {};
struct taint_sources : line<CommandId::taint_sources> {};
struct untaint_source : line<CommandId::untaint_source, optional<source_number>> {};
struct taint_report : line<CommandId::taint_report, required<reported_sink>, optional<source_whom>> {};
struct taint_break
    : line<CommandId::taint_break, required<peg::sor<sink_memory, peg::seq<stopping_sink, optional<source_whom>>>>> {};
struct taint_sinks : line<CommandId::taint_sinks, optional<sink_number>> {};
struct untaint_sink : line<CommandId::untaint_sink, optional<sink_number>> {};
struct taint_policy : line<CommandId::taint_policy, peg::star<blanks, any_policy>> {};
struct taint_stats : line<CommandId::taint_stats> {};
struct osinfo : line<CommandId::osinfo> {};
struct proclist : line<CommandId::proclist, optional<proclist_shape>, optional<process_name>> {};
struct procinfo : line<CommandId::procinfo, optional<process>> {};
struct threadinfo : line<CommandId::threadinfo, optional<process>> {};
struct meminfo : line<CommandId::meminfo, optional<process>> {};
struct files : line<CommandId::files, optional<process>> {};
struct modules : line<CommandId::modules> {};
struct ksym : line<CommandId::ksym, required<symbol>> {};
struct osjson : line<CommandId::osjson, required<json_request>> {};
struct events : line<CommandId::events, optional<event_request>> {};
struct wait : line<CommandId::wait, peg::opt<blanks, program, optional<stop_at>>> {};
struct unwait : line<CommandId::unwait, optional<program>> {};
struct hook : line<CommandId::hook, optional<hook_request>> {};
struct unhook : line<CommandId::unhook, optional<hook_number>> {};
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

struct command : peg::sor<check_taint, get_taint, taint, untaint, taint_file, taint_fd, taint_argv, taint_sources,
                          untaint_source, taint_report, taint_break, taint_sinks, untaint_sink, taint_policy,
                          taint_stats, osinfo, proclist, procinfo, threadinfo, meminfo, files, modules, ksym, osjson,
                          events, wait, unwait, hook, unhook, vcpus, translate, sites, scope, version, help> {};

// NOLINTEND(readability-identifier-naming)

}  // namespace hvgdb::monitor::grammar

namespace tao::pegtl {
template <typename Name, auto id>
struct analyze_traits<Name, hvgdb::monitor::grammar::table_word<id>> : analyze_any_traits<> {};
}  // namespace tao::pegtl
