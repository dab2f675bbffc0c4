// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about what gets labels when it comes into a process.
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <variant>

#include "monitor/console.hpp"
#include "monitor/process_words.hpp"
#include "monitor/taint_input.hpp"
#include "monitor/text.hpp"
#include "osi/start_words.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestShown = 256;

/// The kernel's paths have no empty parts and neither "." nor "..".
Expected<void> check_path(std::string_view path) {
    auto rest = path.substr(path.starts_with('/') ? 1 : 0);
    for (bool more = true; more;) {
        const auto part = rest.substr(0, rest.find('/'));
        more = part.size() < rest.size();
        rest.remove_prefix(part.size() + (more ? 1 : 0));
        if (part.empty() || part == "." || part == "..") {
            return fail(Errc::bad_argument, "\"" + shortened(path, kLongestShown) +
                                                "\" is not the path of a file, whole or its last parts, as \"files\" "
                                                "shows it");
        }
    }
    return {};
}

std::string argument_report(osi::ProcessId process, const osi::AddressRange& area, const LabelCount& count) {
    const auto text = fmt::format("Arguments of process {} tainted: {} bytes between {:#x} and {:#x}.", process,
                                  count.labelled, area.start.value, area.end.value);
    return paragraph(count.missed == 0 ? text : fmt::format("{} {} bytes could not be.", text, count.missed));
}

}  // namespace

Expected<std::optional<osi::ProcessId>> Console::source_process(const SourceRequest& request,
                                                                const Selection& selected) {
    if (auto here = check_taint_here(); !here) {
        return std::unexpected(std::move(here.error()));
    }
    if (request.process && context_.os != nullptr) {
        if (const auto found = context_.os->process(*request.process); !found) {
            return std::unexpected(found.error());
        }
    }
    return request.process || request.any ? request.process : selected.process;
}

Expected<std::string> Console::add_source(TaintSource source) {
    const auto added = sources_.add(std::move(source));
    return added ? Expected<std::string>(sources_.added_report()) : std::unexpected(added.error());
}

Expected<std::string> Console::run_taint_file(const cmd::TaintFile& command, const Selection& selected) {
    const auto process = source_process(command.request, selected);
    const auto good = process ? check_path(command.path) : std::unexpected(process.error());
    return good ? add_source(
                      {.what = TaintSource::File{command.path}, .process = *process, .labels = command.request.labels})
                : std::unexpected(good.error());
}

Expected<std::string> Console::run_taint_fd(const cmd::TaintFd& command, const Selection& selected) {
    const auto process = source_process(command.request, selected);
    return process ? add_source({.what = TaintSource::Descriptor{command.number},
                                 .process = *process,
                                 .labels = command.request.labels})
                   : std::unexpected(process.error());
}

Expected<std::string> Console::run_taint_argv(const cmd::TaintArgv& command, const Selection& selected) {
    if (const auto* program = std::get_if<std::string>(&command.whom)) {
        if (auto here = check_taint_here(); !here) {
            return std::unexpected(std::move(here.error()));
        }
        if (!osi::can_be_program(*program)) {
            return fail(Errc::bad_argument, "\"" + shortened(*program, kLongestShown) + "\" is no program");
        }
        return add_source(
            {.what = TaintSource::Arguments{*program}, .process = std::nullopt, .labels = command.labels});
    }
    const auto view = taint_view(selected);
    if (!view) {
        return std::unexpected(view.error());
    }
    const auto* asked = std::get_if<osi::ProcessId>(&command.whom);
    const auto process = asked != nullptr ? std::optional(*asked) : selected.process;
    if (!process || view->os == nullptr) {
        return fail(Errc::bad_argument, view->os == nullptr ? "no operating system view here" : "of which process?");
    }
    const auto area = view->os->argument_area(*process);
    if (!area) {
        return std::unexpected(area.error());
    }
    const ProcessTaint where{.os = *view->os, .engine = view->engine, .process = *process};
    return argument_report(*process, *area, label_strings(where, *area, command.labels));
}

Expected<std::string> Console::run_untaint_source(const cmd::UntaintSource& command) {
    if (!command.number) {
        sources_.clear();
    } else if (const auto removed = sources_.remove(*command.number); !removed) {
        return std::unexpected(removed.error());
    }
    return sources_.report();
}

}  // namespace hvgdb::monitor
