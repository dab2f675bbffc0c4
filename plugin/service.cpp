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
#include "emulator/unix_transport.hpp"
#include "osi/proc_text.hpp"

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

Expected<void> open_listener(Listeners& listeners, const std::string& text, const gdbserver::Entry& entry) {
    const auto address = gdbserver::ListenAddress::parse(text);
    if (!address) {
        return std::unexpected(address.error());
    }
    auto listener = gdbserver::open_listener(*address);
    if (!listener) {
        return std::unexpected(listener.error());
    }
    const bool inherited = std::holds_alternative<gdbserver::ListenAddress::Inherited>(address->value);
    if (!inherited) {  // whoever made it has told
        spdlog::info("listening on {}{}{}", listener->name(), entry.single ? " for process " : "",
                     entry.single ? entry.process : "");
    }
    listeners.emplace_back(std::move(*listener), entry);
    return {};
}

/// The engine knows x86 only.
bool taint_is_followed(const qemu_info_t& info) {
    const auto* const arch = emulator::find_arch_of_qemu(info.target_name);
    return arch != nullptr && arch->root_register == "cr3";
}

/// --listen's first.
Expected<Listeners> open_listeners(const Options& options) {
    Listeners listeners;
    auto opened = open_listener(listeners, options.listen, {.process = options.attach, .single = false});
    for (const auto& endpoint : options.endpoints) {
        if (opened) {
            opened = open_listener(listeners, endpoint.address, {.process = endpoint.process, .single = true});
        }
    }
    return opened ? Expected<Listeners>(std::move(listeners)) : std::unexpected(opened.error());
}

}  // namespace

Expected<std::unique_ptr<Service>> Service::create(qemu_plugin_id_t id, const qemu_info_t& info,
                                                   const Options& options) {
    set_up_log(options.log);
    auto listeners = open_listeners(options);
    if (!listeners) {
        return std::unexpected(listeners.error());
    }
    std::optional<gdbserver::HostRoot> host_root;
    if (!options.sysroot.empty()) {
        auto opened = gdbserver::HostRoot::open(options.sysroot);
        if (!opened) {
            return std::unexpected(opened.error());
        }
        host_root = std::move(*opened);
    }
    std::shared_ptr<const osi::Profile> profile;
    if (!options.os_profile.empty() && options.os_profile != kInfer) {
        auto loaded = osi::load_profile(options.os_profile);
        if (!loaded) {
            return std::unexpected(loaded.error());
        }
        spdlog::info("the guest's kernel is described by {}", loaded->description);
        profile = std::make_shared<osi::Profile>(std::move(*loaded));
    }
    return std::make_unique<Service>(
        id, info, options,
        Parts{.profile = std::move(profile), .listeners = std::move(*listeners), .host_root = std::move(host_root)});
}

Service::Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options, Parts parts)
    : options_(std::move(options)),
      profile_(std::move(parts.profile)),
      listeners_(std::move(parts.listeners)),
      host_root_(std::move(parts.host_root)),
      taint_(static_cast<unsigned>(info.system.max_vcpus)),
      instrumentation_({
          .plugin = id,
          .arch = emulator::find_arch_of_qemu(info.target_name),
          .max_vcpus = static_cast<unsigned>(info.system.max_vcpus),
          .blocks = taint_is_followed(info) ? &tcg_taint_ : nullptr,
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
        for (const auto& server : servers_) {
            server->close();
        }
        machine_socket_.reset();
        kernel_timer_.cancel();
        listeners_.clear();
    });
    // A thread that still waits for QEMU's stub ends with the process.
    (void)ended_.get_future().wait_for(kStopLimit);
    thread_.detach();
}

void Service::start() {
    if (auto connected = connect(); !connected) {
        spdlog::critical("the guest runs on, but gdb cannot connect: {}", connected.error().detail);
        listeners_.clear();
    }
}

Expected<std::optional<emulator::Qmp>> Service::connect_qmp() const {
    if (options_.qmp.empty()) {
        return std::nullopt;
    }
    auto transport = emulator::UnixTransport::connect(options_.qmp);
    if (!transport) {
        return std::unexpected(transport.error());
    }
    auto qmp = emulator::Qmp::connect(std::move(*transport));
    return qmp ? Expected<std::optional<emulator::Qmp>>(std::move(*qmp)) : std::unexpected(qmp.error());
}

Expected<void> Service::connect() {
    auto qmp = connect_qmp();
    if (!qmp) {
        return std::unexpected(qmp.error());
    }
    // Connecting to QEMU's stub pauses the guest; only one that was running before goes on.
    const auto state = *qmp ? (*qmp)->run_state() : Expected<std::string>("running");
    if (!state) {
        return std::unexpected(state.error());
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
    find_memory(*qmp);
    start_os();
    serve();
    return *state == "running" && !options_.stop_at_start ? machine_->resume({}) : Expected<void>();
}

void Service::serve() {
    instrumentation_.attach(*machine_);
    machine_->set_write_observer(&written_labels_.emplace(*machine_, taint_));
    debuggee_.emplace(*machine_, instrumentation_, [this](std::string_view text) { output_.add(text); });
    stub_.emplace(*debuggee_);
    debuggee_->set_hooks(hooks_.get());
    stub_->set_os(os_.get(), events_.get());
    stub_->set_proc_texts({.file = osi::proc_file, .link = osi::proc_link});
    stub_->set_host_root(host_root_ ? &*host_root_ : nullptr);
    set_up_console();
    for (auto& [listener, entry] : listeners_) {
        servers_.push_back(std::make_unique<gdbserver::Server>(io_, *stub_, std::move(entry)));
        servers_.back()->listen(std::move(listener));
    }
    listeners_.clear();
    machine_socket_.emplace(io_, dup(machine_->native_handle()));
    watch_machine();
    await_program();
    look_for_kernel();
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
