// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/call_buffer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMostEntries = 1024;  // UIO_MAXIOV, include/uapi/linux/uio.h

/// An array of struct iovec.
struct Vector {
    VirtAddr address;
    std::uint64_t entries = 0;
};

/// Addresses and sizes of the call's table.
class UserWords {
  public:
    UserWords(Os& os, ProcessId pid, bool compat) : os_(os), pid_(pid), size_(compat ? 4 : 8) {}

    [[nodiscard]] std::size_t word_size() const { return size_; }
    [[nodiscard]] std::uint64_t cut(std::uint64_t value) const {
        return size_ == 4 ? static_cast<std::uint32_t>(value) : value;
    }
    /// At least one, at most `most`.
    [[nodiscard]] Expected<std::vector<std::uint64_t>> read(VirtAddr from, std::size_t most) const {
        std::vector<std::byte> bytes(most * size_);
        const auto got = os_.read_memory(pid_, from, bytes);
        if (!got) {
            return std::unexpected(got.error());
        }
        std::vector<std::uint64_t> words;
        for (std::size_t at = 0; at + size_ <= *got; at += size_) {
            words.push_back(load_little_endian(std::span(bytes).subspan(at, size_)));
        }
        return words.empty() ? fail(Errc::fault, "the call's arguments cannot be read")
                             : Expected<std::vector<std::uint64_t>>(std::move(words));
    }

  private:
    Os& os_;
    ProcessId pid_;
    std::size_t size_;
};

/// struct msghdr, struct compat_msghdr (include/linux/socket.h, include/net/compat.h): behind the name and its length,
/// which takes a word in both.
Expected<Vector> vector_of_message(const UserWords& words, VirtAddr message) {
    constexpr std::size_t kBefore = 2;
    const auto fields = words.read(message, kBefore + 2);
    if (!fields) {
        return std::unexpected(fields.error());
    }
    if (fields->size() < kBefore + 2) {
        return fail(Errc::fault, "the call's message cannot be read");
    }
    return Vector{.address = VirtAddr{fields->at(kBefore)}, .entries = fields->at(kBefore + 1)};
}

void add_piece(std::vector<UserPiece>& pieces, UserPiece piece, std::uint64_t& left) {
    piece.size = std::min(piece.size, left);
    const bool wraps =
        piece.size != 0 && piece.size - 1 > std::numeric_limits<std::uint64_t>::max() - piece.address.value;
    if (piece.size != 0 && !wraps) {
        pieces.push_back(piece);
    }
    left -= piece.size;
}

Expected<std::vector<UserPiece>> pieces_of_vector(const UserWords& words, const Vector& vector, std::uint64_t left) {
    std::vector<UserPiece> pieces;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(vector.entries, kMostEntries));
    if (count == 0 || left == 0) {
        return pieces;
    }
    const auto entries = words.read(vector.address, 2 * count);
    if (!entries) {
        return std::unexpected(entries.error());
    }
    for (std::size_t i = 0; i + 1 < entries->size() && left > 0; i += 2) {
        add_piece(pieces, {.address = VirtAddr{entries->at(i)}, .size = entries->at(i + 1)}, left);
    }
    return pieces;
}

}  // namespace

Expected<std::vector<UserPiece>> buffer_of_call(Os& os, ProcessId pid, const DataCall& call,
                                                const CallArguments& arguments, std::optional<std::uint64_t> size) {
    const UserWords words(os, pid, call.compat);
    auto left = std::min(size.value_or(kMostCallBytes), kMostCallBytes);
    const VirtAddr where{words.cut(arguments[1])};
    const auto count = words.cut(arguments[2]);
    if (call.buffer == DataCall::Buffer::bytes) {
        std::vector<UserPiece> pieces;
        add_piece(pieces, {.address = where, .size = count}, left);
        return pieces;
    }
    const auto vector = call.buffer == DataCall::Buffer::vector
                            ? Expected<Vector>(Vector{.address = where, .entries = count})
                            : vector_of_message(words, where);
    return vector ? pieces_of_vector(words, *vector, left) : std::unexpected(vector.error());
}

}  // namespace hvgdb::osi
