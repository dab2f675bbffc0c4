// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/output_queue.hpp"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace hvgdb::gdbserver {
namespace {

class OutputQueueTest : public testing::Test {
  protected:
    /// Without waiting for timers.
    void poll() {
        io_.restart();
        io_.poll();
    }
    void run() {
        io_.restart();
        io_.run();
    }

    boost::asio::io_context io_{1};
    std::vector<std::string> printed_;
    OutputQueue queue_{io_, [this](std::string_view text) { printed_.emplace_back(text); }};
};

TEST_F(OutputQueueTest, PrintsTheFirstAtOnceAndWhatFollowsTogether) {
    queue_.add("one\n");
    EXPECT_TRUE(printed_.empty()) << "this is no vCPU's work";
    poll();
    EXPECT_EQ(printed_, std::vector<std::string>{"one\n"});
    queue_.add("two\n");
    queue_.add("three\n");
    run();
    EXPECT_EQ(printed_, (std::vector<std::string>{"one\n",
                                                  "two\n"
                                                  "three\n"}));
}

TEST_F(OutputQueueTest, AFlushIsNotRepeated) {
    queue_.add("one");
    poll();
    queue_.add("two");
    poll();
    queue_.flush();
    EXPECT_EQ(printed_, (std::vector<std::string>{"one", "two"}));
    queue_.flush();
    queue_.add("three");
    run();
    EXPECT_EQ(printed_, (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(OutputQueueTest, LosesWhatComesTooFast) {
    const std::string line(OutputQueue::kMost / 2, 'x');
    for (unsigned i = 0; i < 10; ++i) {
        queue_.add(line);
    }
    run();
    ASSERT_EQ(printed_.size(), 1U);
    EXPECT_EQ(printed_.front().size(), 3 * line.size());
    queue_.add("again");
    run();
    EXPECT_EQ(printed_.back(), "again");
}

TEST(OutputQueueThreads, KeepEachTextWholeAndInItsOrder) {
    constexpr unsigned kThreads = 3;
    constexpr unsigned kTexts = 2000;
    boost::asio::io_context io{1};
    std::string all;
    OutputQueue queue(io, [&all](std::string_view text) { all += text; });
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&queue, thread] {
            for (unsigned i = 0; i < kTexts; ++i) {
                queue.add(std::to_string(thread) + ' ' + std::to_string(i) + '\n');
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    io.run();
    std::vector<unsigned> next(kThreads);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < all.size(); ++lines) {
        const auto end = all.find('\n', at);
        const auto line = all.substr(at, end - at);
        const auto thread = static_cast<unsigned>(line.front() - '0');
        ASSERT_EQ(line, std::to_string(thread) + ' ' + std::to_string(next.at(thread)++));
        at = end + 1;
    }
    EXPECT_EQ(lines, kThreads * kTexts);
}

}  // namespace
}  // namespace hvgdb::gdbserver
