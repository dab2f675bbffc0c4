// SPDX-License-Identifier: GPL-2.0-or-later
// Where tainted data decides: what a client wants to be told of, or stopped at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/machine.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/taint/sink_table.hpp"
#include "monitor/selection.hpp"
#include "monitor/sink_log.hpp"
#include "monitor/sink_words.hpp"
#include "monitor/taint_place.hpp"
#include "monitor/taint_words.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Has what processes write logged, of one or of all, in place of what was logged before; until the result is gone.
using WriteWatch = std::function<Expected<std::shared_ptr<void>>(std::optional<osi::ProcessId>)>;

/// Server's thread only, all but clear() while the machine is paused.
class TaintSinks {
  public:
    static constexpr std::size_t kMostSinks = 32;

    struct Parts {
        emulator::Machine& machine;
        emulator::taint::Engine* engine = nullptr;  ///< null, as `print` or `post`: there are no sinks
        osi::Events* events = nullptr;              ///< null: nobody tells of the end of processes
        WriteWatch writes;                          ///< empty: nobody does
        SinkScene scene;
    };
    /// What is in it must outlive this object.
    explicit TaintSinks(Parts parts);
    ~TaintSinks() { clear(); }
    TaintSinks(const TaintSinks&) = delete;
    TaintSinks& operator=(const TaintSinks&) = delete;

    /// Its number, from 1 on; none is used twice before clear(). `not_found` for a process that there is not.
    [[nodiscard]] Expected<std::uint32_t> report(const SinkWish& wish, const Selection& selected);
    [[nodiscard]] Expected<std::uint32_t> stop(const SinkWish& wish, const Selection& selected);
    /// At stores to this memory, whoever makes them.
    [[nodiscard]] Expected<std::uint32_t> stop(const TaintTarget& target, const Selection& selected);

    /// `not_found` for an unknown number.
    [[nodiscard]] Expected<void> remove(std::uint32_t number);
    void clear();
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// The machine is about to run: processes may have got other address spaces, and memory other places.
    void refresh();

    /// A row a sink.
    [[nodiscard]] std::string list() const;
    /// The lines of one, with how often each happened. `not_found` for an unknown number.
    [[nodiscard]] Expected<std::string> lines(std::uint32_t number) const;

  private:
    struct Entry {
        std::uint32_t number = 0;
        std::shared_ptr<SinkLog> log;
        std::shared_ptr<emulator::taint::TaintSink> sink;
        std::optional<TaintTarget> target = {};
        Selection selected = {};
        std::shared_ptr<void> writes = {};
        std::vector<osi::Subscription> ends = {};
    };

    [[nodiscard]] Expected<std::uint32_t> add(const SinkWish& wish, const Selection& selected, bool stops);
    [[nodiscard]] Expected<void> check_room();
    [[nodiscard]] std::uint32_t insert(Entry entry);
    [[nodiscard]] Expected<void> place(const Entry& entry);
    void end_with_program(Entry& entry);
    void end(const Entry& entry);

    Parts parts_;
    std::vector<Entry> entries_;
    std::uint32_t last_number_ = 0;
};

}  // namespace hvgdb::monitor
