// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/service.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <spdlog/cfg/helpers.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <string>
#include <unistd.h>
#include <utility>

#include "emulator/arch.hpp"
#include "emulator/guest_ram.hpp"
#include "emulator/machine_memory.hpp"
#include "emulator/unix_transport.hpp"

namespace hvgdb::plugin {
namespace {

namespace asio = boost::asio;

/// Instead of a profile: the kernel's own word about its structures is left aside.
constexpr std::string_view kInfer = "infer";
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

/// Nothing: kernels are not remembered.
std::filesystem::path cache_folder(const std::string& option) {
    if (option == "off") {
        return {};
    }
    if (option != "default") {
        return option;
    }
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && *cache == '/') {
        return std::filesystem::path(cache) / "hvgdb/kernels";
    }
    const char* const home = std::getenv("HOME");
    return home != nullptr && *home == '/' ? std::filesystem::path(home) / ".cache/hvgdb/kernels"
                                           : std::filesystem::path();
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
    std::shared_ptr<const osi::Profile> profile;
    if (!options.os_profile.empty() && options.os_profile != kInfer) {
        auto loaded = osi::load_profile(options.os_profile);
        if (!loaded) {
            return std::unexpected(loaded.error());
        }
        spdlog::info("the guest's kernel is described by {}", loaded->description);
        profile = std::make_shared<osi::Profile>(std::move(*loaded));
    }
    return std::make_unique<Service>(id, info, options, std::move(profile), std::move(*listener));
}

Service::Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options,
                 std::shared_ptr<const osi::Profile> profile, gdbserver::Listener listener)
    : options_(std::move(options)),
      profile_(std::move(profile)),
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

/// QEMU's own memory, which is the guest's RAM, where we can have it; else by asking QEMU for every read.
void Service::find_memory(std::optional<emulator::Qmp>& qmp) {
    if (qmp) {
        auto ram = emulator::GuestRam::find(*qmp);
        const auto dropped = ram ? (*ram)->verify(*machine_) : std::unexpected(ram.error());
        if (dropped) {
            memory_ = std::move(*ram);
            return;
        }
        spdlog::warn("guest memory is read through QEMU's debug stub, which is slow: {}", dropped.error().detail);
    }
    memory_ = std::make_unique<emulator::MachineMemory>(*machine_);
}

void Service::start_os() {
    osi::LocateOptions how{.profile = profile_,
                           .cache_folder = cache_folder(options_.os_cache),
                           .infer_structures = options_.os_profile == kInfer};
    os_ = std::make_unique<osi::LinuxOs>(*machine_, *memory_, std::move(how), [](const osi::LocatedKernel& kernel) {
        spdlog::info("found Linux {} in the guest, {} ms", osi::release_in(kernel.banner),
                     std::chrono::duration_cast<std::chrono::milliseconds>(kernel.took).count());
    });
}

void Service::serve() {
    instrumentation_.attach(*machine_);
    debuggee_.emplace(*machine_, instrumentation_);
    stub_.emplace(*debuggee_);
    console_.emplace(monitor::ConsoleContext{.machine = *machine_,
                                             .instrumentation = instrumentation_,
                                             .set_scope =
                                                 [this](std::optional<AddressSpace> scope) {
                                                     debuggee_->set_scope(scope);
                                                     return Expected<void>();
                                                 },
                                             .get_scope = [this] { return debuggee_->scope(); },
                                             .os = os_.get()});
    stub_->set_monitor([this](std::string_view line, VcpuId selected) {
        return gdbserver::MonitorReply{console_->execute(line, selected)};
    });
    stub_->set_os(os_.get());
    server_.emplace(io_, *stub_);
    server_->listen(std::move(*listener_));
    listener_.reset();
    machine_socket_.emplace(io_, dup(machine_->native_handle()));
    watch_machine();
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
