// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_write.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPage = 4096;

struct Piece {
    PhysAddr address;
    std::span<const std::byte> bytes;
};

bool add_pieces(const KernelTranslation& translate, const KernelWrite& write, std::vector<Piece>& pieces) {
    VirtAddr address = write.address;
    for (std::span<const std::byte> bytes = write.bytes; !bytes.empty();) {
        const auto physical = translate(address);
        if (!physical) {
            return false;
        }
        const auto count = std::min<std::size_t>(bytes.size(), kPage - address.value % kPage);
        pieces.push_back({.address = *physical, .bytes = bytes.first(count)});
        address.value += count;
        bytes = bytes.subspan(count);
    }
    return true;
}

}  // namespace

Expected<void> write_kernel(emulator::Machine& machine, const KernelTranslation& translate,
                            std::span<const KernelWrite> writes) {
    std::vector<Piece> pieces;
    for (const auto& write : writes) {
        if (!add_pieces(translate, write, pieces)) {
            return fail(Errc::fault, "the kernel's memory is not mapped there");
        }
    }
    for (const auto& piece : pieces) {
        if (auto done = machine.write_physical(piece.address, piece.bytes); !done) {
            return done;
        }
    }
    return {};
}

}  // namespace hvgdb::osi
