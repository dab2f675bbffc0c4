// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/data_call.hpp"

#include <algorithm>

namespace hvgdb::osi {

namespace {

using enum DataDirection;
using enum DataCall::Buffer;
using Position = DataCall::Position;

constexpr std::array<DataCall, 28> kCalls{{
    {0, false, in, bytes, Position::next},          // read
    {1, false, out, bytes, Position::next},         // write
    {17, false, in, bytes, Position::given},        // pread64
    {18, false, out, bytes, Position::given},       // pwrite64
    {19, false, in, vector, Position::next},        // readv
    {20, false, out, vector, Position::next},       // writev
    {44, false, out, bytes, Position::none},        // sendto
    {45, false, in, bytes, Position::none},         // recvfrom
    {46, false, out, message, Position::none},      // sendmsg
    {47, false, in, message, Position::none},       // recvmsg
    {295, false, in, vector, Position::given},      // preadv
    {296, false, out, vector, Position::given},     // pwritev
    {327, false, in, vector, Position::optional},   // preadv2
    {328, false, out, vector, Position::optional},  // pwritev2
    {3, true, in, bytes, Position::next},           // read
    {4, true, out, bytes, Position::next},          // write
    {145, true, in, vector, Position::next},        // readv
    {146, true, out, vector, Position::next},       // writev
    {180, true, in, bytes, Position::given},        // pread64
    {181, true, out, bytes, Position::given},       // pwrite64
    {333, true, in, vector, Position::given},       // preadv
    {334, true, out, vector, Position::given},      // pwritev
    {369, true, out, bytes, Position::none},        // sendto
    {370, true, out, message, Position::none},      // sendmsg
    {371, true, in, bytes, Position::none},         // recvfrom
    {372, true, in, message, Position::none},       // recvmsg
    {378, true, in, vector, Position::optional},    // preadv2
    {379, true, out, vector, Position::optional},   // pwritev2
}};

}  // namespace

std::optional<DataCall> find_data_call(std::uint64_t number, bool compat) {
    const auto* const found = std::ranges::find_if(
        kCalls, [&](const DataCall& call) { return call.number == number && call.compat == compat; });
    return found == kCalls.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> given_position(const DataCall& call, const CallArguments& arguments) {
    constexpr std::uint64_t kLower = 0xffff'ffff;
    if (call.position == Position::next || call.position == Position::none) {
        return std::nullopt;
    }
    const auto position = call.compat ? (arguments[3] & kLower) | (arguments[4] & kLower) << 32 : arguments[3];
    const bool not_given = call.position == Position::optional && position == ~std::uint64_t{0};
    return not_given ? std::nullopt : std::optional(position);
}

bool only_peeks(const DataCall& call, const CallArguments& arguments) {
    constexpr std::uint64_t kPeek = 2;
    const auto flags = call.buffer == message ? arguments[2] : arguments[3];
    return call.direction == in && call.position == Position::none && (flags & kPeek) != 0;
}

}  // namespace hvgdb::osi
