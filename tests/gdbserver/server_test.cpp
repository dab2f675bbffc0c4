// SPDX-License-Identifier: GPL-2.0-or-later
// Real sockets on the loopback interface, all on one thread with bounded waits.
#include "gdbserver/server.hpp"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/fake_events.hpp"
#include "tests/support/scheduled_os.hpp"

namespace hvgdb::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using gdbserver::ListenAddress;
using gdbserver::Server;

struct ServerTest : testing::Test {
    StubRig rig;
    asio::io_context io;

    /// Runs server and machine until `done` holds; false after half a minute.
    bool wait_for(const std::function<bool()>& done) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);  // for the sanitizers
        while (!done()) {
            if (std::chrono::steady_clock::now() > limit) {
                return false;
            }
            io.restart();
            io.run_for(std::chrono::milliseconds(1));
            (void)rig.machine.run_until_stop(1);
        }
        return true;
    }

    tcp::socket dial(const Server& server) {
        const auto address = *ListenAddress::parse(server.address());
        const auto& where = std::get<ListenAddress::Tcp>(address.value);
        tcp::socket socket(io);
        socket.connect({asio::ip::make_address(where.host), where.port});
        return socket;
    }

    /// What the client has got once `wanted` is among it; fails the test when it does not come.
    template <typename Socket>
    std::string receive(Socket& socket, const std::string& wanted) {
        std::string got;
        socket.non_blocking(true);
        const bool came = wait_for([&] {
            std::array<char, 4096> buffer{};
            boost::system::error_code error;
            const auto size = socket.read_some(asio::buffer(buffer), error);
            got.append(buffer.data(), size);
            if (error == asio::error::eof || error == asio::error::connection_reset) {
                got += "(closed)";
            }
            return got.find(wanted) != std::string::npos;
        });
        EXPECT_TRUE(came) << "waited for " << wanted << ", got " << got;
        return got;
    }

    static gdbserver::Listener opened(const ListenAddress& address) {
        auto listener = open_listener(address);
        if (!listener) {
            throw std::runtime_error(listener.error().detail);
        }
        return std::move(*listener);
    }

    template <typename Socket>
    void ask(Socket& socket, const std::string& body, const std::string& wanted) {
        asio::write(socket, asio::buffer(encode_packet(body, false)));
        (void)receive(socket, wanted);
    }
};

TEST_F(ServerTest, ServesOneClientAfterTheOther) {
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    EXPECT_FALSE(server.address().ends_with(":0"));
    for (int i = 0; i < 3; ++i) {
        auto client = dial(server);
        ask(client, "?", "$T05thread:989681;");
        ask(client, "Z0,1234,1", "$OK#9a");
        client.close();
        ASSERT_TRUE(wait_for([&] { return !server.has_client() && rig.machine.running(); })) << "round " << i;
    }
}

TEST_F(ServerTest, RefusesASecondClientAtOnce) {
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto first = dial(server);
    ask(first, "?", "$T05thread:989681;");
    auto second = dial(server);
    EXPECT_EQ(receive(second, "(closed)"), "(closed)");
    ask(first, "qC", "$QC989681#");
}

TEST_F(ServerTest, SendsEverythingBeforeItCloses) {
    Server server(io, rig.stub);
    rig.stub.set_monitor([](std::string_view, const gdbserver::Selection&) {
        return gdbserver::MonitorReply{std::string(2000000, 'x')};
    });
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto client = dial(server);
    ask(client, "?", "$T05thread:989681;");
    asio::write(client, asio::buffer(encode_packet("qRcmd,00", false)));
    ASSERT_TRUE(wait_for([&] { return client.available() > 0; }));
    server.close();
    const auto text = receive(client, "(closed)");
    EXPECT_NE(text.find("$OK#9a"), std::string::npos) << "the end of the output is missing";
    EXPECT_TRUE(rig.machine.running());
}

TEST_F(ServerTest, TellsTheClientThatTheEmulatorEnded) {
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto client = dial(server);
    ask(client, "?", "$T05thread:989681;");
    asio::write(client, asio::buffer(encode_packet("c", false)));
    ASSERT_TRUE(wait_for([&] { return rig.machine.running(); }));
    emulator::MachineStop gone;
    gone.reason = emulator::MachineStop::Reason::gone;
    rig.machine.deliver(gone);
    (void)receive(client, "$W00#");
}

TEST_F(ServerTest, DropsAClientThatFloods) {
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto client = dial(server);
    io.run_for(std::chrono::milliseconds(1));  // accepted
    asio::write(client, asio::buffer(encode_packet("?", false)));
    client.non_blocking(true);
    const std::string junk(65536, '$');
    for (int i = 0; i < 200 && (i == 0 || server.has_client()); ++i) {
        boost::system::error_code ignored;
        client.write_some(asio::buffer(junk), ignored);
        io.restart();
        io.run_for(std::chrono::milliseconds(1));
    }
    EXPECT_FALSE(server.has_client());
}

TEST_F(ServerTest, AnswersAlthoughTheMachineDoesNotPause) {
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto client = dial(server);
    asio::write(client, asio::buffer(encode_packet("g", false)));
    client.non_blocking(true);
    std::string got;
    const auto limit = std::chrono::steady_clock::now() + gdbserver::Stub::kPauseTime +
                       std::chrono::seconds(30);  // for the sanitizers
    while (got.find("$E10#") == std::string::npos && std::chrono::steady_clock::now() < limit) {
        io.restart();
        io.run_for(std::chrono::milliseconds(10));
        std::array<char, 64> buffer{};
        boost::system::error_code ignored;
        got.append(buffer.data(), client.read_some(asio::buffer(buffer), ignored));
    }
    EXPECT_NE(got.find("$E10#"), std::string::npos) << got;
}

TEST_F(ServerTest, AnswersBeforeGdbGivesUpWaitingForAProgram) {
    ScheduledOs os(rig.machine);
    FakeEvents events;
    rig.stub.set_os(&os, &events);
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Tcp{"127.0.0.1", 0}}));
    auto client = dial(server);
    ask(client, "!", "$OK#");
    const auto begin = std::chrono::steady_clock::now();
    ask(client, "vRun;6c73", "$E6e#");
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, gdbserver::Stub::kStartTime);
    EXPECT_TRUE(rig.machine.running());
    EXPECT_EQ(rig.debuggee.awaited_starts().size(), 1U);
    client.close();
    ASSERT_TRUE(wait_for([&] { return !server.has_client(); }));
    EXPECT_TRUE(rig.debuggee.awaited_starts().empty());
    rig.stub.set_os(nullptr);
}

TEST_F(ServerTest, ListensOnAUnixSocketAndRemovesIt) {
    const auto path =
        (std::filesystem::temp_directory_path() / ("hvgdb-server-test-" + std::to_string(::getpid()))).string();
    {
        Server server(io, rig.stub);
        server.listen(opened({ListenAddress::Unix{path}}));
        EXPECT_EQ(server.address(), "unix:" + path);
        asio::local::stream_protocol::socket client(io);
        client.connect(path);
        ask(client, "?", "$T05thread:989681;");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, TakesAnInheritedSocketOver) {
    auto listener = gdbserver::open_listener({ListenAddress::Tcp{"127.0.0.1", 0}});
    ASSERT_TRUE(listener);
    const auto name = listener->name();
    Server server(io, rig.stub);
    server.listen(opened({ListenAddress::Inherited{listener->release()}}));
    EXPECT_EQ(server.address(), name);
    auto client = dial(server);
    ask(client, "?", "$T05thread:989681;");
}

}  // namespace
}  // namespace hvgdb::test
