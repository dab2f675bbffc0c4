// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/service.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <spdlog/cfg/helpers.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <string>
#include <unistd.h>
#include <utility>

#include "emulator/arch.hpp"
#include "emulator/qmp.hpp"
#include "emulator/unix_transport.hpp"

namespace hvgdb::plugin {
namespace {

namespace asio = boost::asio;

/// QEMU's main loop answers only when the whole machine is built.
constexpr std::chrono::seconds kConnectLimit{60};
/// How long QEMU's exit waits for the last words to a client.
constexpr std::chrono::milliseconds kStopLimit{500};

void set_up_log(const std::string& levels) {
    const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    for (const char* name : {"hvgdb", "gdbserver", "emulator"}) {
        auto logger = std::make_shared<spdlog::logger>(name, sink);
        logger->set_pattern("hvgdb: %v");
        spdlog::drop(name);
        spdlog::register_logger(std::move(logger));
    }
    spdlog::set_default_logger(spdlog::get("hvgdb"));
    spdlog::cfg::helpers::load_levels(levels);
}

}  // namespace

Expected<std::unique_ptr<Service>> Service::create(qemu_plugin_id_t id, const qemu_info_t& info,
                                                   const Options& options) {
    const auto address = gdbserver::ListenAddress::parse(options.listen);
    if (!address) {
        return std::unexpected(address.error());
    }
    auto listener = gdbserver::open_listener(*address);
    if (!listener) {
        return std::unexpected(listener.error());
    }
    set_up_log(options.log);
    const bool inherited = std::holds_alternative<gdbserver::ListenAddress::Inherited>(address->value);
    if (!inherited) {  // whoever made it has told
        spdlog::info("listening on {}", listener->name());
    }
    return std::make_unique<Service>(id, info, options, std::move(*listener));
}

Service::Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options, gdbserver::Listener listener)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      instrumentation_({
          .plugin = id,
          .arch = emulator::find_arch_of_qemu(info.target_name),
          .max_vcpus = static_cast<unsigned>(info.system.max_vcpus),
          .on_started = [this] { asio::post(io_, [this] { start(); }); },
          .on_parked = [this] { asio::post(io_, [this] { debuggee_->on_vcpu_parked(); }); },
      }),
      thread_([this] { run(); }) {}

void Service::run() {
    try {
        io_.run();
    } catch (const std::exception& error) {
        spdlog::critical("the server ended: {}", error.what());
    }
    ended_.set_value();
}

void Service::stop() {
    asio::post(io_, [this] {
        work_.reset();
        if (machine_) {
            machine_->on_readable();
        }
        if (server_) {
            server_->close();
        }
        machine_socket_.reset();
        listener_.reset();
    });
    // A thread that still waits for QEMU's stub ends with the process.
    (void)ended_.get_future().wait_for(kStopLimit);
    thread_.detach();
}

void Service::start() {
    if (auto connected = connect(); !connected) {
        spdlog::critical("the guest runs on, but gdb cannot connect: {}", connected.error().detail);
        listener_.reset();
    }
}

Expected<bool> Service::guest_runs() const {
    if (options_.qmp.empty()) {
        return true;
    }
    auto transport = emulator::UnixTransport::connect(options_.qmp);
    if (!transport) {
        return std::unexpected(transport.error());
    }
    auto qmp = emulator::Qmp::connect(std::move(*transport));
    if (!qmp) {
        return std::unexpected(qmp.error());
    }
    const auto state = qmp->run_state();
    return state ? Expected<bool>(*state == "running") : std::unexpected(state.error());
}

Expected<void> Service::connect() {
    const auto runs = guest_runs();
    if (!runs) {
        return std::unexpected(runs.error());
    }
    auto transport = emulator::UnixTransport::connect(options_.stub);
    if (!transport) {
        return std::unexpected(transport.error());
    }
    auto machine = emulator::StubMachine::connect(std::move(*transport), kConnectLimit);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    machine_ = std::move(*machine);
    instrumentation_.attach(*machine_);
    debuggee_.emplace(*machine_, instrumentation_);
    stub_.emplace(*debuggee_);
    console_.emplace(monitor::ConsoleContext{*machine_, instrumentation_,
                                             [this](std::optional<AddressSpace> scope) {
                                                 debuggee_->set_scope(scope);
                                                 return Expected<void>();
                                             },
                                             [this] { return debuggee_->scope(); }});
    stub_->set_monitor([this](std::string_view line, VcpuId selected) {
        return gdbserver::MonitorReply{console_->execute(line, selected)};
    });
    server_.emplace(io_, *stub_);
    server_->listen(std::move(*listener_));
    listener_.reset();
    machine_socket_.emplace(io_, dup(machine_->native_handle()));
    watch_machine();
    // Connecting to QEMU's stub has paused the guest.
    return *runs && !options_.stop_at_start ? machine_->resume({}) : Expected<void>();
}

void Service::watch_machine() {
    machine_socket_->async_wait(asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
        if (error) {
            return;
        }
        machine_->on_readable();
        if (!debuggee_->gone()) {
            watch_machine();
        }
    });
}

}  // namespace hvgdb::plugin
