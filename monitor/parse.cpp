// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <tao/pegtl/memory_input.hpp>
#include <tao/pegtl/normal.hpp>
#include <tao/pegtl/nothing.hpp>
#include <tao/pegtl/parse.hpp>
#include <utility>
#include <vector>

#include "monitor/grammar.hpp"
#include "monitor/near_miss.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

namespace peg = tao::pegtl;
using grammar::Expectation;
using grammar::kExpectation;

/// A sentence of the language that means nothing here. Thrown, because a mere failure would be a reason to try the
/// other alternatives; parse() catches it.
struct Refusal {
    std::string_view where;  ///< the part of the line that is refused
    std::string message;
    std::string hint;
};

/// What would have been right at the furthest place that the parser got to.
class Furthest {
  public:
    void note(const char* where, const Expectation& expectation) {
        if (expected_.empty() || where > where_) {
            where_ = where;
            expected_.clear();
        }
        if (where == where_ && std::ranges::find(expected_, expectation) == expected_.end()) {
            expected_.push_back(expectation);
        }
    }

    [[nodiscard]] const char* where() const { return where_; }
    [[nodiscard]] const std::vector<Expectation>& expected() const { return expected_; }

  private:
    const char* where_ = nullptr;
    std::vector<Expectation> expected_;
};

/// The arguments as they are met, and at last the command.
struct Reading {
    const emulator::TargetDescription& description;
    Furthest furthest = {};
    Place place = {};
    std::uint32_t label = 0;
    std::optional<ProcessNumber> process = {};
    std::optional<std::string> process_name = {};
    std::optional<CommandId> topic = {};
    cmd::Scope scope = {};
    std::optional<Command> command = {};
};

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

template <std::unsigned_integral Number>
Number number_at(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x");
    const auto digits = text.substr(hexadecimal ? 2 : 0);
    Number value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
    if (result.ec != std::errc()) {
        constexpr int kBits = std::numeric_limits<Number>::digits;
        throw Refusal{text, "Number too large, it must fit in " + std::to_string(kBits) + " bits", {}};
    }
    return value;
}

RegisterName register_at(std::string_view text, const emulator::TargetDescription& description) {
    constexpr std::size_t kMostProposals = 5;
    constexpr std::size_t kLongestShown = 32;
    const auto name = text.substr(text.starts_with('$') ? 1 : 0);
    if (description.find(name) != nullptr) {
        return {std::string(name)};
    }

    std::vector<std::string_view> known;
    for (const auto& info : description.registers()) {
        known.emplace_back(info.name);
    }
    auto hint = did_you_mean(near_misses(name, known, kMostProposals));
    if (hint.empty()) {
        hint = "(gdb's \"info all-registers\" lists them)";
    }
    throw Refusal{text, "Unknown register \"" + shortened(name, kLongestShown) + "\"", std::move(hint)};
}

// Actions

template <typename Rule>
struct Action : peg::nothing<Rule> {};

struct TakeAddress {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.place = VirtAddr{number_at<std::uint64_t>(in.string_view())};
    }
};
template <>
struct Action<grammar::address> : TakeAddress {};
template <>
struct Action<grammar::bare_address> : TakeAddress {};

template <>
struct Action<grammar::register_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.place = register_at(in.string_view(), reading.description);
    }
};

template <>
struct Action<grammar::label> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.label = number_at<std::uint32_t>(in.string_view());
    }
};

template <>
struct Action<grammar::process> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.process = number_at<ProcessNumber>(in.string_view());
    }
};

template <>
struct Action<grammar::process_name> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.process_name = in.string();
    }
};

template <>
struct Action<grammar::scope_any> {
    static void apply0(Reading& reading) { reading.scope.wanted = cmd::Scope::Any{}; }
};
template <>
struct Action<grammar::scope_here> {
    static void apply0(Reading& reading) { reading.scope.wanted = cmd::Scope::Here{}; }
};
template <>
struct Action<grammar::scope_root> {
    template <typename Input>
    static void apply(const Input& in, Reading& reading) {
        reading.scope.wanted = AddressSpace{number_at<std::uint64_t>(in.string_view())};
    }
};

template <CommandId id>
struct Action<grammar::topic<id>> {
    static void apply0(Reading& reading) { reading.topic = id; }
};

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
struct Action<grammar::meminfo> : Finish<[](Reading& r) -> Command { return cmd::MemInfo{r.process}; }> {};
template <>
struct Action<grammar::procinfo> : Finish<[](Reading& r) -> Command { return cmd::ProcInfo{r.process}; }> {};
template <>
struct Action<grammar::proclist> : Finish<[](Reading& r) -> Command { return cmd::ProcList{r.process_name}; }> {};
template <>
struct Action<grammar::threadinfo> : Finish<[](Reading& r) -> Command { return cmd::ThreadInfo{r.process}; }> {};
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
