// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_os.hpp"

#include <algorithm>
#include <utility>

#include "emulator/hex.hpp"

namespace hvgdb::test {

FakeProcess& FakeGuest::add(osi::Process process) {
    FakeProcess added;
    added.threads.push_back({.tid = process.pid,
                             .pid = process.pid,
                             .namespace_tids = process.namespace_pids,
                             .command = process.command,
                             .state = process.state,
                             .cpu = 0,
                             .vcpu = std::nullopt,
                             .task = process.task});
    added.process = std::move(process);
    processes.push_back(std::move(added));
    return processes.back();
}

void FakeOs::fail_call(unsigned nth, Error error) {
    fail_in_ = nth;
    failure_ = std::move(error);
}

unsigned FakeOs::calls() const {
    unsigned sum = 0;
    for (const auto& [call, count] : calls_) {
        sum += count;
    }
    return sum;
}

unsigned FakeOs::calls(Call call) const {
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
}

std::optional<Error> FakeOs::note(Call call) {
    ++calls_[call];
    if (fail_in_ > 0 && --fail_in_ == 0) {
        return failure_;
    }
    if (refusal_) {
        return refusal_;
    }
    const auto found = refusals_.find(call);
    return found == refusals_.end() ? std::nullopt : std::optional(found->second);
}

Expected<FakeProcess*> FakeOs::find(Call call, osi::ProcessId pid) {
    if (auto error = note(call)) {
        return std::unexpected(*std::move(error));
    }
    const auto has_pid = [pid](const FakeProcess& it) { return it.process.pid == pid; };
    // Mostly they are asked for one after another.
    for (const std::size_t place : {last_found_, last_found_ + 1}) {
        if (place < guest.processes.size() && has_pid(guest.processes[place])) {
            last_found_ = place;
            return &guest.processes[place];
        }
    }
    const auto found = std::ranges::find_if(guest.processes, has_pid);
    last_found_ = static_cast<std::size_t>(found - guest.processes.begin());
    if (found == guest.processes.end()) {
        return fail(Errc::not_found, "no process " + std::to_string(pid));
    }
    return &*found;
}

template <typename Value>
Expected<Value> FakeOs::member(Call call, osi::ProcessId pid, Value FakeProcess::* wanted) {
    const auto found = find(call, pid);
    return found ? Expected<Value>((*found)->*wanted) : std::unexpected(found.error());
}

Expected<osi::OsFacts> FakeOs::facts() {
    if (auto error = note(Call::facts)) {
        return std::unexpected(*std::move(error));
    }
    return guest.facts;
}

Expected<std::vector<osi::Process>> FakeOs::processes() {
    if (auto error = note(Call::processes)) {
        return std::unexpected(*std::move(error));
    }
    std::vector<osi::Process> all;
    for (const auto& process : guest.processes) {
        all.push_back(process.process);
    }
    return all;
}

Expected<osi::Process> FakeOs::process(osi::ProcessId pid) {
    return member(Call::process, pid, &FakeProcess::process);
}

Expected<std::vector<osi::Thread>> FakeOs::threads(osi::ProcessId pid) {
    return member(Call::threads, pid, &FakeProcess::threads);
}

Expected<osi::CurrentThread> FakeOs::current(VcpuId vcpu) {
    if (auto error = note(Call::current)) {
        return std::unexpected(*std::move(error));
    }
    const auto found = guest.current.find(vcpu);
    if (found == guest.current.end()) {
        return fail(Errc::not_found, "no vCPU " + std::to_string(vcpu.index));
    }
    return found->second;
}

Expected<std::vector<osi::Mapping>> FakeOs::mappings(osi::ProcessId pid) {
    return member(Call::mappings, pid, &FakeProcess::mappings);
}

Expected<std::string> FakeOs::executable(osi::ProcessId pid) {
    return member(Call::executable, pid, &FakeProcess::executable);
}

Expected<std::string> FakeOs::working_directory(osi::ProcessId pid) {
    return member(Call::working_directory, pid, &FakeProcess::working_directory);
}

Expected<std::vector<std::string>> FakeOs::arguments(osi::ProcessId pid, std::size_t) {
    return member(Call::arguments, pid, &FakeProcess::arguments);
}

Expected<osi::AddressRange> FakeOs::argument_area(osi::ProcessId pid) {
    return member(Call::argument_area, pid, &FakeProcess::argument_area);
}

Expected<std::vector<std::string>> FakeOs::environment(osi::ProcessId pid) {
    return member(Call::environment, pid, &FakeProcess::environment);
}

Expected<std::vector<osi::AuxiliaryEntry>> FakeOs::auxiliary_vector(osi::ProcessId pid) {
    return member(Call::auxiliary_vector, pid, &FakeProcess::auxiliary_vector);
}

Expected<std::vector<osi::OpenFile>> FakeOs::open_files(osi::ProcessId pid) {
    return member(Call::open_files, pid, &FakeProcess::files);
}

Expected<osi::UserRegisters> FakeOs::user_registers(osi::ThreadId tid) {
    if (auto error = note(Call::user_registers)) {
        return std::unexpected(*std::move(error));
    }
    const auto found = guest.registers.find(tid);
    if (found == guest.registers.end()) {
        return fail(Errc::not_found, "no user registers of thread " + std::to_string(tid));
    }
    return found->second;
}

Expected<std::vector<osi::KernelModule>> FakeOs::modules() {
    if (auto error = note(Call::modules)) {
        return std::unexpected(*std::move(error));
    }
    return guest.modules;
}

Expected<osi::SymbolPlace> FakeOs::kernel_symbol(std::string_view name) {
    if (auto error = note(Call::kernel_symbol)) {
        return std::unexpected(*std::move(error));
    }
    const auto found = std::ranges::find(guest.symbols, name, &osi::SymbolPlace::name);
    if (found == guest.symbols.end()) {
        return fail(Errc::not_found, "no such symbol");
    }
    return *found;
}

Expected<osi::SymbolPlace> FakeOs::kernel_symbol_at(VirtAddr address) {
    if (auto error = note(Call::kernel_symbol_at)) {
        return std::unexpected(*std::move(error));
    }
    std::optional<osi::SymbolPlace> nearest;
    for (const auto& symbol : guest.symbols) {
        if (symbol.address <= address && (!nearest || nearest->address < symbol.address)) {
            nearest = symbol;
        }
    }
    if (!nearest) {
        return fail(Errc::not_found, "no symbol there");
    }
    nearest->offset = address.value - nearest->address.value;
    return *nearest;
}

Expected<std::size_t> FakeOs::read_memory(osi::ProcessId pid, VirtAddr address, std::span<std::byte> out) {
    const auto found = find(Call::read_memory, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto count = (*found)->memory.read(address.value, out);
    if (count == 0) {
        return fail(Errc::fault, "no memory at 0x" + hex_number(address.value));
    }
    return count;
}

}  // namespace hvgdb::test
