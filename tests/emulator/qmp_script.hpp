// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "emulator/hex.hpp"
#include "emulator/stub_transport.hpp"

namespace hvgdb::emulator {

inline constexpr const char* kQmpGreeting = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

/// Says its lines in order, whatever it is asked; each read gives at most three bytes.
class QmpScript final : public Transport {
  public:
    QmpScript(std::string answers, std::string& requests) : answers_(std::move(answers)), requests_(requests) {}
    Expected<void> write(std::span<const std::byte> bytes, std::chrono::milliseconds) override {
        requests_ += as_text(bytes);
        return {};
    }
    Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds) override {
        const std::size_t size = std::min({out.size(), answers_.size() - at_, std::size_t{3}});
        if (size == 0) {
            return fail(Errc::gone, "closed");
        }
        std::memcpy(out.data(), answers_.data() + at_, size);
        at_ += size;
        return size;
    }
    [[nodiscard]] int native_handle() const override { return -1; }

  private:
    std::string answers_;
    std::size_t at_ = 0;
    std::string& requests_;
};

}  // namespace hvgdb::emulator
