// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/pending_signals.hpp"

#include <gtest/gtest.h>
#include <initializer_list>
#include <vector>

#include "emulator/hex.hpp"
#include "tests/osi/fake_tasks.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kKernelHalf = 0xffff'8000'0000'0000;
constexpr std::uint64_t kResched = 0b1000;
constexpr std::uint64_t kOwn = 0x123'0000'0000'0000;

constexpr std::uint64_t bits(std::initializer_list<unsigned> numbers) {
    std::uint64_t set = 0;
    for (const unsigned number : numbers) {
        set |= std::uint64_t{1} << (number - 1);
    }
    return set;
}

FakeLayout layout_without(std::initializer_list<Field> missing = {}) {
    FakeLayout layout = fake_task_layout();
    for (const Field field : {Field::task_info_flags, Field::task_pending_signal, Field::signal_shared_signal}) {
        if (std::ranges::find(missing, field) == missing.end()) {
            layout.add(field);
        }
    }
    for (const Field field : {Field::task_pending_list, Field::signal_shared_list, Field::sigqueue_list}) {
        layout.add(field, 16);
    }
    if (std::ranges::find(missing, Field::sigqueue_info) == missing.end()) {
        layout.add(Field::sigqueue_info, 48);
    }
    return layout;
}

/// A task of a process. What the fake kernel reads at kKernelHalf + X, the machine writes at X of its memory.
class Signals : public testing::Test {
  protected:
    explicit Signals(std::initializer_list<Field> missing = {}) : tasks_(layout_without(missing)) {
        tasks_.put(task_, Field::task_mm, tasks_.object().value);
        tasks_.put(task_, Field::task_info_flags, kOwn | kResched);
        make_queue(own_list(), {});
        make_queue(shared_list(), {});
    }

    [[nodiscard]] VirtAddr own_list() const { return tasks_.node(task_, Field::task_pending_list); }
    [[nodiscard]] VirtAddr shared_list() const { return tasks_.node(signal_, Field::signal_shared_list); }
    [[nodiscard]] VirtAddr node(VirtAddr entry) const { return tasks_.node(entry, Field::sigqueue_list); }

    /// With an entry for each of the numbers.
    std::vector<VirtAddr> make_queue(VirtAddr head, std::initializer_list<unsigned> numbers) {
        std::vector<VirtAddr> entries;
        VirtAddr last = head;
        for (const unsigned number : numbers) {
            const VirtAddr entry = tasks_.object();
            tasks_.memory.put(tasks_.node(entry, Field::sigqueue_info), number, 4);
            link(last, node(entry));
            last = node(entry);
            entries.push_back(entry);
        }
        link(last, head);
        return entries;
    }
    void link(VirtAddr from, VirtAddr to) {
        tasks_.memory.put(from, to.value);
        tasks_.memory.put(VirtAddr{to.value + 8}, from.value);
    }

    Expected<void> raise(unsigned number) { return signals().raise(task_, number); }
    Expected<void> discard(unsigned number) { return signals().discard(task_, number); }

    /// What the machine's memory says now; nothing where it was not written to.
    [[nodiscard]] std::uint64_t written(VirtAddr address) {
        Bytes bytes(8);
        EXPECT_EQ(machine_.physical().read(address.value - kKernelHalf, bytes), bytes.size());
        return load_little_endian(bytes);
    }
    [[nodiscard]] std::uint64_t written(VirtAddr object, Field field) { return written(tasks_.node(object, field)); }

    FakeTasks tasks_;
    test::FakeMachine machine_;
    VirtAddr task_ = tasks_.task(9, 9, "one");
    VirtAddr signal_ = tasks_.join({task_});

  private:
    PendingSignals signals() {
        // The machine's memory starts as the kernel's.
        for (std::uint64_t at = 0x10000; at <= 0x200000; at += 0x10000) {
            Bytes object(0x1000);
            if (tasks_.memory.read(VirtAddr{kKernelHalf + at}, object) == object.size()) {
                machine_.physical().map(at, object.size());
                EXPECT_TRUE(machine_.physical().write(at, object));
            }
        }
        return {machine_, translate_, tasks_.kernel()};
    }
    KernelTranslation translate_ = [](VirtAddr address) {
        return address.value >= kKernelHalf ? std::optional(PhysAddr{address.value - kKernelHalf}) : std::nullopt;
    };
};

TEST_F(Signals, AreRaisedInTheTask) {
    for (const unsigned number : {1U, 9U, 11U, 33U, 64U}) {
        ASSERT_TRUE(raise(number)) << number;
        EXPECT_EQ(written(task_, Field::task_pending_signal), bits({number}));
        EXPECT_EQ(written(task_, Field::task_info_flags), kOwn | kResched | 0b110);
    }
    tasks_.put(task_, Field::task_pending_signal, bits({2, 15}));
    ASSERT_TRUE(raise(15));
    EXPECT_EQ(written(task_, Field::task_pending_signal), bits({2, 15}));
}

