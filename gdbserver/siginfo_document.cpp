// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/siginfo_document.hpp"

#include <array>
#include <cstddef>
#include <span>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::size_t kSize = 128;
constexpr std::size_t kNumberAt = 0;
constexpr std::size_t kCodeAt = 8;
/// The union behind the three numbers; it holds pointers, and is aligned as they are.
constexpr std::size_t kFieldsAt = 16;
constexpr std::size_t kCompatFieldsAt = 12;

void put(std::string& text, std::size_t offset, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        text[offset + i] = static_cast<char>(value >> (8 * i));
    }
}

/// A member of the union, and where a 32-bit program has it; what is longer there loses its upper half.
struct Field {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t size = 4;  ///< in the 32-bit structure
};
constexpr auto kSenderAndValue = std::to_array<Field>({{16, 12}, {20, 16}, {24, 20}});
constexpr auto kFault = std::to_array<Field>({{16, 12}, {24, 16}, {32, 20}, {40, 24}});
constexpr auto kChild = std::to_array<Field>({{16, 12}, {20, 16}, {24, 20}, {32, 24}, {40, 28}});
constexpr auto kPoll = std::to_array<Field>({{16, 12}, {24, 16}});
constexpr auto kSystemCall = std::to_array<Field>({{16, 12}, {24, 16}, {28, 20}});

/// As the kernel chooses it (kernel/signal.c, siginfo_layout()). kill(2) and sigqueue(3) have the first fields in
/// common, and zeros where kill has none.
std::span<const Field> fields_of(std::uint32_t number, std::int32_t code) {
    constexpr std::int32_t kUser = 0;
    constexpr std::int32_t kKernel = 0x80;
    constexpr std::int32_t kSigio = -5;
    if (code == kSigio) {
        return kPoll;
    }
    if (code <= kUser || code >= kKernel) {
        return kSenderAndValue;
    }
    switch (number) {
        case 4:   // SIGILL
        case 5:   // SIGTRAP
        case 7:   // SIGBUS
        case 8:   // SIGFPE
        case 11:  // SIGSEGV
            return kFault;
        case 17:  // SIGCHLD
            return kChild;
        case 29:  // SIGPOLL
            return kPoll;
        case 31:  // SIGSYS
            return kSystemCall;
        default:
            return code <= 6 ? std::span<const Field>(kPoll) : kSenderAndValue;  // POLL_IN to POLL_HUP
    }
}

}  // namespace

std::string siginfo_document(const SignalBytes& info, bool compat) {
    const std::span<const std::byte> bytes(info);
    if (!compat) {
        return std::string(as_text(bytes));
    }
    std::string text(kSize, '\0');
    const auto copy = [&](const Field& field) {
        put(text, field.to, load_little_endian(bytes.subspan(field.from, field.size)), field.size);
    };
    for (std::size_t offset = kNumberAt; offset < kCompatFieldsAt; offset += 4) {
        copy({offset, offset});
    }
    const auto number = static_cast<std::uint32_t>(load_little_endian(bytes.subspan(kNumberAt, 4)));
    const auto code = static_cast<std::int32_t>(load_little_endian(bytes.subspan(kCodeAt, 4)));
    for (const auto& field : fields_of(number, code)) {
        copy(field);
    }
    return text;
}

std::string siginfo_document(const SignalInfo& info, bool compat) {
    std::string text(kSize, '\0');
    if (info.number == 0) {
        return text;
    }
    put(text, kNumberAt, info.number, 4);
    put(text, kCodeAt, static_cast<std::uint32_t>(info.code), 4);
    if (info.address) {
        put(text, compat ? kCompatFieldsAt : kFieldsAt, info.address->value, compat ? 4 : 8);
    }
    return text;
}

}  // namespace hvgdb::gdbserver
