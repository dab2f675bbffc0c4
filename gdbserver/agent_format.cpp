// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr unsigned kWordBits = 64;

/// A number or a text, in parts from left to right: [spaces] prefix [zeros] body [spaces].
struct Parts {
    std::string_view prefix;
    std::size_t zeros = 0;
    std::string_view body;
};

class Printer {
  public:
    Printer(emulator::VcpuContext& context, std::string& output) : context_(context), output_(output) {}

    [[nodiscard]] bool full() const { return output_.size() >= AgentFormat::kMaxOutput; }

    void add(std::string_view text) { output_ += text.substr(0, room()); }

    void add(const AgentConversion& conversion, std::uint64_t argument) {
        const auto value = argument & (~std::uint64_t{0} >> (kWordBits - conversion.bits));
        if (conversion.letter == 's') {
            add_string(conversion, VirtAddr{value});
        } else if (conversion.letter == 'c') {
            const auto character = static_cast<char>(value);
            add_parts(conversion, {.prefix = {}, .zeros = 0, .body = {&character, 1}});
        } else {
            add_number(conversion, value);
        }
    }

  private:
    [[nodiscard]] std::size_t room() const { return full() ? 0 : AgentFormat::kMaxOutput - output_.size(); }
    void add(std::size_t count, char letter) { output_.append(std::min(count, room()), letter); }

    void add_parts(const AgentConversion& conversion, const Parts& parts) {
        const auto size = parts.prefix.size() + parts.zeros + parts.body.size();
        const auto padding = conversion.width > size ? conversion.width - size : 0;
        add(conversion.left ? 0 : padding, ' ');
        add(parts.prefix);
        add(parts.zeros, '0');
        add(parts.body);
        add(conversion.left ? padding : 0, ' ');
    }

    void add_number(const AgentConversion& conversion, std::uint64_t value) {
        const bool is_signed = conversion.letter == 'd';
        const bool negative = is_signed && (value >> (conversion.bits - 1) & 1) != 0;
        const auto magnitude = negative ? (0 - value) & (~std::uint64_t{0} >> (kWordBits - conversion.bits)) : value;
        std::array<char, kWordBits> buffer{};
        const auto digits = digits_of(conversion, magnitude, buffer);
        Parts parts{.prefix = prefix_of(conversion, magnitude, negative), .zeros = 0, .body = digits};
        if (const auto least = conversion.precision.value_or(0); least > digits.size()) {
            parts.zeros = least - digits.size();
        } else if (conversion.letter == 'o' && conversion.alternate && !digits.starts_with('0')) {
            parts.zeros = 1;
        }
        const auto used = parts.prefix.size() + digits.size();
        if (conversion.zeros && !conversion.left && !conversion.precision && conversion.width > used) {
            parts.zeros = conversion.width - used;
        }
        add_parts(conversion, parts);
    }

    // A zero with precision zero has no digits (C11, 7.21.6.1).
    static std::string_view digits_of(const AgentConversion& conversion, std::uint64_t value, std::span<char> buffer) {
        if (value == 0 && conversion.precision == 0U) {
            return {};
        }
        const int base = conversion.letter == 'o' ? 8 : conversion.letter == 'd' || conversion.letter == 'u' ? 10 : 16;
        const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base);
        const auto digits = buffer.first(static_cast<std::size_t>(result.ptr - buffer.data()));
        if (conversion.letter == 'X') {
            std::ranges::transform(digits, digits.begin(), [](char digit) {
                return 'a' <= digit && digit <= 'f' ? static_cast<char>(digit - 'a' + 'A') : digit;
            });
        }
        return {digits.data(), digits.size()};
    }

    static std::string_view prefix_of(const AgentConversion& conversion, std::uint64_t value, bool negative) {
        switch (conversion.letter) {
            case 'd':
                return negative ? "-" : conversion.plus ? "+" : conversion.space ? " " : "";
            case 'p':
                return "0x";
            case 'x':
                return conversion.alternate && value != 0 ? "0x" : "";
            case 'X':
                return conversion.alternate && value != 0 ? "0X" : "";
            default:
                return "";
        }
    }

    void add_string(const AgentConversion& conversion, VirtAddr address) {
        const auto limit = std::min(conversion.precision.value_or(AgentFormat::kMaxString), AgentFormat::kMaxString);
        std::string text;
        if (!read_string(address, limit, text)) {
            text = "<no memory at 0x" + hex_number(address.value) + ">";
        }
        add_parts(conversion, {.prefix = {}, .zeros = 0, .body = text});
    }

    // False when not even its beginning is there. Pieces do not cross pages, so each is there or not.
    bool read_string(VirtAddr address, std::size_t limit, std::string& text) {
        constexpr std::size_t kPiece = 64;
        std::array<std::byte, kPiece> buffer{};
        while (text.size() < limit) {
            const auto size = std::min<std::size_t>(kPiece - address.value % kPiece, limit - text.size());
            const auto piece = std::span(buffer).first(size);
            if (!context_.read_memory(address, piece)) {
                return !text.empty();
            }
            const auto end = std::ranges::find(piece, std::byte{0});
            text += as_text({piece.begin(), end});
            if (end != piece.end()) {
                return true;
            }
            address.value += size;
        }
        return true;
    }

    emulator::VcpuContext& context_;
    std::string& output_;
};

}  // namespace

void AgentFormat::print(std::span<const std::uint64_t> arguments, emulator::VcpuContext& context,
                        std::string& output) const {
    Printer printer(context, output);
    for (const auto& piece : pieces_) {
        if (printer.full()) {
            return;
        }
        if (const auto* text = std::get_if<std::string>(&piece)) {
            printer.add(*text);
        } else if (!arguments.empty()) {
            printer.add(std::get<AgentConversion>(piece), arguments.back());
            arguments = arguments.first(arguments.size() - 1);
        }
    }
}

}  // namespace hvgdb::gdbserver
