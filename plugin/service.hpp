// SPDX-License-Identifier: GPL-2.0-or-later
// The composition root: puts machine, instrumentation, server and console together.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "emulator/physical_memory.hpp"
#include "emulator/qemu_plugin_api.hpp"
#include "emulator/qmp.hpp"
#include "emulator/stub_machine.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/tcg_instrumentation.hpp"
#include "emulator/tcg_taint.hpp"
#include "emulator/types.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/host_root.hpp"
#include "gdbserver/listen_address.hpp"
#include "gdbserver/output_queue.hpp"
#include "gdbserver/server.hpp"
#include "gdbserver/stub.hpp"
#include "monitor/console.hpp"
#include "monitor/written_labels.hpp"
#include "osi/hooks.hpp"
#include "osi/linux/linux_events.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/page_tables.hpp"
#include "osi/profile/profile.hpp"
#include "plugin/options.hpp"

namespace hvgdb::plugin {

using Listeners = std::vector<std::pair<gdbserver::Listener, gdbserver::Entry>>;

/// Made by QEMU's main thread, which also stops it. Everything else happens on the one server thread that it owns.
class Service {
  public:
    /// Reads the kernel's profile, binds the listening socket and registers the vCPU callbacks. Fails in one line.
    [[nodiscard]] static Expected<std::unique_ptr<Service>> create(qemu_plugin_id_t id, const qemu_info_t& info,
                                                                   const Options& options);
    /// What can fail to come about.
    struct Parts {
        std::shared_ptr<const osi::Profile> profile;  ///< null: none
        Listeners listeners;
        std::optional<gdbserver::HostRoot> host_root;
    };
    Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options, Parts parts);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() = default;

    /// QEMU exits: a client still hears of it. Called once, and the last call.
    void stop();

    [[nodiscard]] emulator::taint::Engine& taint() { return taint_; }

  private:
    void run();
    // The server's thread.
    void start();
    [[nodiscard]] Expected<void> connect();
    /// Nothing when there is no QMP socket for us.
    [[nodiscard]] Expected<std::optional<emulator::Qmp>> connect_qmp() const;
    void find_memory(std::optional<emulator::Qmp>& qmp);
    void start_os();
    void use_page_tables(const osi::X86Paging& paging);
    void serve();
    [[nodiscard]] monitor::ConsoleContext console_context();
    void set_up_console();
    void watch_machine();
    void await_program();
    void look_for_kernel();

    Options options_;
    std::shared_ptr<const osi::Profile> profile_;  ///< null: none
    Listeners listeners_;                          ///< that of --listen first; empty once the servers have them
    std::optional<gdbserver::HostRoot> host_root_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    emulator::taint::Engine taint_;
    emulator::TcgTaint tcg_taint_{taint_};
    emulator::TcgInstrumentation instrumentation_;
    std::unique_ptr<emulator::StubMachine> machine_;
    std::optional<monitor::WrittenLabels> written_labels_;
    std::unique_ptr<emulator::PhysicalMemory> memory_;
    std::unique_ptr<osi::PageTables> page_tables_;  ///< how the kernel found last has them
    std::unique_ptr<osi::LinuxOs> os_;
    std::unique_ptr<osi::LinuxEvents> events_;
    std::unique_ptr<osi::Hooks> hooks_;
    std::optional<gdbserver::Debuggee> debuggee_;
    std::optional<gdbserver::Stub> stub_;
    std::vector<std::unique_ptr<gdbserver::Server>> servers_;
    gdbserver::OutputQueue output_{io_, [this](std::string_view text) { stub_->print(text); }};
    std::optional<monitor::Console> console_;
    bool waits_ = false;  ///< the monitor command that runs asked for a program's start
    std::optional<boost::asio::posix::stream_descriptor> machine_socket_;
    boost::asio::steady_timer kernel_timer_{io_};
    std::promise<void> ended_;
    std::thread thread_;
};

}  // namespace hvgdb::plugin
