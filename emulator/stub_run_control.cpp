// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_run_control.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

using Reason = MachineStop::Reason;

// gdb's signal numbers, which are those of QEMU's stub (gdbstub/enums.h: GDB_SIGNAL_QUIT, GDB_SIGNAL_TRAP).
constexpr std::uint64_t kSignalQuit = 3;
constexpr std::uint64_t kSignalTrap = 5;

Expected<std::vector<RunMode>> modes_of(const ResumePlan& plan, unsigned vcpu_count) {
    std::vector<RunMode> modes(vcpu_count, plan.others);
    for (const auto& [vcpu, mode] : plan.vcpus) {
        if (vcpu.index >= vcpu_count) {
            return fail(Errc::not_found, fmt::format("there is no vCPU {}", vcpu.index));
        }
        modes[vcpu.index] = mode;
    }
    return modes;
}

std::optional<WatchKind> watch_kind(std::string_view key) {
    if (key == "watch") {
        return WatchKind::write;
    }
    if (key == "rwatch") {
        return WatchKind::read;
    }
    return key == "awatch" ? std::optional(WatchKind::access) : std::nullopt;
}

std::optional<VcpuId> named_vcpu(std::string_view thread, unsigned vcpu_count) {
    const auto number = parse_hex(thread);
    if (!number || *number == 0 || *number > vcpu_count) {
        return std::nullopt;
    }
    return VcpuId{static_cast<unsigned>(*number - 1)};
}

struct StopPairs {
    std::optional<VcpuId> vcpu;
    std::optional<WatchKind> kind;
    VirtAddr address;
};

/// The `key:value;` pairs of a `T` reply; those we do not know do not matter.
StopPairs read_pairs(std::string_view rest, unsigned vcpu_count) {
    StopPairs pairs;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto pair = rest.substr(0, end);
        const auto colon = std::min(pair.find(':'), pair.size());
        const auto key = pair.substr(0, colon);
        const auto value = pair.substr(std::min(colon + 1, pair.size()));
        if (key == "thread") {
            pairs.vcpu = named_vcpu(value, vcpu_count);
        } else if (const auto kind = watch_kind(key)) {
            if (const auto address = parse_hex(value)) {
                pairs.kind = kind;
                pairs.address = VirtAddr{*address};
            }
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return pairs;
}

MachineStop trapped(const StopPairs& pairs, const std::vector<VcpuId>& stepped) {
    MachineStop stop;
    if (pairs.kind) {
        stop.reason = Reason::watchpoint;
        stop.vcpu = pairs.vcpu;
        stop.watch_kind = *pairs.kind;
        stop.address = pairs.address;
    } else if (stepped.empty()) {
        stop.reason = Reason::stray;
    } else if (stepped.size() == 1) {
        stop.reason = Reason::stepped;
        stop.vcpu = stepped.front();
    } else {
        stop.reason = Reason::stepped;
        if (pairs.vcpu && std::ranges::find(stepped, *pairs.vcpu) != stepped.end()) {
            stop.vcpu = pairs.vcpu;
        }
    }
    return stop;
}

}  // namespace

Expected<ResumeCommand> make_resume_command(const ResumePlan& plan, unsigned vcpu_count) {
    const auto modes = modes_of(plan, vcpu_count);
    if (!modes) {
        return std::unexpected(modes.error());
    }
    ResumeCommand command{.packet = "vCont", .stepped = {}};
    for (unsigned index = 0; index < vcpu_count; ++index) {
        if ((*modes)[index] == RunMode::step) {
            command.stepped.push_back(VcpuId{index});
            command.packet += fmt::format(";s:{:x}", stub_thread(VcpuId{index}));
        }
    }
    const auto going = static_cast<std::size_t>(std::ranges::count(*modes, RunMode::go));
    if (going > 0 && going + command.stepped.size() == vcpu_count) {
        command.packet += ";c";
        return command;
    }
    for (unsigned index = 0; index < vcpu_count; ++index) {
        if ((*modes)[index] == RunMode::go) {
            command.packet += fmt::format(";c:{:x}", stub_thread(VcpuId{index}));
        }
    }
    if (going == 0 && command.stepped.empty()) {
        return fail(Errc::bad_argument, "no vCPU is to run");
    }
    return command;
}

Expected<MachineStop> parse_stop_reply(std::string_view body, const std::vector<VcpuId>& stepped, unsigned vcpu_count) {
    const auto number = body.size() >= 3 ? parse_hex(body.substr(1, 2)) : std::nullopt;
    if (!number || std::string_view("TSWX").find(body[0]) == std::string_view::npos) {
        return fail(Errc::protocol, "QEMU's stub sent something that is no stop reply");
    }
    MachineStop stop;
    if (body[0] == 'W' || body[0] == 'X') {
        stop.reason = Reason::gone;
        stop.exit_code = body[0] == 'W' ? static_cast<int>(*number) : 0;
    } else if (*number == kSignalQuit) {
        stop.reason = Reason::shutdown;
    } else if (*number == kSignalTrap) {
        stop = trapped(body[0] == 'T' ? read_pairs(body.substr(3), vcpu_count) : StopPairs{}, stepped);
    }
    return stop;
}

std::optional<VcpuId> selected_by(std::string_view stop_reply, unsigned vcpu_count) {
    const bool trap = stop_reply.starts_with("T") && parse_hex(stop_reply.substr(1, 2)) == kSignalTrap;
    return trap ? read_pairs(stop_reply.substr(3), vcpu_count).vcpu : std::nullopt;
}

}  // namespace hvgdb::emulator
