// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/scratch_memory.hpp"

#include <iterator>

namespace hvgdb::gdbserver {

Expected<VirtAddr> ScratchMemory::allocate(std::uint64_t size) {
    if (size == 0) {
        return fail(Errc::bad_argument, "no memory to allocate");
    }
    if (size > kMostBytes || used_ + (size + kPage - 1) / kPage * kPage > kMostBytes) {
        return fail(Errc::unsupported, "too much memory");
    }
    const auto rounded = (size + kPage - 1) / kPage * kPage;
    const VirtAddr address{next_};
    pieces_.emplace(address, Bytes(static_cast<std::size_t>(rounded)));
    used_ += rounded;
    next_ += rounded;
    return address;
}

bool ScratchMemory::release(VirtAddr address) {
    const auto piece = pieces_.extract(address);
    if (piece.empty()) {
        return false;
    }
    used_ -= piece.mapped().size();
    return true;
}

std::optional<std::span<std::byte>> ScratchMemory::find(VirtAddr address) {
    const auto after = pieces_.upper_bound(address);
    if (after == pieces_.begin()) {
        return std::nullopt;
    }
    auto& [start, bytes] = *std::prev(after);
    const auto offset = address.value - start.value;
    return offset < bytes.size() ? std::optional(std::span(bytes).subspan(static_cast<std::size_t>(offset)))
                                 : std::nullopt;
}

}  // namespace hvgdb::gdbserver
