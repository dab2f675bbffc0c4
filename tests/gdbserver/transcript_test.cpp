// SPDX-License-Identifier: GPL-2.0-or-later
// Replays tests/transcripts/*.rsp. A line begins with
//   "-> "  a packet from the client; "\xNN" is a byte
//   "<- "  the reply that must come next; one that ends in "..." need only begin so
//   "!! "  an event, see events() and TranscriptGuest
//   "# "   a comment
// Every reply must be expected, before the next packet or event.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include "emulator/hex.hpp"
#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/gdbserver/transcript_guest.hpp"

namespace hvgdb::test {
namespace {

using emulator::MachineStop;

std::string unescape(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto code = text.starts_with("\\x") ? decode_hex_text(text.substr(2, 2)) : std::nullopt;
        result += code ? *code : std::string(text.substr(0, 1));
        text.remove_prefix(code ? 4 : 1);
    }
    return result;
}

class Transcript {
  public:
    explicit Transcript(const std::filesystem::path& file) : file_(file) {
        rig_.stub.set_monitor([this](std::string_view line, const gdbserver::Selection& selected) {
            const auto where = std::to_string(selected.vcpu.index);
            if (line.starts_with("wait ")) {
                return guest_.wait_for(line.substr(line.find(' ') + 1));
            }
            return gdbserver::MonitorReply{line == "silent" ? "" : std::string(line) + " on " + where};
        });
    }
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;
    ~Transcript() { rig_.stub.set_os(nullptr); }

    void replay() {
        std::ifstream input(file_);
        ASSERT_TRUE(input) << file_;
        for (std::string line; std::getline(input, line); ++number_) {
            if (line.empty() || line.starts_with('#')) {
                continue;
            }
            const auto text = unescape(std::string_view(line).substr(3));
            if (line.starts_with("<- ")) {
                expect(text);
                continue;
            }
            expect_silence();
            if (line.starts_with("-> ")) {
                rig_.send(text);
            } else if (line.starts_with("!! ")) {
                run_event(text);
            } else {
                ADD_FAILURE() << where() << "not a line of a transcript: " << line;
            }
        }
        expect_silence();
    }

  private:
    std::string where() const { return file_.filename().string() + ":" + std::to_string(number_) + ": "; }

    void expect(std::string_view wanted) {
        const auto reply = rig_.next();
        const bool open = wanted.ends_with("...");
        const bool same = open ? reply.starts_with(wanted.substr(0, wanted.size() - 3)) : reply == wanted;
        EXPECT_TRUE(same) << where() << "expected " << wanted << "\n  but got " << reply;
    }

    void expect_silence() {
        EXPECT_TRUE(rig_.replies.empty()) << where() << "an unexpected reply came before this line: " << rig_.next();
        rig_.replies.clear();
    }

    void run_event(const std::string& text) {
        std::istringstream words(text);
        std::string name;
        words >> name >> std::hex;
        auto all = events(text, words);
        all.merge(guest_.guest_events(words));
        all.merge(guest_.process_events(words));
        const auto event = all.find(name);
        ASSERT_NE(event, all.end()) << where() << "unknown event " << name;
        event->second();
    }

    using Events = TranscriptGuest::Events;

    Events events(const std::string& text, std::istream& words) {
        return {
            {"connect", [&] { rig_.connect(read_entry(words)); }},  // [PROCESS [single]]: what the address is for
            {"lost", [&] { rig_.stub.disconnect(); }},
            {"overdue", [&] { rig_.stub.overdue(); }},  // the time limit is over
            {"has-limit", [&] { EXPECT_TRUE(rig_.stub.waits()) << where(); }},
            {"no-limit", [&] { EXPECT_FALSE(rig_.stub.waits()) << where(); }},
            {"print", [&] { rig_.stub.print(text.substr(text.find(' ') + 1)); }},
            {"raw", [&] { rig_.send_raw(text.substr(text.find(' ') + 1)); }},
            {"ctrl-c", [&] { rig_.send_raw("\x03"); }},
            {"run", [&] { (void)rig_.machine.run_until_stop(); }},       // until something stops it, or for a while
            {"settle", [&] { settle(); }},                               // run, past stops that concern nobody
            {"pc", [&] { set_pc(words); }},                              // VCPU ADDRESS
            {"jump", [&] { set_jump(words); }},                          // FROM TO: the program's instruction
            {"watch", [&] { watchpoint(words); }},                       // VCPU ADDRESS: a watchpoint hits
            {"pause", [&] { rig_.machine.deliver({}); }},                // somebody else paused the machine
            {"gone", [&] { stop(MachineStop::Reason::gone); }},          // the emulator ended
            {"shutdown", [&] { stop(MachineStop::Reason::shutdown); }},  // the guest is off
            {"is-running", [&] { EXPECT_TRUE(rig_.machine.running()) << where(); }},
            {"is-paused", [&] { EXPECT_FALSE(rig_.machine.running()) << where(); }},
            {"site", [&] { expect_site(words, true); }},  // ADDRESS: an enabled site is there
            {"no-site", [&] { expect_site(words, false); }},
            {"naks", [&] { expect_count(words, rig_.naks); }},  // so many came by now
        };
    }

    static gdbserver::Entry read_entry(std::istream& words) {
        gdbserver::Entry entry;
        std::string single;
        words >> entry.process >> single;
        entry.single = single == "single";
        return entry;
    }
    void settle() {
        constexpr unsigned kMost = 8;
        for (unsigned i = 0; i < kMost && rig_.replies.empty() && rig_.machine.run_until_stop(); ++i) {
        }
    }
    void set_pc(std::istream& words) {
        unsigned vcpu = 0;
        std::uint64_t address = 0;
        words >> vcpu >> address;
        rig_.machine.set_pc(VcpuId{vcpu}, address);
    }
    void set_jump(std::istream& words) {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        words >> from >> to;
        rig_.machine.set_next(from, to);
    }
    void watchpoint(std::istream& words) {
        unsigned vcpu = 0;
        MachineStop hit;
        words >> vcpu >> hit.address.value;
        hit.reason = MachineStop::Reason::watchpoint;
        hit.vcpu = VcpuId{vcpu};
        rig_.machine.deliver(hit);
    }
    void stop(MachineStop::Reason reason) {
        MachineStop what;
        what.reason = reason;
        rig_.machine.deliver(what);
    }
    void expect_site(std::istream& words, bool there) {
        std::uint64_t address = 0;
        words >> address;
        EXPECT_EQ(rig_.instrumentation.has_enabled_site(address), there) << where();
    }
    void expect_count(std::istream& words, unsigned count) {
        unsigned wanted = 0;
        words >> wanted;
        EXPECT_EQ(count, wanted) << where();
    }

    std::filesystem::path file_;
    unsigned number_ = 1;
    StubRig rig_;
    TranscriptGuest guest_{rig_};
};

std::vector<std::string> transcripts() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(HVGDB_SOURCE_DIR "/tests/transcripts")) {
        if (entry.path().extension() == ".rsp") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::ranges::sort(names);
    return names;
}

class Transcripts : public testing::TestWithParam<std::string> {};

TEST_P(Transcripts, Replays) {
    Transcript(std::filesystem::path(HVGDB_SOURCE_DIR "/tests/transcripts") / (GetParam() + ".rsp")).replay();
}

INSTANTIATE_TEST_SUITE_P(All, Transcripts, testing::ValuesIn(transcripts()), [](const auto& row) { return row.param; });

}  // namespace
}  // namespace hvgdb::test
