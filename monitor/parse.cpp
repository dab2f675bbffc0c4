// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <string>
#include <tao/pegtl/memory_input.hpp>
#include <tao/pegtl/normal.hpp>
#include <tao/pegtl/parse.hpp>
#include <utility>
#include <vector>

#include "monitor/actions.hpp"
#include "monitor/expectation.hpp"
#include "monitor/near_miss.hpp"
#include "monitor/reading.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

// The commands

/// `make` builds the command from the arguments once its whole line has matched.
template <auto make>
struct Finish {
    static void apply0(Reading& reading) { reading.command = make(reading); }
};
template <>
struct Action<grammar::check_taint> : Finish<[](Reading& r) -> Command { return cmd::CheckTaint{r.place}; }> {};
template <>
struct Action<grammar::get_taint> : Finish<[](Reading& r) -> Command { return cmd::GetTaint{r.place}; }> {};
template <>
struct Action<grammar::taint> : Finish<[](Reading& r) -> Command { return cmd::Taint{r.place, r.label}; }> {};
template <>
struct Action<grammar::osinfo> : Finish<[](Reading&) -> Command { return cmd::OsInfo{}; }> {};
template <>
struct Action<grammar::proclist> : Finish<[](Reading& r) -> Command { return cmd::ProcList{r.tree, r.process_name}; }> {
};
template <>
struct Action<grammar::procinfo> : Finish<[](Reading& r) -> Command { return cmd::ProcInfo{r.process}; }> {};
template <>
struct Action<grammar::threadinfo> : Finish<[](Reading& r) -> Command { return cmd::ThreadInfo{r.process}; }> {};
template <>
struct Action<grammar::meminfo> : Finish<[](Reading& r) -> Command { return cmd::MemInfo{r.process}; }> {};
template <>
struct Action<grammar::files> : Finish<[](Reading& r) -> Command { return cmd::Files{r.process}; }> {};
template <>
struct Action<grammar::modules> : Finish<[](Reading&) -> Command { return cmd::Modules{}; }> {};
template <>
struct Action<grammar::ksym> : Finish<[](Reading& r) -> Command { return cmd::KernelSymbol{r.symbols.at(0)}; }> {};
template <>
struct Action<grammar::osjson> : Finish<[](Reading& r) -> Command {
    return cmd::OsJson{r.json_topic, r.process.value_or(r.number), r.symbols, std::get<VirtAddr>(r.place), r.length};
}> {};
template <>
struct Action<grammar::vcpus> : Finish<[](Reading&) -> Command { return cmd::Vcpus{}; }> {};
template <>
struct Action<grammar::translate> : Finish<[](Reading& r) -> Command { return cmd::Translate{r.place}; }> {};
template <>
struct Action<grammar::sites> : Finish<[](Reading&) -> Command { return cmd::Sites{}; }> {};
template <>
struct Action<grammar::scope> : Finish<[](Reading& r) -> Command { return r.scope; }> {};
template <>
struct Action<grammar::version> : Finish<[](Reading&) -> Command { return cmd::Version{}; }> {};
template <>
struct Action<grammar::help> : Finish<[](Reading& r) -> Command { return cmd::Help{r.topic}; }> {};

namespace {

namespace peg = tao::pegtl;
using grammar::kExpectation;

template <typename Rule>
struct Control : peg::normal<Rule> {
    template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
              template <typename...> class Inner, typename Input>
    static bool match(Input& in, Reading& reading) {
        const char* const start = in.current();
        const bool matched = peg::normal<Rule>::template match<A, M, Action, Inner>(in, reading);
        if constexpr (!kExpectation<Rule>.name.empty()) {
            if (!matched) {
                reading.furthest.note(start, kExpectation<Rule>);
            }
        }
        return matched;
    }
};

// Diagnostics

std::string expectation_text(const std::vector<Expectation>& expected) {
    std::string out =
        expected.size() == 1 ? "Invalid syntax, expected " : "Invalid syntax, expected one of the following: ";
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::string_view quote = expected[i].literal ? "\"" : "";
        out.append(i == 0 ? "" : ", ").append(quote).append(expected[i].name).append(quote);
    }
    return out;
}

std::string near_literals(std::string_view word, const std::vector<Expectation>& expected) {
    constexpr std::size_t kMostProposals = 3;
    std::vector<std::string_view> literals;
    for (const auto& expectation : expected) {
        if (expectation.literal) {
            literals.push_back(expectation.name);
        }
    }
    return did_you_mean(near_misses(word, literals, kMostProposals));
}

Diagnostic syntax_error(std::string_view line, const Furthest& furthest) {
    const auto column = static_cast<std::size_t>(furthest.where() - line.data());
    const auto rest = line.substr(column);
    const auto word = rest.substr(0, rest.find_first_of(kBlanks));
    return {std::string(line), column, expectation_text(furthest.expected()), near_literals(word, furthest.expected())};
}

}  // namespace

std::expected<Command, Diagnostic> parse(std::string_view line, const emulator::TargetDescription& description) {
    line = trim(line);
    Reading reading{.description = description};
    peg::memory_input<peg::tracking_mode::lazy> in(line.data(), line.data() + line.size(), "");
    try {
        if (peg::parse<grammar::command, Action, Control>(in, reading)) {
            return *std::move(reading.command);
        }
    } catch (Refusal& refusal) {
        const auto column = static_cast<std::size_t>(refusal.where.data() - line.data());
        return std::unexpected(
            Diagnostic{std::string(line), column, std::move(refusal.message), std::move(refusal.hint)});
    }
    return std::unexpected(syntax_error(line, reading.furthest));
}

}  // namespace hvgdb::monitor
