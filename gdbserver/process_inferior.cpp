// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_inferior.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "gdbserver/log.hpp"
#include "gdbserver/os_thread.hpp"
#include "gdbserver/process_description.hpp"
#include "gdbserver/process_registers.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::uint64_t kPage = 4096;
/// Bytes of an XSAVE area that has room for AVX (Intel SDM vol. 1, 13.4: legacy region, header, upper halves).
constexpr std::size_t kAreaWithAvx = 512 + 64 + 256;

bool has_avx(osi::Os& os, const std::vector<osi::Thread>& threads) {
    return std::ranges::any_of(threads, [&](const osi::Thread& thread) {
        const auto registers = os.user_registers(thread.tid);
        return registers && registers->xsave && registers->xsave->size() >= kAreaWithAvx;
    });
}

}  // namespace

Expected<std::unique_ptr<ProcessInferior>> ProcessInferior::attach(osi::Os& os, osi::ProcessId pid) {
    auto process = os.process(pid);
    if (!process) {
        return std::unexpected(process.error());
    }
    if (process->kernel_thread) {
        return fail(Errc::unsupported,
                    fmt::format("{} is a thread of the kernel, which belongs to the whole machine", pid));
    }
    if (!process->user_space) {
        return fail(Errc::unsupported, fmt::format("process {} has no memory any more", pid));
    }
    const auto threads = os.threads(pid);
    if (!threads) {
        return std::unexpected(threads.error());
    }
    const auto& description = process_description({.compat = process->compat, .avx = has_avx(os, *threads)});
    return std::unique_ptr<ProcessInferior>(new ProcessInferior(os, *std::move(process), description));
}

std::optional<std::uint32_t> ProcessInferior::ended() {
    const auto now = os_.process(pid());
    if (!now) {
        return now.error().code == Errc::not_found ? std::optional(0U) : std::nullopt;
    }
    if (now->start_time != process_.start_time) {
        return 0;
    }
    const bool over = now->state == 'Z' || now->state == 'X';
    return over ? std::optional(now->exit_code.value_or(0)) : std::nullopt;
}

std::vector<ThreadInfo> ProcessInferior::threads() const {
    std::vector<ThreadInfo> found;
    const auto threads = os_.threads(pid());
    for (const auto& thread : threads ? *threads : std::vector<osi::Thread>{}) {
        found.push_back(describe_thread(thread));
    }
    return found;
}

Expected<RegisterBytes> ProcessInferior::read_registers(std::uint32_t tid) {
    const auto registers = os_.user_registers(tid);
    if (!registers) {
        return std::unexpected(registers.error());
    }
    return process_registers(*registers, description_);
}

Expected<RegisterBytes> ProcessInferior::read_register(std::uint32_t tid, unsigned number) {
    const auto* info = description_.find(number);
    if (info == nullptr) {
        return fail(Errc::not_found, "no such register");
    }
    const auto all = read_registers(tid);
    if (!all) {
        return std::unexpected(all.error());
    }
    return register_of(*all, *info);
}

Expected<void> ProcessInferior::write_register(std::uint32_t tid, unsigned number, std::span<const std::byte> value) {
    const auto* info = description_.find(number);
    if (info == nullptr) {
        return fail(Errc::not_found, "no such register");
    }
    const auto write = user_register_write(*info, process_.compat, value);
    return write ? os_.write_user_register(tid, write->name, write->value) : std::unexpected(write.error());
}

/// Only what differs: most writes are of one register, and not all can be written.
Expected<void> ProcessInferior::write_registers(std::uint32_t tid, std::span<const std::byte> block) {
    const auto before = read_registers(tid);
    if (!before) {
        return std::unexpected(before.error());
    }
    for (const auto& info : description_.registers()) {
        const auto value = block.subspan(info.offset, info.size);
        if (std::ranges::equal(value, std::span(before->bytes).subspan(info.offset, info.size))) {
            continue;
        }
        if (auto written = write_register(tid, info.number, value); !written) {
            return written;
        }
    }
    return {};
}

Expected<std::size_t> ProcessInferior::read_memory(std::uint32_t /*tid*/, VirtAddr address, std::span<std::byte> out) {
    return os_.read_memory(pid(), address, out);
}

Expected<void> ProcessInferior::write_memory(std::uint32_t /*tid*/, VirtAddr address, std::span<const std::byte> data) {
    return os_.write_memory(pid(), address, data);
}

Expected<std::optional<AddressSpace>> ProcessInferior::space() {
    const auto now = os_.process(pid());
    if (!now) {
        return std::unexpected(now.error());
    }
    return now->user_space ? Expected<std::optional<AddressSpace>>(now->user_space)
                           : fail(Errc::fault, "the process has no memory any more");
}

emulator::CodePlace ProcessInferior::code_place(VirtAddr address) {
    const auto place = os_.physical_address(pid(), address);
    return place ? emulator::CodePlace{.known = true, .physical = *place} : emulator::CodePlace{};
}

void ProcessInferior::allow_execution(VirtAddr address) {
    const auto page = address.value / kPage;
    if (const auto known = allowed_.find(page); known != allowed_.end()) {
        known->second.insert(address);
        return;
    }
    if (os_.set_executable(pid(), address, true).value_or(false)) {
        allowed_[page].insert(address);
    }
}

/// A page that is not there any more needs no more care.
void ProcessInferior::forbid_execution(VirtAddr address) {
    if (const auto done = os_.set_executable(pid(), address, false); !done) {
        log().debug("a page of process {} stays as it is: {}", pid(), done.error().detail);
    }
}

void ProcessInferior::withdraw_execution(VirtAddr address) {
    const auto known = allowed_.find(address.value / kPage);
    if (known == allowed_.end()) {
        return;
    }
    known->second.erase(address);
    if (known->second.empty()) {
        forbid_execution(address);
        allowed_.erase(known);
    }
}

void ProcessInferior::withdraw_all() {
    for (const auto& [page, addresses] : allowed_) {
        forbid_execution(VirtAddr{page * kPage});
    }
    allowed_.clear();
}

}  // namespace hvgdb::gdbserver
