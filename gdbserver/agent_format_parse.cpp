// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include "gdbserver/agent_format.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr unsigned kCharBits = 8;
constexpr unsigned kShortBits = 16;
constexpr unsigned kIntBits = 32;
constexpr unsigned kLongLongBits = 64;

bool is_between(char letter, char first, char last) {
    return first <= letter && letter <= last;
}

std::optional<char> simple_escape(char letter) {
    constexpr std::string_view kLetters = "abefnrtv\\\"'?";
    constexpr std::string_view kMeanings = "\a\b\033\f\n\r\t\v\\\"'?";
    const auto at = kLetters.find(letter);
    return at == std::string_view::npos ? std::nullopt : std::optional(kMeanings[at]);
}

/// Up to three octal digits, cut off `rest`.
char take_octal(std::string_view& rest) {
    constexpr std::size_t kMaxDigits = 3;
    unsigned value = 0;
    for (std::size_t digits = 0; digits < kMaxDigits && !rest.empty() && is_between(rest.front(), '0', '7'); ++digits) {
        value = value * 8 + static_cast<unsigned>(rest.front() - '0');
        rest.remove_prefix(1);
    }
    return static_cast<char>(value & 0xffU);
}

Expected<std::string> without_escapes(std::string_view rest) {
    std::string text;
    while (!rest.empty()) {
        const char letter = rest.front();
        rest.remove_prefix(1);
        if (letter != '\\') {
            text += letter;
        } else if (!rest.empty() && is_between(rest.front(), '0', '7')) {
            text += take_octal(rest);
        } else if (const auto meaning = rest.empty() ? std::nullopt : simple_escape(rest.front())) {
            text += *meaning;
            rest.remove_prefix(1);
        } else {
            return fail(Errc::bad_argument, "unknown escape sequence in a format");
        }
    }
    return text;
}

/// Reads one conversion after its per cent sign: flags, width, precision, length and letter.
class ConversionParser {
  public:
    ConversionParser(std::string_view& rest, unsigned long_bits) : rest_(rest), long_bits_(long_bits) {}

    [[nodiscard]] Expected<AgentConversion> run() {
        take_flags();
        const auto width = take_number();
        conversion_.width = width.value_or(0);
        if (take('.')) {
            conversion_.precision = take_number().value_or(0);
        }
        if (std::max(conversion_.width, conversion_.precision.value_or(0)) > AgentFormat::kMaxWidth) {
            return fail(Errc::bad_argument, "a format is too wide");
        }
        const auto length = take_length();
        if (rest_.empty()) {
            return fail(Errc::bad_argument, "a format ends in the middle of a conversion");
        }
        return finish(length);
    }

  private:
    bool take(char letter) {
        const bool found = rest_.starts_with(letter);
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }

    void take_flags() {
        constexpr std::string_view kFlags = "-0+ #'";
        while (!rest_.empty() && kFlags.contains(rest_.front())) {
            const char flag = rest_.front();
            conversion_.left |= flag == '-';
            conversion_.zeros |= flag == '0';
            conversion_.plus |= flag == '+';
            conversion_.space |= flag == ' ';
            conversion_.alternate |= flag == '#';
            rest_.remove_prefix(1);
        }
    }

    [[nodiscard]] std::optional<std::size_t> take_number() {
        std::optional<std::size_t> number;
        while (!rest_.empty() && is_between(rest_.front(), '0', '9')) {
            const auto next = number.value_or(0) * 10 + static_cast<std::size_t>(rest_.front() - '0');
            number = std::min(next, AgentFormat::kMaxWidth + 1);
            rest_.remove_prefix(1);
        }
        return number;
    }

    [[nodiscard]] std::string_view take_length() {
        for (const std::string_view length : {"hh", "h", "ll", "l", "j", "z", "t"}) {
            if (rest_.starts_with(length)) {
                rest_.remove_prefix(length.size());
                return length;
            }
        }
        return {};
    }

    [[nodiscard]] unsigned bits_of(std::string_view length) const {
        if (length == "hh") {
            return kCharBits;
        }
        if (length == "h") {
            return kShortBits;
        }
        if (length == "ll" || length == "j") {
            return kLongLongBits;
        }
        return length.empty() ? kIntBits : long_bits_;
    }

    [[nodiscard]] Expected<AgentConversion> finish(std::string_view length) {
        constexpr std::string_view kNumbers = "duxXo";
        constexpr std::string_view kUnsupported = "aAeEfFgGnCSLHDm*";
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        conversion_.letter = letter == 'i' ? 'd' : letter;
        if (kNumbers.contains(conversion_.letter)) {
            conversion_.bits = bits_of(length);
            return conversion_;
        }
        if (letter == 'c' && length.empty()) {
            conversion_.bits = kCharBits;
            return conversion_;
        }
        if ((letter == 's' || letter == 'p') && length.empty()) {
            conversion_.bits = long_bits_;
            return conversion_;
        }
        const bool wide = (letter == 'c' || letter == 's') && length == "l";
        return wide || kUnsupported.contains(letter)
                   ? fail(Errc::unsupported, "a format holds a conversion that is not supported")
                   : fail(Errc::bad_argument, "a format holds an unknown conversion");
    }

    std::string_view& rest_;
    unsigned long_bits_;
    AgentConversion conversion_;
};

}  // namespace

Expected<AgentFormat> AgentFormat::parse(std::string_view text, std::size_t argument_count, unsigned long_bits) {
    const auto plain = without_escapes(text);
    if (!plain) {
        return std::unexpected(plain.error());
    }
    AgentFormat format;
    std::string literal;
    std::size_t conversions = 0;
    for (std::string_view rest = *plain; !rest.empty();) {
        const char letter = rest.front();
        rest.remove_prefix(1);
        if (letter != '%' || rest.starts_with('%')) {
            literal += letter;
            rest.remove_prefix(letter == '%' ? 1 : 0);
            continue;
        }
        const auto conversion = ConversionParser(rest, long_bits).run();
        if (!conversion) {
            return std::unexpected(conversion.error());
        }
        format.pieces_.emplace_back(std::exchange(literal, {}));
        format.pieces_.emplace_back(*conversion);
        ++conversions;
    }
    format.pieces_.emplace_back(std::move(literal));
    if (conversions != argument_count) {
        return fail(Errc::bad_argument, "a format does not fit its arguments");
    }
    return format;
}

}  // namespace hvgdb::gdbserver
