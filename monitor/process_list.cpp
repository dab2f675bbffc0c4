// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "monitor/os_reports.hpp"
#include "monitor/process_words.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

/// Wider than any line's room for it.
constexpr std::size_t kCommandLineShown = kColumns;
/// Of each process, of which there may be very many.
constexpr std::size_t kArgumentsRead = 512;

struct Listed {
    osi::Process process;
    std::string command_line;
    bool matches = true;
    std::size_t depth = 0;  ///< how many ancestors are shown above
};

bool has_name(osi::Os& os, const osi::Process& process, const Expected<std::vector<std::string>>& arguments,
              std::string_view name) {
    if (process.command.contains(name) || (arguments && !arguments->empty() && arguments->front().contains(name))) {
        return true;
    }
    const auto executable = os.executable(process.pid);
    return executable && executable->contains(name);
}

Expected<std::vector<Listed>> list_processes(osi::Os& os, const std::optional<std::string>& name) {
    auto processes = os.processes();
    if (!processes) {
        return std::unexpected(processes.error());
    }
    std::vector<Listed> listed;
    listed.reserve(processes->size());
    for (auto& process : *processes) {
        const auto arguments = arguments_of(os, process, kArgumentsRead);
        const bool matches = !name || has_name(os, process, arguments, *name);
        auto words = command_line(process, arguments, kCommandLineShown);
        listed.push_back({std::move(process), std::move(words), matches});
    }
    return listed;
}

std::string flat_table(const std::vector<Listed>& listed) {
    std::vector<std::vector<std::string>> rows{
        {"pid", "ppid", "uid", "mode", "s", "thr", "start", "name", "command line"}};
    for (const auto& it : listed) {
        const auto& process = it.process;
        if (it.matches) {
            rows.push_back({std::to_string(process.pid), number_or_dash(process.parent), number_or_dash(process.uid),
                            process.kernel_thread ? "kern" : "user", std::string(1, process.state),
                            std::to_string(process.threads),
                            process.start_time ? seconds_text(*process.start_time) : std::string("-"),
                            short_name(process.command), it.command_line});
        }
    }
    return table(rows, {.align = "rrrllrr"});
}

/// The processes in the order of a tree. Those whose parent is not there are roots, and so is, of a ring of parents
/// that only a damaged guest can have, the one that comes first.
class Forest {
  public:
    explicit Forest(std::vector<Listed> listed) : listed_(std::move(listed)) {
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            place_of_.try_emplace(listed_[i].process.pid, i);
        }
        children_.resize(listed_.size());
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            if (const auto parent = parent_of(i)) {
                children_[*parent].push_back(i);
            }
        }
    }

    /// Of what matches, and of their ancestors.
    [[nodiscard]] std::vector<Listed> in_order() {
        show_ancestors();
        taken_.assign(listed_.size(), false);
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            if (!parent_of(i)) {
                take(i);
            }
        }
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            take(i);
        }
        return std::move(ordered_);
    }

  private:
    [[nodiscard]] std::optional<std::size_t> parent_of(std::size_t child) const {
        const auto& process = listed_[child].process;
        const auto found = process.parent ? place_of_.find(*process.parent) : place_of_.end();
        return found == place_of_.end() || found->second == child ? std::nullopt : std::optional(found->second);
    }

    void show_ancestors() {
        std::vector<std::size_t> matching;
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            if (listed_[i].matches) {
                matching.push_back(i);
            }
        }
        for (const auto first : matching) {
            for (auto it = parent_of(first); it && !listed_[*it].matches; it = parent_of(*it)) {
                listed_[*it].matches = true;
            }
        }
    }

    /// With all below it, without recursion: a guest may say that its tree is as deep as it has processes.
    void take(std::size_t root) {
        std::vector<std::pair<std::size_t, std::size_t>> waiting{{root, 0}};
        while (!waiting.empty()) {
            const auto [place, depth] = waiting.back();
            waiting.pop_back();
            if (taken_[place]) {
                continue;
            }
            taken_[place] = true;
            if (!listed_[place].matches) {
                continue;
            }
            for (auto child = children_[place].rbegin(); child != children_[place].rend(); ++child) {
                waiting.emplace_back(*child, depth + 1);
            }
            ordered_.push_back(std::move(listed_[place]));
            ordered_.back().depth = depth;
        }
    }

    std::vector<Listed> listed_;
    std::unordered_map<osi::ProcessId, std::size_t> place_of_;  ///< the first with this number
    std::vector<std::vector<std::size_t>> children_;
    std::vector<bool> taken_;
    std::vector<Listed> ordered_;
};

std::string tree_table(std::vector<Listed> listed) {
    constexpr std::size_t kDeepest = 16;  ///< what is deeper is not indented further
    std::vector<std::vector<std::string>> rows{{"pid", "uid", "s", "name", "command line"}};
    for (const auto& it : Forest(std::move(listed)).in_order()) {
        rows.push_back(
            {std::to_string(it.process.pid), number_or_dash(it.process.uid), std::string(1, it.process.state),
             std::string(2 * std::min(it.depth, kDeepest), ' ') + short_name(it.process.command), it.command_line});
    }
    return table(rows, {.align = "rr"});
}

}  // namespace

Expected<std::string> process_list(osi::Os& os, const cmd::ProcList& wanted) {
    auto listed = list_processes(os, wanted.name);
    if (!listed) {
        return std::unexpected(listed.error());
    }
    if (std::ranges::none_of(*listed, &Listed::matches)) {
        return std::string("no such process\n");
    }
    return wanted.tree ? tree_table(*std::move(listed)) : flat_table(*listed);
}

}  // namespace hvgdb::monitor
