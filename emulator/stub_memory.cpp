// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_memory.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

constexpr std::size_t kPage = 4096;  // no architecture that QEMU has maps less
constexpr std::size_t kMaxExtent = kPage;
constexpr std::size_t kMaxExtents = 64;
constexpr std::size_t kWriteOverhead = 64;  // M, address, length, punctuation

/// Data goes as two characters a byte; whole pages keep a chunk's ends off the middle of them.
std::size_t chunk_for(std::size_t packet_size) {
    const auto most = (packet_size - kWriteOverhead) / 2;
    return most > kPage ? most - most % kPage : most;
}

/// How many bytes there are from `address` to the end of the address space, at most `wanted`.
std::size_t clip(std::uint64_t address, std::size_t wanted) {
    const auto after_first = std::numeric_limits<std::uint64_t>::max() - address;
    return wanted > 0 && wanted - 1 > after_first ? static_cast<std::size_t>(after_first) + 1 : wanted;
}

}  // namespace

StubMemory::StubMemory(StubLink& link, StubRegisters& registers, std::size_t packet_size)
    : link_(link), registers_(registers), chunk_(chunk_for(packet_size)) {}

Expected<void> StubMemory::set_physical(bool physical) {
    if (physical_ == physical) {
        return {};
    }
    physical_.reset();
    auto done = link_.command(physical ? "Qqemu.PhyMemMode:1" : "Qqemu.PhyMemMode:0", Errc::unsupported);
    if (done) {
        physical_ = physical;
    }
    return done;
}

Expected<std::size_t> StubMemory::read(VcpuId vcpu, VirtAddr address, std::span<std::byte> out) {
    if (recall(vcpu, address.value, out)) {
        return out.size();
    }
    if (auto chosen = registers_.select(vcpu); !chosen) {
        return std::unexpected(chosen.error());
    }
    if (auto mode = set_physical(false); !mode) {
        return std::unexpected(mode.error());
    }
    auto count = read_current(address.value, out);
    if (count) {
        remember(vcpu, address.value, out.first(*count));
    }
    return count;
}

Expected<std::size_t> StubMemory::read_physical(PhysAddr address, std::span<std::byte> out) {
    if (auto mode = set_physical(true); !mode) {
        return std::unexpected(mode.error());
    }
    return read_current(address.value, out);
}

Expected<void> StubMemory::write(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data) {
    if (auto chosen = registers_.select(vcpu); !chosen) {
        return chosen;
    }
    if (auto mode = set_physical(false); !mode) {
        return mode;
    }
    return write_current(address.value, data);
}

Expected<void> StubMemory::write_physical(PhysAddr address, std::span<const std::byte> data) {
    if (auto mode = set_physical(true); !mode) {
        return mode;
    }
    return write_current(address.value, data);
}

Expected<std::size_t> StubMemory::read_current(std::uint64_t address, std::span<std::byte> out) {
    out = out.first(clip(address, out.size()));
    std::size_t done = 0;
    while (done < out.size()) {
        const auto part = out.subspan(done, std::min(chunk_, out.size() - done));
        auto whole = read_whole(address + done, part);
        if (whole) {
            done += part.size();
            continue;
        }
        if (whole.error().code != Errc::fault) {
            return std::unexpected(whole.error());
        }
        const auto prefix = read_prefix(address + done, part);
        if (!prefix) {
            return std::unexpected(prefix.error());
        }
        done += *prefix;
        if (done == 0) {
            return std::unexpected(whole.error());
        }
        break;
    }
    return done;
}

/// What is readable of a part that is not readable as a whole: QEMU answers all or nothing.
Expected<std::size_t> StubMemory::read_prefix(std::uint64_t address, std::span<std::byte> out) {
    std::size_t done = 0;
    while (true) {
        const auto page_end = static_cast<std::size_t>(kPage - (address + done) % kPage);
        if (page_end >= out.size() - done) {
            break;  // the last page is the one that failed, or an earlier one did
        }
        const auto page = read_whole(address + done, out.subspan(done, page_end));
        if (!page) {
            if (page.error().code != Errc::fault) {
                return std::unexpected(page.error());
            }
            break;
        }
        done += page_end;
    }
    return done;
}

Expected<void> StubMemory::read_whole(std::uint64_t address, std::span<std::byte> out) {
    const auto request = fmt::format("m{:x},{:x}", address, out.size());
    const auto reply = link_.request(request);
    if (!reply) {
        return std::unexpected(reply.error());
    }
    if (is_error_reply(*reply)) {
        return fail(Errc::fault, fmt::format("no memory at 0x{:x}", address));
    }
    const auto bytes = decode_hex(*reply);
    if (!bytes || bytes->size() != out.size()) {
        return unexpected_reply(request, *reply);
    }
    std::ranges::copy(*bytes, out.begin());
    return {};
}

Expected<void> StubMemory::write_current(std::uint64_t address, std::span<const std::byte> data) {
    if (clip(address, data.size()) != data.size()) {
        return fail(Errc::fault, "the range wraps around the end of the address space");
    }
    for (std::size_t done = 0; done < data.size();) {
        const auto part = data.subspan(done, std::min(chunk_, data.size() - done));
        const auto request = fmt::format("M{:x},{:x}:{}", address + done, part.size(), encode_hex(part));
        if (auto written = link_.command(request, Errc::fault); !written) {
            return written;
        }
        done += part.size();
    }
    return {};
}

bool StubMemory::recall(VcpuId vcpu, std::uint64_t address, std::span<std::byte> out) const {
    for (const auto& extent : extents_) {
        const auto offset = address - extent.address;
        if (extent.vcpu == vcpu && address >= extent.address && offset < extent.bytes.size() &&
            out.size() <= extent.bytes.size() - offset) {
            std::ranges::copy(std::span(extent.bytes).subspan(offset, out.size()), out.begin());
            return true;
        }
    }
    return false;
}

void StubMemory::remember(VcpuId vcpu, std::uint64_t address, std::span<const std::byte> bytes) {
    if (bytes.empty() || bytes.size() > kMaxExtent) {
        return;
    }
    if (extents_.size() == kMaxExtents) {
        extents_.pop_front();
    }
    extents_.push_back({vcpu, address, Bytes(bytes.begin(), bytes.end())});
}

}  // namespace hvgdb::emulator
