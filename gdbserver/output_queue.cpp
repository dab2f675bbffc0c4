// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/output_queue.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace hvgdb::gdbserver {

void OutputQueue::add(std::string_view text) {
    {
        const std::scoped_lock lock(mutex_);
        if (text_.size() > kMost) {
            return;
        }
        text_ += text;
        if (std::exchange(posted_, true)) {
            return;
        }
    }
    boost::asio::post(io_, [this] { come(); });
}

void OutputQueue::come() {
    if (Clock::now() - flushed_ >= kInterval) {
        flush();
        return;
    }
    timer_.expires_at(flushed_ + kInterval);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) {
            flush();
        }
    });
}

void OutputQueue::flush() {
    std::string text;
    {
        const std::scoped_lock lock(mutex_);
        text.swap(text_);
        posted_ = false;
    }
    timer_.cancel();
    flushed_ = Clock::now();
    if (!text.empty()) {
        print_(text);
    }
}

}  // namespace hvgdb::gdbserver
