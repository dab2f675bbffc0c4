// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/hook_log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <variant>

#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestName = 128;

/// "libc.so.6!malloc", "*0x401000"
std::string place_text(const osi::HookSpec& spec) {
    const auto* address = std::get_if<VirtAddr>(&spec.where);
    return (spec.library.empty() ? "" : shortened(spec.library, kLongestName) + "!") +
           (address != nullptr ? fmt::format("*{:#x}", address->value)
                               : shortened(std::get<std::string>(spec.where), kLongestName));
}

std::string whole_place_text(const osi::HookSpec& spec) {
    return (spec.process ? std::to_string(*spec.process) : "kernel") + " " + place_text(spec);
}

std::string address_text(const osi::HookSpec& spec, const osi::HookHandle& hook) {
    constexpr std::size_t kLongestLibrary = 24;
    if (!hook.exists()) {
        return "gone";
    }
    const auto address = hook.address();
    return address ? fmt::format("{:#x}", address->value) : "waits for " + shortened(spec.library, kLongestLibrary);
}

/// As functions of x86-64 get them; of other machines' none is known.
std::string arguments_text(emulator::VcpuContext& vcpu) {
    constexpr std::array<std::string_view, 4> kRegisters{"rdi", "rsi", "rdx", "rcx"};
    std::string text;
    for (const auto name : kRegisters) {
        if (const auto value = vcpu.read_register(name)) {
            text += fmt::format("{}{:#x}", text.empty() ? "" : ", ", *value);
        }
    }
    return text;
}

}  // namespace

/// What the vCPUs need of a hook, on their threads.
class HookLog::Writer {
  public:
    Writer(const HookLog& log, const osi::HookSpec& spec)
        : print_(log.print_), clock_(log.clock_), began_(log.began_), place_(place_text(spec)) {
        if (spec.process) {
            whose_ = std::to_string(*spec.process);
        }
    }

    void tell(emulator::VcpuContext& vcpu) {
        ++hits_;
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(clock_() - began_);
        const auto whose = whose_.empty() ? fmt::format("{:#x}", vcpu.address_space().root) : whose_;
        print_(fmt::format("{:>6} ms [{}] {} at {:#x} ({})\n", age.count(), whose, place_, vcpu.pc().value,
                           arguments_text(vcpu)));
    }
    [[nodiscard]] std::uint64_t hits() const { return hits_; }

  private:
    const EventLog::Print print_;
    const EventLog::Clock clock_;
    const std::chrono::steady_clock::time_point began_;
    const std::string place_;
    std::string whose_;  ///< the process; empty: whoever calls the kernel
    std::atomic<std::uint64_t> hits_{0};
};

HookLog::HookLog(osi::Hooks* hooks, EventLog::Print print, EventLog::Clock clock)
    : hooks_(hooks), print_(std::move(print)), clock_(std::move(clock)) {}

Expected<std::uint32_t> HookLog::add(osi::HookSpec spec) {
    if (hooks_ == nullptr || !print_) {
        return fail(Errc::unsupported, "not available here");
    }
    std::erase_if(entries_, [](const Entry& entry) { return !entry.hook.exists(); });
    if (entries_.size() >= kMostHooks) {
        return fail(Errc::bad_argument, fmt::format("there are {} hooks already", kMostHooks));
    }
    if (entries_.empty()) {
        began_ = clock_();
    }
    auto writer = std::make_shared<Writer>(*this, spec);
    auto hook = hooks_->add(spec, [writer](emulator::VcpuContext& vcpu) {
        writer->tell(vcpu);
        return emulator::Verdict::go_on;
    });
    if (!hook) {
        return std::unexpected(std::move(hook.error()));
    }
    entries_.push_back(
        {.number = ++last_number_, .spec = std::move(spec), .hook = *std::move(hook), .writer = std::move(writer)});
    return last_number_;
}

Expected<void> HookLog::remove(std::uint32_t number) {
    const auto found = std::ranges::find(entries_, number, &Entry::number);
    if (found == entries_.end()) {
        return fail(Errc::not_found, fmt::format("there is no hook {}", number));
    }
    found->hook.remove();
    entries_.erase(found);
    return {};
}

void HookLog::clear() {
    for (const auto& entry : entries_) {
        entry.hook.remove();
    }
    entries_.clear();
    last_number_ = 0;
}

std::string HookLog::added_report() const {
    const auto& [number, spec, hook, writer] = entries_.back();
    return paragraph(fmt::format("hook {}{} {}: {}", number, hook.address() ? " at" : "", address_text(spec, hook),
                                 whole_place_text(spec)));
}

std::string HookLog::report() const {
    if (entries_.empty()) {
        return "no hooks\n";
    }
    std::vector<std::vector<std::string>> rows{{"number", "hits", "address", "place"}};
    for (const auto& [number, spec, hook, writer] : entries_) {
        rows.push_back(
            {std::to_string(number), std::to_string(writer->hits()), address_text(spec, hook), whole_place_text(spec)});
    }
    return table(rows, {.align = "rr"});
}

}  // namespace hvgdb::monitor
