// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/kernel_threads.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "emulator/hex.hpp"
#include "gdbserver/os_thread.hpp"

namespace hvgdb::gdbserver {

std::vector<ThreadInfo> KernelThreads::list() const {
    if (os_ == nullptr) {
        return {};
    }
    std::vector<ThreadInfo> found;
    const auto processes = os_->processes();
    for (const auto& process : processes ? *processes : std::vector<osi::Process>{}) {
        if (!process.kernel_thread || process.pid == 0) {
            continue;
        }
        if (const auto threads = os_->threads(process.pid); threads && !threads->empty()) {
            found.push_back(describe_thread(threads->front()));
        }
    }
    return found;
}

std::optional<ThreadInfo> KernelThreads::find(std::uint32_t tid) const {
    const auto process = os_ == nullptr || tid == 0 ? fail(Errc::not_found, "") : os_->process(tid);
    if (!process || !process->kernel_thread) {
        return std::nullopt;
    }
    const auto threads = os_->threads(tid);
    return threads && !threads->empty() ? std::optional(describe_thread(threads->front())) : std::nullopt;
}

Expected<RegisterBytes> KernelThreads::registers(std::uint32_t tid,
                                                 const emulator::TargetDescription& description) const {
    const auto kept = os_ == nullptr ? fail(Errc::not_found, "no such thread") : os_->switched_out_registers(tid);
    if (!kept) {
        return std::unexpected(kept.error());
    }
    const std::pair<std::string_view, std::uint64_t> values[] = {
        {"rip", kept->rip}, {"rsp", kept->rsp}, {"rbp", kept->rbp}, {"rbx", kept->rbx},
        {"r12", kept->r12}, {"r13", kept->r13}, {"r14", kept->r14}, {"r15", kept->r15},
    };
    RegisterBytes block{.bytes = Bytes(description.block_size()),
                        .unknown = std::vector<bool>(description.block_size(), true)};
    for (const auto& [name, value] : values) {
        const auto* info = description.find(name);
        if (info == nullptr || !description.in_block(*info)) {
            continue;
        }
        const auto place = static_cast<std::ptrdiff_t>(info->offset);
        std::ranges::copy(store_little_endian(value, info->size), block.bytes.begin() + place);
        std::fill_n(block.unknown.begin() + place, info->size, false);
    }
    return block;
}

}  // namespace hvgdb::gdbserver