TEST_F(Signals, AreNotRaisedInWhatTakesNone) {
    for (const unsigned number : {0U, 65U, ~0U}) {
        const auto done = raise(number);
        ASSERT_FALSE(done) << number;
        EXPECT_EQ(done.error().code, Errc::bad_argument);
        EXPECT_EQ(discard(number).error().code, Errc::bad_argument);
    }
    tasks_.put(task_, Field::task_mm, 0);
    const auto done = raise(9);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::not_found);
}

TEST_F(Signals, WithoutAnEntryLoseTheirBit) {
    tasks_.put(task_, Field::task_pending_signal, bits({9, 11}));
    ASSERT_TRUE(discard(11));
    EXPECT_EQ(written(task_, Field::task_pending_signal), bits({9}));
}

TEST_F(Signals, LeaveTheListWithTheirEntry) {
    const auto entries = make_queue(own_list(), {10, 11, 12});
    tasks_.put(task_, Field::task_pending_signal, bits({10, 11, 12}));
    ASSERT_TRUE(discard(11));
    EXPECT_EQ(written(task_, Field::task_pending_signal), bits({10, 12}));
    EXPECT_EQ(written(node(entries[0])), node(entries[2]).value);
    EXPECT_EQ(written(VirtAddr{node(entries[2]).value + 8}), node(entries[0]).value);
    EXPECT_EQ(written(node(entries[1])), node(entries[1]).value);
    EXPECT_EQ(written(VirtAddr{node(entries[1]).value + 8}), node(entries[1]).value);
}

TEST_F(Signals, OfOneNumberAreTakenBackOneByOne) {
    const auto entries = make_queue(own_list(), {34, 34});
    tasks_.put(task_, Field::task_pending_signal, bits({34}));
    ASSERT_TRUE(discard(34));
    EXPECT_EQ(written(task_, Field::task_pending_signal), bits({34}));
    EXPECT_EQ(written(own_list()), node(entries[1]).value);
}

TEST_F(Signals, OfTheProcessComeAfterTheThreads) {
    tasks_.put(signal_, Field::signal_shared_signal, bits({11}));
    const auto entries = make_queue(shared_list(), {11});
    ASSERT_TRUE(discard(11));
    EXPECT_EQ(written(signal_, Field::signal_shared_signal), 0U);
    EXPECT_EQ(written(shared_list()), shared_list().value);
    tasks_.put(task_, Field::task_pending_signal, bits({11}));
    ASSERT_TRUE(discard(11));
    EXPECT_EQ(written(signal_, Field::signal_shared_signal), bits({11}));
    EXPECT_EQ(written(shared_list()), node(entries[0]).value);
    EXPECT_EQ(written(task_, Field::task_pending_signal), 0U);
}

TEST_F(Signals, ThatDoNotWaitCannotBeTakenBack) {
    tasks_.put(task_, Field::task_pending_signal, bits({10}));
    const auto done = discard(11);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::not_found);
}

TEST_F(Signals, InADamagedListStay) {
    const auto check = [this](const char* what) {
        const auto done = discard(11);
        ASSERT_FALSE(done) << what;
        EXPECT_EQ(done.error().code, Errc::fault) << what;
        EXPECT_EQ(written(task_, Field::task_pending_signal), bits({11})) << what;
    };
    tasks_.put(task_, Field::task_pending_signal, bits({11}));
    auto entries = make_queue(own_list(), {11, 12});
    tasks_.memory.put(VirtAddr{node(entries[0]).value + 8}, 0x1000);
    check("back to user memory");
    entries = make_queue(own_list(), {11, 12});
    tasks_.memory.put(VirtAddr{node(entries[1]).value + 8}, own_list().value);
    check("the next does not know it");
    entries = make_queue(own_list(), {11, 12});
    tasks_.memory.put(node(entries[1]), node(entries[0]).value);
    check("a circle");
    tasks_.memory.put(own_list(), 0);
    check("no list");
}

class UnknownSignals : public Signals {
  protected:
    UnknownSignals() : Signals({Field::sigqueue_info, Field::task_info_flags}) {}
};

TEST_F(UnknownSignals, AreRefused) {
    tasks_.put(task_, Field::task_pending_signal, bits({11}));
    EXPECT_EQ(raise(11).error().code, Errc::unsupported);
    EXPECT_EQ(discard(11).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace hvgdb::osi
