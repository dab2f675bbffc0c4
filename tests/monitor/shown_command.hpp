// SPDX-License-Identifier: GPL-2.0-or-later
// A parsed command's arguments in words.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "monitor/parse.hpp"

namespace hvgdb::monitor {

inline std::string shown(const Place& place) {
    if (const auto* name = std::get_if<RegisterName>(&place)) {
        return "register " + name->name;
    }
    return "address " + std::to_string(std::get<VirtAddr>(place).value);
}

inline std::string shown(const TaintTarget& target) {
    const auto* name = std::get_if<TaintRegister>(&target.where);
    const auto* place = std::get_if<KernelPlace>(&target.where);
    const auto text = name != nullptr    ? "register " + name->name
                      : place != nullptr ? "symbol " + place->symbol + " + " + std::to_string(place->offset)
                                         : "address " + std::to_string(std::get<VirtAddr>(target.where).value);
    return target.length ? text + ", " + std::to_string(*target.length) + " bytes" : text;
}

inline std::string shown(const SymbolQuery& query) {
    if (const auto* name = std::get_if<std::string>(&query)) {
        return "symbol " + *name;
    }
    const auto* address = std::get_if<VirtAddr>(&query);
    return shown(address != nullptr ? Place(*address) : Place(std::get<RegisterName>(query)));
}

template <typename Value>
inline std::string shown(const std::optional<Value>& value) {
    if (!value) {
        return "none";
    }
    if constexpr (std::is_same_v<Value, std::string>) {
        return *value;
    } else if constexpr (std::is_same_v<Value, CommandId>) {
        return std::string(spec(*value).name);
    } else {
        return std::to_string(*value);
    }
}

inline std::string shown_labels(const InputLabels& labels) {
    return (labels.positional ? ", labels from " : ", label ") + std::to_string(labels.label);
}

inline std::string shown_request(const SourceRequest& request) {
    return (request.any       ? " of any"
            : request.process ? " of " + std::to_string(*request.process)
                              : " of selected") +
           shown_labels(request.labels);
}

struct Shown {
    std::string operator()(const cmd::Taint& it) const {
        return shown(it.target) + (it.positional ? ", labels from " : ", label ") + std::to_string(it.label);
    }
    std::string operator()(const cmd::Untaint& it) const { return it.target ? shown(*it.target) : "all"; }
    std::string operator()(const cmd::TaintFile& it) const { return it.path + shown_request(it.request); }
    std::string operator()(const cmd::TaintFd& it) const {
        return std::to_string(it.number) + shown_request(it.request);
    }
    std::string operator()(const cmd::TaintArgv& it) const {
        const auto* process = std::get_if<osi::ProcessId>(&it.whom);
        const auto* name = std::get_if<std::string>(&it.whom);
        return (process != nullptr ? std::to_string(*process)
                : name != nullptr  ? "called " + *name
                                   : "selected") +
               shown_labels(it.labels);
    }
    std::string operator()(const cmd::TaintSources&) const { return {}; }
    static std::string of_sink(const SinkWish& wish) {
        return std::string(name_of(wish.word)) + (wish.any       ? " of any"
                                                  : wish.process ? " of " + std::to_string(*wish.process)
                                                                 : " of selected");
    }
    std::string operator()(const cmd::TaintReport& it) const { return of_sink(it.wish); }
    std::string operator()(const cmd::TaintBreak& it) const {
        const auto* wish = std::get_if<SinkWish>(&it.what);
        return wish != nullptr ? of_sink(*wish) : shown(std::get<TaintTarget>(it.what));
    }
    std::string operator()(const cmd::TaintSinks& it) const { return shown(it.number); }
    std::string operator()(const cmd::UntaintSink& it) const { return shown(it.number); }
    std::string operator()(const cmd::UntaintSource& it) const { return shown(it.number); }
    std::string operator()(const cmd::TaintPolicy& it) const {
        const auto choice = [](const auto& part) { return part ? std::string(name_of(*part)) : "-"; };
        return choice(it.loads) + " " + choice(it.stores) + " " + (it.conditions ? *it.conditions ? "on" : "off" : "-");
    }
    std::string operator()(const cmd::TaintStats&) const { return {}; }
    std::string operator()(const cmd::CheckTaint& it) const { return shown(it.target); }
    std::string operator()(const cmd::GetTaint& it) const { return shown(it.target); }
    std::string operator()(const cmd::OsInfo&) const { return {}; }
    std::string operator()(const cmd::ProcList& it) const { return (it.tree ? "tree " : "flat ") + shown(it.name); }
    std::string operator()(const cmd::ProcInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::ThreadInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::MemInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::Files& it) const { return shown(it.process); }
    std::string operator()(const cmd::Modules&) const { return {}; }
    std::string operator()(const cmd::KernelSymbol& it) const { return shown(it.symbol); }
    std::string operator()(const cmd::OsJson& it) const {
        auto text = std::string(name_of(it.topic)) + " " + std::to_string(it.number);
        for (const auto& symbol : it.symbols) {
            text += ", " + shown(symbol);
        }
        if (it.length != 0) {
            text += ", " + std::to_string(it.length) + " at " + std::to_string(it.address.value);
        }
        if (it.topic == JsonTopic::taint) {
            text += ", " + shown(it.target);
        }
        return text;
    }
    std::string operator()(const cmd::Events& it) const {
        const auto* wish = std::get_if<EventWish>(&it.wanted);
        if (wish == nullptr) {
            return std::holds_alternative<cmd::Events::Off>(it.wanted) ? "off" : "tell";
        }
        std::string text;
        for (std::size_t kind = 0; kind < osi::kEventKinds; ++kind) {
            text += wish->kinds.has(static_cast<osi::EventKind>(kind)) ? '1' : '0';
        }
        if (const auto* process = std::get_if<osi::ProcessId>(&wish->whom)) {
            return text + " of process " + std::to_string(*process);
        }
        const auto* name = std::get_if<std::string>(&wish->whom);
        return name != nullptr ? text + " of name " + *name : text;
    }
    std::string operator()(const cmd::Wait& it) const {
        return it.order ? it.order->program + ", " + std::to_string(static_cast<int>(it.order->stop_at)) : "tell";
    }
    std::string operator()(const cmd::Unwait& it) const { return shown(it.program); }
    std::string operator()(const cmd::Hook& it) const {
        if (!it.place) {
            return "tell";
        }
        const auto& [process, kernel, library, where] = *it.place;
        const auto* address = std::get_if<VirtAddr>(&where);
        return (kernel ? "kernel" : shown(process)) + ", " + (library.empty() ? "" : library + ", ") +
               (address != nullptr ? "address " + std::to_string(address->value) : std::get<std::string>(where));
    }
    std::string operator()(const cmd::Unhook& it) const { return shown(it.number); }
    std::string operator()(const cmd::Translate& it) const { return shown(it.address); }
    std::string operator()(const cmd::Help& it) const { return shown(it.about); }
    std::string operator()(const cmd::Vcpus&) const { return {}; }
    std::string operator()(const cmd::Sites&) const { return {}; }
    std::string operator()(const cmd::Version&) const { return {}; }
    std::string operator()(const cmd::Scope& it) const {
        if (const auto* space = std::get_if<AddressSpace>(&it.wanted)) {
            return "root " + std::to_string(space->root);
        }
        return std::to_string(it.wanted.index());
    }
};

}  // namespace hvgdb::monitor
