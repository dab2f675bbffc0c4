// SPDX-License-Identifier: GPL-2.0-or-later
// The composition root: puts machine, instrumentation, server and console together.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "emulator/physical_memory.hpp"
#include "emulator/qemu_plugin_api.hpp"
#include "emulator/qmp.hpp"
#include "emulator/stub_machine.hpp"
#include "emulator/tcg_instrumentation.hpp"
#include "emulator/types.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/listen_address.hpp"
#include "gdbserver/server.hpp"
#include "gdbserver/stub.hpp"
#include "monitor/console.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/profile/profile.hpp"
#include "plugin/options.hpp"

namespace hvgdb::plugin {

/// Made by QEMU's main thread, which also stops it. Everything else happens on the one server thread that it owns.
class Service {
  public:
    /// Reads the kernel's profile, binds the listening socket and registers the vCPU callbacks. Fails in one line.
    [[nodiscard]] static Expected<std::unique_ptr<Service>> create(qemu_plugin_id_t id, const qemu_info_t& info,
                                                                   const Options& options);
    Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options, std::shared_ptr<const osi::Profile> profile,
            gdbserver::Listener listener);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() = default;

    /// QEMU exits: a client still hears of it. Called once, and the last call.
    void stop();

  private:
    void run();
    // The server's thread.
    void start();
    [[nodiscard]] Expected<void> connect();
    /// Nothing when there is no QMP socket for us.
    [[nodiscard]] Expected<std::optional<emulator::Qmp>> connect_qmp() const;
    void find_memory(std::optional<emulator::Qmp>& qmp);
    void start_os();
    void serve();
    void watch_machine();

    Options options_;
    std::shared_ptr<const osi::Profile> profile_;  ///< null: none
    std::optional<gdbserver::Listener> listener_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    emulator::TcgInstrumentation instrumentation_;
    std::unique_ptr<emulator::StubMachine> machine_;
    std::unique_ptr<emulator::PhysicalMemory> memory_;
    std::unique_ptr<osi::LinuxOs> os_;
    std::optional<gdbserver::Debuggee> debuggee_;
    std::optional<gdbserver::Stub> stub_;
    std::optional<gdbserver::Server> server_;
    std::optional<monitor::Console> console_;
    std::optional<boost::asio::posix::stream_descriptor> machine_socket_;
    std::promise<void> ended_;
    std::thread thread_;
};

}  // namespace hvgdb::plugin
