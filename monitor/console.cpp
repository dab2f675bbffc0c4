// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/console.hpp"

#include <variant>

#include "emulator/arch.hpp"
#include "monitor/diagnostic.hpp"
#include "monitor/help.hpp"
#include "monitor/json_report.hpp"
#include "monitor/os_reports.hpp"
#include "monitor/parse.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

using Answer = Expected<std::string>;

/// The command's report of the process that it names, else of the one that the vCPU runs.
template <typename Report>
Answer of_process(osi::Os& os, std::optional<osi::ProcessId> asked, VcpuId selected, Report report) {
    const auto pid = chosen_process(os, asked, selected);
    return pid ? report(*pid) : std::unexpected(pid.error());
}

Answer os_answer(osi::Os& os, emulator::Machine& machine, const Command& command, VcpuId selected) {
    return std::visit(
        Overloaded{
            [&](const cmd::OsInfo&) { return os_report(os); },
            [&](const cmd::ProcList& wanted) { return process_list(os, wanted); },
            [&](const cmd::ProcInfo& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return process_report(os, pid); });
            },
            [&](const cmd::ThreadInfo& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return thread_report(os, pid, selected); });
            },
            [&](const cmd::MemInfo& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return mapping_report(os, pid); });
            },
            [&](const cmd::Files& wanted) {
                return of_process(os, wanted.process, selected,
                                  [&](osi::ProcessId pid) { return file_report(os, pid); });
            },
            [&](const cmd::Modules&) { return module_report(os); },
            [&](const cmd::KernelSymbol& wanted) { return symbol_report(os, machine, selected, wanted.symbol); },
            [](const auto&) -> Answer { return fail(Errc::bad_argument, "not about the operating system"); },
        },
        command);
}

}  // namespace

std::string Console::execute(std::string_view line, VcpuId selected) {
    if (line.size() > kLongestLine) {
        return "line too long: " + std::to_string(line.size()) + " bytes, at most " + std::to_string(kLongestLine) +
               "\n";
    }
    if (trim(line).empty()) {
        return help_overview();
    }
    const auto command = parse(line, context_.machine.description());
    if (!command) {
        return render(command.error());
    }

    auto answer = run(*command, selected);
    if (!answer) {
        return paragraph(std::string(spec(id_of(*command)).name) + ": " + answer.error().detail);
    }
    return *std::move(answer);
}

Expected<std::string> Console::run(const Command& command, VcpuId selected) {
    const auto not_yet = [&]() -> Answer { return unavailable_text(spec(id_of(command))); };
    return std::visit(Overloaded{
                          [&](const cmd::Vcpus&) { return vcpus_report(context_.machine, selected); },
                          [&](const cmd::Translate& translate) {
                              return translation_report(context_.machine, selected, translate.address);
                          },
                          [&](const cmd::Sites&) -> Answer { return sites_report(context_.instrumentation); },
                          [&](const cmd::Scope& scope) { return run_scope(scope, selected); },
                          [&](const cmd::Version&) -> Answer { return version_report(context_.machine); },
                          [&](const cmd::Help& help) -> Answer {
                              return help.about ? help_topic(spec(*help.about)) : help_overview();
                          },
                          [&](const cmd::CheckTaint&) { return not_yet(); },
                          [&](const cmd::GetTaint&) { return not_yet(); },
                          [&](const cmd::Taint&) { return not_yet(); },
                          [&](const auto&) { return run_os(command, selected); },
                      },
                      command);
}

Expected<std::string> Console::run_os(const Command& command, VcpuId selected) {
    static const Error absent{Errc::unsupported, "no operating system view here"};
    const auto* json = std::get_if<cmd::OsJson>(&command);
    if (json != nullptr) {
        return context_.os != nullptr ? json_report(*context_.os, *json) : json_error(absent);
    }
    auto answer =
        context_.os != nullptr ? os_answer(*context_.os, context_.machine, command, selected) : std::unexpected(absent);
    // It says all about the guest, and the command does not matter.
    const bool no_os = !answer && answer.error().code == Errc::unsupported;
    return no_os ? paragraph(answer.error().detail) : std::move(answer);
}

Expected<std::string> Console::run_scope(const cmd::Scope& command, VcpuId selected) {
    if (!context_.set_scope || !context_.get_scope) {
        return fail(Errc::unsupported, "not available here");
    }
    if (!std::holds_alternative<std::monostate>(command.wanted)) {
        std::optional<AddressSpace> wanted;
        if (!std::holds_alternative<cmd::Scope::Any>(command.wanted)) {
            const auto* root = std::get_if<AddressSpace>(&command.wanted);
            const auto space =
                root != nullptr ? checked_root(*root) : emulator::read_address_space(context_.machine, selected);
            if (!space) {
                return std::unexpected(space.error());
            }
            wanted = *space;
        }
        if (const auto done = context_.set_scope(wanted); !done) {
            return std::unexpected(done.error());
        }
    }
    const auto now = context_.get_scope();
    if (!now) {
        return "breakpoints count in any address space\n";
    }
    return "breakpoints count in address space " + hex_text(now->root) + " only\n";
}

Expected<AddressSpace> Console::checked_root(AddressSpace space) const {
    const auto* arch = emulator::find_arch(context_.machine.description());
    if (arch == nullptr || arch->root_mask == 0) {
        return fail(Errc::unsupported, "address spaces are not followed on this architecture");
    }
    if ((space.root & ~arch->root_mask) != 0) {
        return fail(Errc::bad_argument, hex_text(space.root) +
                                            " has bits that no page-table root has, the nearest is " +
                                            hex_text(space.root & arch->root_mask));
    }
    return space;
}

}  // namespace hvgdb::monitor
