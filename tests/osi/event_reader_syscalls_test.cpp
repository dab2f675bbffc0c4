// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/osi/event_reader_fixture.hpp"

namespace hvgdb::osi {
namespace {

TEST_F(EventReader, TellsOfSystemCalls) {
    constexpr std::uint64_t kHigh = 0xffff'ffff'0000'0000;
    constexpr std::uint64_t kUserStack = 0xff80'0000;
    const Field fields[] = {Field::regs_di, Field::regs_si, Field::regs_dx, Field::regs_r10,
                            Field::regs_r8, Field::regs_r9, Field::regs_bx, Field::regs_cx};
    for (std::uint64_t i = 0; i < std::size(fields); ++i) {
        put_frame(fields[i], kHigh + i);
    }
    put_frame(Field::regs_bp, kHigh + 6);
    put_frame(Field::regs_sp, kHigh + kUserStack);
    put_frame(Field::regs_orig_ax, kHigh + 7);
    put_frame(Field::regs_ax, 11);
    tasks_.memory.put(VirtAddr{kUserStack}, 77, 4);
    const struct {
        const char* what;
        std::uint64_t number;
        std::array<std::uint64_t, 6> arguments;
        EventPoint point;
        bool compat;
    } rows[] = {
        {"64-bit", 7, {kHigh, kHigh + 1, kHigh + 2, kHigh + 3, kHigh + 4, kHigh + 5}, EventPoint::syscall, false},
        {"int $0x80", 7, {6, 7, 2, 1, 0, 6}, EventPoint::compat_syscall, true},
        {"int $0x80 as an exception", 11, {6, 7, 2, 1, 0, 6}, EventPoint::int80, true},
        {"SYSENTER", 7, {6, 7, 2, 1, 0, 77}, EventPoint::fast_syscall, true},
    };
    for (const auto& row : rows) {
        const auto entered = what<event::SyscallEntered>(EventKind::syscall_entered, row.point);
        EXPECT_EQ(entered.number, row.number) << row.what;
        EXPECT_EQ(entered.arguments, row.arguments) << row.what;
        EXPECT_EQ(entered.compat, row.compat) << row.what;
    }
    tasks_.put(task_, Field::task_stack, 0);
    EXPECT_FALSE(read(EventKind::syscall_entered, EventPoint::syscall));
    EXPECT_FALSE(read(EventKind::syscall_returned, EventPoint::syscall_end));
}

TEST_F(EventReader, TellsTheResultsOfSystemCalls) {
    constexpr std::uint64_t kBehind = 0x401002;
    constexpr std::uint64_t kStack = 0x7ffe'0000;
    constexpr std::uint64_t kHandlerFrame = 0x7ffd'0000;
    constexpr std::uint64_t kRestartFrame = 0x7ffc'0000;
    constexpr std::uint64_t kInterrupted = static_cast<std::uint64_t>(-4);
    tasks_.memory.put_zeros(VirtAddr{kHandlerFrame}, 0x200);
    tasks_.memory.put(VirtAddr{kHandlerFrame + 152}, kInterrupted);
    tasks_.memory.put(VirtAddr{kHandlerFrame + 176}, kBehind);
    tasks_.memory.put_zeros(VirtAddr{kRestartFrame}, 0x200);
    tasks_.memory.put(VirtAddr{kRestartFrame + 176}, kBehind - 2);
    const struct {
        const char* what;
        EventPoint point;
        std::uint64_t number;
        std::uint64_t ax;
        std::uint64_t ip;
        std::uint64_t sp;
        std::uint64_t dx;
        std::uint64_t cs;
        event::SyscallReturned returned;
    } rows[] = {
        {"a number", EventPoint::syscall_end, 0, 0x1'0000'0005, kBehind, kStack, 1, 0x33, {0, 0x1'0000'0005, false}},
        {"an error",
         EventPoint::syscall_end,
         2,
         static_cast<std::uint64_t>(-2),
         kBehind,
         kStack,
         1,
         0x33,
         {2, -2, false}},
        {"a 32-bit error", EventPoint::compat_syscall_end, 5, 0xffff'fffe, kBehind, kStack, 1, 0x23, {5, -2, true}},
        {"a 32-bit program from a 64-bit one",
         EventPoint::syscall_end,
         11,
         0,
         0x8048000,
         kStack,
         0,
         0x23,
         {11, 0, true}},
        {"the end of a handler", EventPoint::syscall_end, ~std::uint64_t{0}, 9, 0x500, kStack, 0, 0x33, {15, 9, false}},
        {"to be done again", EventPoint::syscall_end, 0, 0, kBehind - 2, kStack, 1, 0x33, {0, -512, false}},
        {"to be gone on with", EventPoint::syscall_end, 35, 219, kBehind - 2, kStack, 1, 0x33, {35, -516, false}},
        {"a handler comes first",
         EventPoint::syscall_end,
         35,
         0,
         0x500,
         kHandlerFrame,
         kHandlerFrame + 8,
         0x33,
         {35, -4, false}},
        {"a handler, and then to be done again",
         EventPoint::syscall_end,
         0,
         0,
         0x500,
         kRestartFrame,
         kRestartFrame + 8,
         0x33,
         {0, -512, false}},
        {"a new program", EventPoint::syscall_end, 59, 0, 0x500, kStack, 0, 0x33, {59, 0, false}},
    };
    for (const auto& row : rows) {
        put_frame(Field::regs_orig_ax, row.number);
        put_frame(Field::regs_ax, row.ax);
        put_frame(Field::regs_ip, row.ip);
        put_frame(Field::regs_cx, kBehind);
        put_frame(Field::regs_sp, row.sp);
        put_frame(Field::regs_dx, row.dx);
        put_frame(Field::regs_cs, row.cs);
        const auto returned = what<event::SyscallReturned>(EventKind::syscall_returned, row.point);
        EXPECT_EQ(returned.number, row.returned.number) << row.what;
        EXPECT_EQ(returned.result, row.returned.result) << row.what;
        EXPECT_EQ(returned.compat, row.returned.compat) << row.what;
    }
}

TEST_F(EventReader, TellsOfTheSystemCallsThatAreAskedFor) {
    const struct {
        const char* what;
        CallFilter filter;
        EventPoint point;
        std::uint64_t number;
        std::uint64_t result;
        bool entered, returned;
    } rows[] = {
        {"any", {}, EventPoint::syscall, 60, 0, true, true},
        {"read", {.moves = DataDirection::in}, EventPoint::syscall, 0, 5, true, true},
        {"read of nothing", {.moves = DataDirection::in, .moved = true}, EventPoint::syscall, 0, 0, true, false},
        {"an error", {.moves = DataDirection::in, .moved = true}, EventPoint::syscall, 0, ~0ULL, true, false},
        {"write", {.moves = DataDirection::in}, EventPoint::syscall, 1, 5, false, false},
        {"write", {.moves = DataDirection::out}, EventPoint::syscall, 1, 5, true, true},
        {"close", {.moves = DataDirection::in}, EventPoint::syscall, 3, 5, false, false},
        {"32-bit read", {.moves = DataDirection::in}, EventPoint::compat_syscall, 3, 5, true, true},
        {"of the descriptor", {.descriptor = 9}, EventPoint::syscall, 3, 5, true, true},
        {"of another one", {.descriptor = 8}, EventPoint::syscall, 3, 5, false, false},
        {"of a file that is not open", {.file = "passwd"}, EventPoint::syscall, 3, 5, true, false},
    };
    put_frame(Field::regs_di, 0x5'0000'0009);
    put_frame(Field::regs_bx, 9);
    for (const auto& row : rows) {
        const bool compat = row.point != EventPoint::syscall;
        calls_ = &row.filter;
        put_frame(Field::regs_orig_ax, row.number);
        put_frame(Field::regs_ax, row.result);
        put_frame(Field::regs_cx, 0x401002);
        put_frame(Field::regs_ip, 0x401002);
        put_frame(Field::regs_cs, compat ? 0x23 : 0x33);
        EXPECT_EQ(read(EventKind::syscall_entered, row.point).has_value(), row.entered) << row.what;
        const auto end = compat ? EventPoint::compat_syscall_end : EventPoint::syscall_end;
        EXPECT_EQ(read(EventKind::syscall_returned, end).has_value(), row.returned) << row.what;
    }
}

TEST_F(EventReader, TellsTheArgumentsOfWhatReturns) {
    constexpr std::uint64_t kBehind = 0x401002;
    constexpr std::uint64_t kHandlerFrame = 0x7ffd'0000;
    constexpr std::uint64_t kSaved = kHandlerFrame + 48;
    const CallArguments wanted{3, 0x5000, 64, 7, 8, 9};
    const Field fields[] = {Field::regs_di,  Field::regs_si, Field::regs_dx,
                            Field::regs_r10, Field::regs_r8, Field::regs_r9};
    const std::uint64_t saved[] = {8, 9, 12, 2, 0, 1};  // struct sigcontext, in the same order
    tasks_.memory.put_zeros(VirtAddr{kHandlerFrame}, 0x200);
    tasks_.memory.put(VirtAddr{kSaved + 13 * 8}, 5);
    tasks_.memory.put(VirtAddr{kSaved + 16 * 8}, kBehind);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        put_frame(fields[i], wanted.at(i));
        tasks_.memory.put(VirtAddr{kSaved + saved[i] * 8}, wanted.at(i));
    }
    put_frame(Field::regs_cx, kBehind);
    put_frame(Field::regs_ip, kBehind);
    put_frame(Field::regs_cs, 0x33);
    put_frame(Field::regs_ax, 5);
    EXPECT_EQ(what<event::SyscallReturned>(EventKind::syscall_returned, EventPoint::syscall_end).arguments, wanted);

    put_frame(Field::regs_ip, 0x500);
    put_frame(Field::regs_ax, 0);
    put_frame(Field::regs_di, 10);
    put_frame(Field::regs_si, kHandlerFrame + 0x180);
    put_frame(Field::regs_dx, kHandlerFrame + 8);
    put_frame(Field::regs_sp, kHandlerFrame);
    const auto handled = what<event::SyscallReturned>(EventKind::syscall_returned, EventPoint::syscall_end);
    EXPECT_EQ(handled.arguments, wanted) << "a handler comes first";
    EXPECT_EQ(handled.result, 5);

    put_frame(Field::regs_cs, 0x23);
    put_frame(Field::regs_bx, 3);
    put_frame(Field::regs_cx, 0x5000);
    put_frame(Field::regs_dx, 64);
    put_frame(Field::regs_si, 7);
    put_frame(Field::regs_di, 8);
    const auto compat = what<event::SyscallReturned>(EventKind::syscall_returned, EventPoint::compat_syscall_end);
    EXPECT_EQ(compat.arguments, (CallArguments{3, 0x5000, 64, 7, 8, 0}));
}

}  // namespace
}  // namespace hvgdb::osi
