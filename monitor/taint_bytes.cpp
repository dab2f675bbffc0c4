// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_bytes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace hvgdb::monitor {

namespace {

using namespace emulator::taint;

/// `visit(address, offset, size)`, within a page each.
template <typename Visit>
void each_piece(const TaintPlace& place, const Visit& visit) {
    std::uint64_t offset = 0;
    for (const auto& piece : place.memory) {
        for (std::uint64_t done = 0; done < piece.size;) {
            const PhysAddr at{piece.address.value + done};
            const auto count = std::min<std::uint64_t>(piece.size - done, kPageSize - at.value % kPageSize);
            visit(at, offset + done, static_cast<std::size_t>(count));
            done += count;
        }
        offset += piece.size;
    }
}

/// `change(offset, set)` answers with another set.
template <typename Change>
void change_bytes(Engine& engine, const TaintPlace& place, const Change& change) {
    std::array<SetId, kPageSize> sets{};
    const auto change_all = [&](std::uint64_t offset, std::span<SetId> chunk) {
        for (auto& set : chunk) {
            set = change(offset++, set);
        }
    };
    if (place.registers) {
        auto& registers = engine.vcpu(place.registers->vcpu).registers();
        const auto chunk = std::span(sets).first(place.registers->range.size);
        std::ranges::copy(registers.get(place.registers->range), chunk.begin());
        change_all(0, chunk);
        registers.set(place.registers->range, chunk);
    }
    each_piece(place, [&](PhysAddr at, std::uint64_t offset, std::size_t size) {
        const auto chunk = std::span(sets).first(size);
        engine.memory().read(at, chunk);
        change_all(offset, chunk);
        engine.memory().write(at, chunk);
    });
}

/// Puts bytes together that come in ascending order.
class RunCollector {
  public:
    explicit RunCollector(std::size_t most) : most_(most) {}

    void add(std::uint64_t offset, SetId set) {
        ++found_.bytes;
        if (now_ && now_->set == set && now_->last + 1 == offset) {
            now_->last = offset;
            return;
        }
        end_run();
        now_ = TaintRun{.first = offset, .last = offset, .set = set};
    }
    void add(std::uint64_t offset, std::span<const SetId> sets) {
        for (const auto set : sets) {
            if (set != kNoLabels) {
                add(offset, set);
            }
            ++offset;
        }
    }
    [[nodiscard]] TaintedBytes finish() {
        end_run();
        return std::move(found_);
    }

  private:
    void end_run() {
        if (now_ && found_.runs.size() < most_) {
            found_.runs.push_back(*now_);
        } else if (now_) {
            ++found_.more_runs;
        }
        now_.reset();
    }

    std::size_t most_;
    std::optional<TaintRun> now_;
    TaintedBytes found_;
};

}  // namespace

TaintedBytes tainted_bytes(Engine& engine, const TaintPlace& place, std::size_t most_runs) {
    RunCollector collector(most_runs);
    if (place.registers) {
        collector.add(0, engine.vcpu(place.registers->vcpu).registers().get(place.registers->range));
        return collector.finish();
    }
    std::array<SetId, kPageSize> sets{};
    each_piece(place, [&](PhysAddr at, std::uint64_t offset, std::size_t size) {
        const auto chunk = std::span(sets).first(size);
        if (engine.memory().read(at, chunk)) {
            collector.add(offset, chunk);
        }
    });
    return collector.finish();
}

void add_labels(Engine& engine, const TaintPlace& place, Label label, bool positional) {
    auto& labels = engine.labels();
    Unions unite(labels);
    const auto same = labels.single(label);
    change_bytes(engine, place, [&](std::uint64_t offset, SetId set) {
        return unite(set, positional ? labels.single(label + static_cast<Label>(offset)) : same);
    });
}

void clear_labels(Engine& engine, const TaintPlace& place) {
    change_bytes(engine, place, [](std::uint64_t, SetId) { return kNoLabels; });
}

}  // namespace hvgdb::monitor
