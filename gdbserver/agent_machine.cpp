// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_machine.hpp"

#include <algorithm>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::uint64_t kWordBits = 64;

std::int64_t as_signed(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::uint64_t as_unsigned(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
}

std::uint64_t sign_extend(std::uint64_t value, std::uint64_t sign_bit) {
    const auto unused = kWordBits - 1 - sign_bit;
    return as_unsigned(as_signed(value << unused) >> unused);
}

std::uint64_t shift_left(std::uint64_t value, std::uint64_t count) {
    return count < kWordBits ? value << count : 0;
}

std::uint64_t shift_right(std::uint64_t value, std::uint64_t count) {
    return count < kWordBits ? value >> count : 0;
}

std::uint64_t shift_right_signed(std::uint64_t value, std::uint64_t count) {
    return as_unsigned(as_signed(value) >> std::min(count, kWordBits - 1));
}

std::uint64_t combine(AgentAction action, std::uint64_t left, std::uint64_t right) {
    switch (action) {
        case AgentAction::add:
            return left + right;
        case AgentAction::subtract:
            return left - right;
        case AgentAction::multiply:
            return left * right;
        case AgentAction::shift_left:
            return shift_left(left, right);
        case AgentAction::shift_right_signed:
            return shift_right_signed(left, right);
        case AgentAction::shift_right_unsigned:
            return shift_right(left, right);
        case AgentAction::bit_and:
            return left & right;
        case AgentAction::bit_or:
            return left | right;
        case AgentAction::bit_xor:
            return left ^ right;
        case AgentAction::equal:
            return left == right ? 1 : 0;
        case AgentAction::less_signed:
            return as_signed(left) < as_signed(right) ? 1 : 0;
        default:
            return left < right ? 1 : 0;
    }
}

// The most negative number divided by -1 has no result of 64 bits; it wraps, as a negation does.
std::uint64_t quotient(AgentAction action, std::uint64_t left, std::uint64_t right) {
    const bool minus_one = right == ~std::uint64_t{0};
    switch (action) {
        case AgentAction::divide_signed:
            return minus_one ? 0 - left : as_unsigned(as_signed(left) / as_signed(right));
        case AgentAction::remainder_signed:
            return minus_one ? 0 : as_unsigned(as_signed(left) % as_signed(right));
        case AgentAction::divide_unsigned:
            return left / right;
        default:
            return left % right;
    }
}

}  // namespace

Expected<std::uint64_t> AgentMachine::run(std::size_t limit) {
    std::size_t next = 0;
    for (std::size_t done = 0; done < limit; ++done) {
        const auto& operation = program_.operations[next++];
        switch (operation.action) {
            case AgentAction::end:
                return depth_ == 0 ? 0 : top();
            case AgentAction::jump:
                next = operation.index;
                break;
            case AgentAction::jump_if:
                next = pop() != 0 ? operation.index : next;
                break;
            case AgentAction::print:
                done += program_.formats[operation.index].piece_count();
                print(program_.formats[operation.index], operation.value);
                break;
            default:
                if (auto executed = execute(operation); !executed) {
                    return std::unexpected(std::move(executed.error()));
                }
        }
    }
    return fail(Errc::bad_argument, "agent bytecode runs too long");
}

Expected<void> AgentMachine::execute(const AgentOperation& operation) {
    switch (operation.action) {
        case AgentAction::push:
        case AgentAction::duplicate:
        case AgentAction::pop:
        case AgentAction::swap:
        case AgentAction::rotate:
        case AgentAction::pick:
            arrange(operation);
            return {};
        case AgentAction::logical_not:
        case AgentAction::bit_not:
        case AgentAction::sign_extend:
        case AgentAction::zero_extend:
            change_top(operation);
            return {};
        case AgentAction::push_register:
            return read_register(program_.registers[operation.index]);
        case AgentAction::push_program_counter:
            push(context_.pc().value & operation.value);
            return {};
        case AgentAction::read_memory:
            return read_memory(operation.value);
        case AgentAction::divide_signed:
        case AgentAction::divide_unsigned:
        case AgentAction::remainder_signed:
        case AgentAction::remainder_unsigned:
            return divide(operation.action);
        default: {
            const auto right = pop();
            top() = combine(operation.action, top(), right);
            return {};
        }
    }
}

void AgentMachine::arrange(const AgentOperation& operation) {
    switch (operation.action) {
        case AgentAction::push:
            push(operation.value);
            break;
        case AgentAction::duplicate:
            push(top());
            break;
        case AgentAction::pop:
            --depth_;
            break;
        case AgentAction::swap:
            std::swap(stack_[depth_ - 1], stack_[depth_ - 2]);
            break;
        case AgentAction::rotate:  // a b c becomes c a b
            std::rotate(&stack_[depth_ - 3], &stack_[depth_ - 1], &stack_[depth_ - 1] + 1);
            break;
        default:
            push(stack_[depth_ - 1 - operation.value]);
    }
}

void AgentMachine::change_top(const AgentOperation& operation) {
    auto& value = top();
    switch (operation.action) {
        case AgentAction::logical_not:
            value = value == 0 ? 1 : 0;
            break;
        case AgentAction::bit_not:
            value = ~value;
            break;
        case AgentAction::sign_extend:
            value = sign_extend(value, operation.value);
            break;
        default:
            value &= operation.value;
    }
}

Expected<void> AgentMachine::divide(AgentAction action) {
    const auto right = pop();
    if (right == 0) {
        return fail(Errc::bad_argument, "division by zero");
    }
    top() = quotient(action, top(), right);
    return {};
}

Expected<void> AgentMachine::read_memory(std::size_t size) {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    if (auto read = context_.read_memory(VirtAddr{top()}, std::span(bytes).first(size)); !read) {
        return read;
    }
    top() = load_little_endian(bytes);
    return {};
}

Expected<void> AgentMachine::read_register(const AgentRegister& source) {
    auto value = context_.read_register(source.name);
    if (!value) {
        return std::unexpected(std::move(value.error()));
    }
    push(*value & source.mask);
    return {};
}

// Above the arguments lie a function to print with and its channel; both are for targets that have such a thing.
void AgentMachine::print(const AgentFormat& format, std::size_t argument_count) {
    depth_ -= argument_count + 2;
    format.print(std::span(stack_).subspan(depth_, argument_count), context_, output_);
}

}  // namespace hvgdb::gdbserver
