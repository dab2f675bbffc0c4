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

#include "emulator/qemu_plugin_api.hpp"
#include "emulator/stub_machine.hpp"
#include "emulator/tcg_instrumentation.hpp"
#include "emulator/types.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/listen_address.hpp"
#include "gdbserver/server.hpp"
#include "gdbserver/stub.hpp"
#include "monitor/console.hpp"
#include "plugin/options.hpp"

namespace hvgdb::plugin {

/// Made by QEMU's main thread, which also stops it. Everything else happens on the one server thread that it owns.
class Service {
  public:
    /// Binds the listening socket and registers the vCPU callbacks. Fails in one line.
    [[nodiscard]] static Expected<std::unique_ptr<Service>> create(qemu_plugin_id_t id, const qemu_info_t& info,
                                                                   const Options& options);
    Service(qemu_plugin_id_t id, const qemu_info_t& info, Options options, gdbserver::Listener listener);
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
    /// Whether the guest was running before we came, so that it has to go on.
    [[nodiscard]] Expected<bool> guest_runs() const;
    void watch_machine();

    Options options_;
    std::optional<gdbserver::Listener> listener_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    emulator::TcgInstrumentation instrumentation_;
    std::unique_ptr<emulator::StubMachine> machine_;
    std::optional<gdbserver::Debuggee> debuggee_;
    std::optional<gdbserver::Stub> stub_;
    std::optional<gdbserver::Server> server_;
    std::optional<monitor::Console> console_;
    std::optional<boost::asio::posix::stream_descriptor> machine_socket_;
    std::promise<void> ended_;
    std::thread thread_;
};

}  // namespace hvgdb::plugin
