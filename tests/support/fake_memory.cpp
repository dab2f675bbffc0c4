// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

namespace {
constexpr std::uint64_t kPageSize = 4096;
}

void FakeMemory::map(std::uint64_t address, std::uint64_t size) {
    if (size == 0) {
        return;
    }
    const auto last = (address + size - 1) / kPageSize;
    for (auto page = address / kPageSize; page <= last; ++page) {
        pages_.try_emplace(page, Bytes(kPageSize));
    }
}

void FakeMemory::unmap(std::uint64_t address, std::uint64_t size) {
    if (size == 0) {
        return;
    }
    const auto last = (address + size - 1) / kPageSize;
    for (auto page = address / kPageSize; page <= last; ++page) {
        pages_.erase(page);
    }
}

std::size_t FakeMemory::read(std::uint64_t address, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto at = address + done;
        if (at < address) {
            break;
        }
        const auto page = pages_.find(at / kPageSize);
        if (page == pages_.end()) {
            break;
        }
        const auto offset = static_cast<std::size_t>(at % kPageSize);
        const auto count = std::min<std::size_t>(kPageSize - offset, out.size() - done);
        std::ranges::copy(std::span(page->second).subspan(offset, count),
                          out.begin() + static_cast<std::ptrdiff_t>(done));
        done += count;
    }
    return done;
}

bool FakeMemory::write(std::uint64_t address, std::span<const std::byte> data) {
    Bytes probe(data.size());
    if (read(address, probe) != data.size()) {
        return false;
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto at = address + i;
        pages_.find(at / kPageSize)->second[at % kPageSize] = data[i];
    }
    return true;
}

}  // namespace hvgdb::test
