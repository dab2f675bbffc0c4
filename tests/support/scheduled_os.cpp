// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/scheduled_os.hpp"

#include <algorithm>
#include <stdexcept>

namespace hvgdb::test {

namespace {

constexpr std::uint16_t kUserCs64 = 0x33;

std::uint64_t& stack_pointer_of(osi::UserRegisters& registers) {
    return registers.general[static_cast<std::size_t>(osi::X86General::rsp)];
}

}  // namespace

void ScheduledOs::add_process(osi::ProcessId pid, const std::string& command) {
    osi::Process process;
    process.pid = pid;
    process.command = command;
    process.state = 'S';
    process.space = process.user_space = space_of(pid);
    guest.add(std::move(process)).executable = "/bin/" + command;
    save(pid, kEntry, stack_of(pid));
}

void ScheduledOs::add_thread(osi::ProcessId pid, osi::ThreadId tid) {
    auto& process = process_with(pid);
    process.threads.push_back(process.threads.front());
    process.threads.back().tid = tid;
    process.threads.back().vcpu.reset();
    save(tid, kEntry, stack_of(tid));
}

FakeProcess& ScheduledOs::process_with(osi::ProcessId pid) {
    const auto found = std::ranges::find(guest.processes, pid, [](const auto& it) { return it.process.pid; });
    if (found == guest.processes.end()) {
        throw std::invalid_argument("no such process in the test: " + std::to_string(pid));
    }
    return *found;
}

osi::Thread& ScheduledOs::thread(osi::ThreadId tid) {
    for (auto& process : guest.processes) {
        const auto found = std::ranges::find(process.threads, tid, &osi::Thread::tid);
        if (found != process.threads.end()) {
            return *found;
        }
    }
    throw std::invalid_argument("no such thread in the test: " + std::to_string(tid));
}

void ScheduledOs::poke(osi::ProcessId pid, std::uint64_t address, std::string_view bytes) {
    auto& process = process_with(pid);
    process.memory.map(address, bytes.size());
    (void)process.memory.write(address, std::as_bytes(std::span(bytes)));
}

void ScheduledOs::save(osi::ThreadId tid, std::uint64_t pc, std::uint64_t stack_pointer) {
    auto& registers = guest.registers[tid];
    registers.rip = pc;
    registers.cs = kUserCs64;
    stack_pointer_of(registers) = stack_pointer;
}

void ScheduledOs::run(VcpuId vcpu, osi::ThreadId tid) {
    leave(vcpu);
    auto& it = thread(tid);
    it.vcpu = vcpu;
    guest.current[vcpu] = {.tid = tid, .pid = it.pid, .user_mode = true};
    auto& registers = guest.registers.at(tid);
    machine_.set_pc(vcpu, registers.rip);
    machine_.set_register(vcpu, "rsp", stack_pointer_of(registers));
    machine_.set_register(vcpu, "rax", registers[osi::X86General::rax]);
    machine_.set_register(vcpu, "cr3", process_with(it.pid).process.user_space.value().root);
}

void ScheduledOs::leave(VcpuId vcpu) {
    const auto on = guest.current.find(vcpu);
    if (on == guest.current.end()) {
        return;
    }
    if (in_user_mode(vcpu)) {
        save(on->second.tid, machine_.pc(vcpu), machine_.get_register(vcpu, "rsp"));
    }
    thread(on->second.tid).vcpu.reset();
    guest.current.erase(on);
    machine_.set_pc(vcpu, kKernel);
    machine_.set_register(vcpu, "cr3", 0);
}

void ScheduledOs::end(osi::ProcessId pid) {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        const auto on = guest.current.find(VcpuId{i});
        if (on != guest.current.end() && on->second.pid == pid) {
            leave(VcpuId{i});
        }
    }
    for (const auto& thread : process_with(pid).threads) {
        guest.registers.erase(thread.tid);
    }
    std::erase_if(guest.processes, [pid](const auto& it) { return it.process.pid == pid; });
}

Expected<osi::CurrentThread> ScheduledOs::current(VcpuId vcpu) {
    auto thread = FakeOs::current(vcpu);
    if (thread) {
        thread->user_mode = in_user_mode(vcpu);
    }
    return thread;
}

Expected<osi::UserRegisters> ScheduledOs::user_registers(osi::ThreadId tid) {
    auto registers = FakeOs::user_registers(tid);
    if (!registers) {
        return registers;
    }
    registers->vcpu = thread(tid).vcpu;
    if (registers->vcpu && in_user_mode(*registers->vcpu)) {
        registers->source = osi::UserRegisters::Source::vcpu;
        registers->rip = machine_.pc(*registers->vcpu);
        stack_pointer_of(*registers) = machine_.get_register(*registers->vcpu, "rsp");
        registers->general[0] = machine_.get_register(*registers->vcpu, "rax");
    }
    return registers;
}

}  // namespace hvgdb::test
