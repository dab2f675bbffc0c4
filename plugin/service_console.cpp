// SPDX-License-Identifier: GPL-2.0-or-later
// What clients type and read.
#include <boost/asio/post.hpp>

#include "plugin/service.hpp"

namespace hvgdb::plugin {
monitor::ConsoleContext Service::console_context() {
    return {.machine = *machine_,
            .instrumentation = instrumentation_,
            .set_scope =
                [this](std::optional<AddressSpace> scope) {
                    debuggee_->set_scope(scope);
                    return Expected<void>();
                },
            .get_scope = [this] { return debuggee_->scope(); },
            .os = os_.get(),
            .events = events_.get(),
            .print = [this](std::string_view text) { output_.add(text); },
            .hooks = hooks_.get(),
            .wait =
                [this](const osi::StartOrder& order) {
                    waits_ = true;
                    return debuggee_->hold_start(order);
                },
            .unwait =
                [this](const std::optional<std::string>& program) {
                    if (program) {
                        debuggee_->forget_start(*program);
                    } else {
                        debuggee_->forget_starts();
                    }
                },
            .awaited = [this] { return debuggee_->awaited_starts(); },
            .held =
                [this] {
                    const auto& held = debuggee_->held();
                    return held ? std::optional(std::pair(held->pid, held->command)) : std::nullopt;
                },
            .taint = &taint_,
            .post = [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); }};
}

void Service::set_up_console() {
    console_.emplace(console_context());
    stub_->set_monitor([this](std::string_view line, const gdbserver::Selection& selected) {
        const auto& thread = selected.thread;
        const bool of_process = thread.pid != 0 && thread.pid != gdbserver::MachineInferior::kPid;
        waits_ = false;
        auto text = console_->execute(line, {.vcpu = selected.vcpu,
                                             .thread = of_process ? std::optional(thread.tid) : std::nullopt,
                                             .process = of_process ? std::optional(thread.pid) : std::nullopt});
        return gdbserver::MonitorReply{.text = std::move(text), .waits = waits_};
    });
    debuggee_->set_pause_listener([this] {
        output_.flush();
        console_->on_pause();
    });
    debuggee_->set_before_resume([this] { console_->before_resume(); });
    stub_->set_goodbye([this] {
        if (console_->logs()) {
            console_->clear();
            debuggee_->look_for_kernel();
        }
    });
}

}  // namespace hvgdb::plugin
