// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_machine.hpp"

#include <fmt/format.h>
#include <utility>

#include "emulator/stub_run_control.hpp"

namespace hvgdb::emulator {

namespace {

/// GDB manual, "Packets": the digit after Z and z.
int watchpoint_type(WatchKind kind) {
    switch (kind) {
        case WatchKind::write:
            return 2;
        case WatchKind::read:
            return 3;
        case WatchKind::access:
            break;
    }
    return 4;
}

}  // namespace

Expected<std::unique_ptr<StubMachine>> StubMachine::connect(std::unique_ptr<Transport> transport,
                                                            std::chrono::milliseconds limit) {
    auto link = std::make_unique<StubLink>(std::move(transport), limit);
    auto greeting = greet(*link);
    if (!greeting) {
        return std::unexpected(greeting.error());
    }
    return std::unique_ptr<StubMachine>(new StubMachine(std::move(link), std::move(*greeting)));
}

StubMachine::StubMachine(std::unique_ptr<StubLink> link, StubGreeting greeting)
    : link_(std::move(link)),
      greeting_(std::move(greeting)),
      registers_(*link_, greeting_.description, greeting_.vcpu_count),
      memory_(*link_, registers_, greeting_.packet_size) {}

Expected<void> StubMachine::need_paused() const {
    return running_ ? fail(Errc::running, "the machine is running") : Expected<void>();
}

void StubMachine::forget() {
    changes();
    registers_.forget();
    memory_.forget();
}

Expected<Bytes> StubMachine::read_registers(VcpuId vcpu) {
    if (auto paused = need_paused(); !paused) {
        return std::unexpected(paused.error());
    }
    return registers_.read_block(vcpu);
}

Expected<void> StubMachine::write_registers(VcpuId vcpu, std::span<const std::byte> block) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    const auto before = write_observer() != nullptr ? registers_.read_block(vcpu) : Expected<Bytes>(Bytes());
    if (!before) {
        return std::unexpected(before.error());
    }
    forget();
    auto done = registers_.write_block(vcpu, block);
    if (done) {
        tell_block_written(vcpu, *before, block);
    }
    return done;
}

Expected<Bytes> StubMachine::read_register(VcpuId vcpu, unsigned number) {
    if (auto paused = need_paused(); !paused) {
        return std::unexpected(paused.error());
    }
    return registers_.read(vcpu, number);
}

Expected<void> StubMachine::write_register(VcpuId vcpu, unsigned number, std::span<const std::byte> value) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    forget();
    auto done = registers_.write(vcpu, number, value);
    if (done && write_observer() != nullptr) {
        write_observer()->on_register_written(vcpu, number);
    }
    return done;
}

Expected<std::size_t> StubMachine::read_memory(VcpuId vcpu, VirtAddr address, std::span<std::byte> out) {
    if (auto paused = need_paused(); !paused) {
        return std::unexpected(paused.error());
    }
    return memory_.read(vcpu, address, out);
}

Expected<void> StubMachine::write_memory(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    forget();
    auto done = memory_.write(vcpu, address, data);
    // What comes before a missing page was written.
    if (write_observer() != nullptr && (done || done.error().code == Errc::fault)) {
        write_observer()->on_memory_written(vcpu, address, data.size());
    }
    return done;
}

Expected<std::size_t> StubMachine::read_physical(PhysAddr address, std::span<std::byte> out) {
    if (auto paused = need_paused(); !paused) {
        return std::unexpected(paused.error());
    }
    return memory_.read_physical(address, out);
}

Expected<void> StubMachine::write_physical(PhysAddr address, std::span<const std::byte> data) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    forget();
    auto done = memory_.write_physical(address, data);
    if (write_observer() != nullptr && (done || done.error().code == Errc::fault)) {
        write_observer()->on_physical_written(address, data.size());
    }
    return done;
}

Expected<void> StubMachine::watchpoint(char verb, VirtAddr address, std::uint64_t length, WatchKind kind) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    auto done = link_->command(fmt::format("{}{},{:x},{:x}", verb, watchpoint_type(kind), address.value, length),
                               verb == 'Z' ? Errc::unsupported : Errc::not_found);
    if (done) {
        count_watchpoint(kind, verb == 'Z');
    }
    return done;
}

Expected<void> StubMachine::insert_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) {
    if (length == 0 || address.value + (length - 1) < address.value) {
        return fail(Errc::bad_argument, "the watched range is empty or wraps around");
    }
    return watchpoint('Z', address, length, kind);
}

Expected<void> StubMachine::remove_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) {
    return watchpoint('z', address, length, kind);
}

Expected<void> StubMachine::set_step_flags(unsigned flags) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    auto done = link_->command(fmt::format("Qqemu.sstep={:x}", flags), Errc::unsupported);
    if (done) {
        greeting_.step_flags = flags;
    }
    return done;
}

Expected<void> StubMachine::resume(const ResumePlan& plan) {
    if (auto paused = need_paused(); !paused) {
        return paused;
    }
    auto command = make_resume_command(plan, greeting_.vcpu_count);
    if (!command) {
        return std::unexpected(command.error());
    }
    if (auto mode = memory_.leave_physical_mode(); !mode) {
        return mode;
    }
    forget();
    registers_.set_selected(std::nullopt);
    auto started = link_->start(command->packet);
    if (started) {
        running_ = true;
        stepped_ = std::move(command->stepped);
    }
    return started;
}

Expected<void> StubMachine::interrupt() {
    return running_ ? link_->interrupt() : Expected<void>();
}

void StubMachine::on_readable() {
    while (true) {
        const auto arrived = link_->poll();
        if (!arrived) {
            MachineStop end;
            end.reason = MachineStop::Reason::gone;
            deliver(end);
            return;
        }
        if (!*arrived) {
            return;
        }
        if (running_) {
            stopped(**arrived);
            return;
        }
        // Paused: nothing asked for it, so nobody waits for it.
    }
}

void StubMachine::stopped(std::string_view reply) {
    registers_.set_selected(selected_by(reply, greeting_.vcpu_count));
    // What is no stop reply refuses the resumption: the machine has not moved, and whoever waits for it must not hang.
    deliver(parse_stop_reply(reply, stepped_, greeting_.vcpu_count).value_or(MachineStop{}));
}

void StubMachine::deliver(const MachineStop& stop) {
    running_ = false;
    if (stop.reason == MachineStop::Reason::gone && std::exchange(told_gone_, true)) {
        return;
    }
    if (handler_) {
        const auto handler = handler_;
        handler(stop);
    }
}

}  // namespace hvgdb::emulator
