// SPDX-License-Identifier: GPL-2.0-or-later
// Vector shuffles and blends. With a constant they are exact; with a register, which is not known, a result depends on
// all it may come from and on its own selector.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kBlock = 16;

unsigned block_of(SlotRange to) {
    return std::min<unsigned>(to.size, kBlock);
}

std::uint64_t control(const Lowering& lowering) {
    return lowering.immediate(lowering.explicit_count() - 1).value_or(0);
}

/// pshufd, pshufw, vpermilps: two bits for each of a block's four elements of `first` bytes.
void shuffle_by_pairs(Lowering& lowering, Shape shape) {
    const auto to = lowering.value(0);
    const auto from = lowering.value(1).first;
    const auto order = control(lowering);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / shape.first; ++i) {
        const auto block = i * shape.first / block_of(to) * block_of(to);
        const auto element = (order >> (i % 4 * 2)) & 3;
        table.set(std::size_t{i} * shape.first, from + block + element * shape.first, shape.first);
    }
    write_table(lowering, table);
}

/// pshuflw and pshufhw; `first`: the half of a block that is shuffled.
void shuffle_half(Lowering& lowering, Shape shape) {
    constexpr unsigned kWord = 2;
    const auto to = lowering.value(0);
    const auto from = lowering.value(1).first;
    ByteTable table(to.size);
    table.set(0, from, to.size);
    for (unsigned block = shape.first; block < to.size; block += kBlock) {
        for (unsigned i = 0; i < 4; ++i) {
            const auto element = (control(lowering) >> (i * 2)) & 3;
            table.set(block + i * kWord, from + block + element * kWord, kWord);
        }
    }
    write_table(lowering, table);
}

/// shufps and shufpd: the lower half of a block from the first source, the upper from the second.
void shuffle_two(Lowering& lowering, Shape shape) {
    const unsigned lane = shape.first;
    const auto [one, other] = source_pair(lowering);
    const auto first = lowering.value(one).first;
    const auto second = lowering.value(other).first;
    const auto to = lowering.value(0);
    const unsigned bits = lane == 4 ? 2 : 1;
    const unsigned in_block = kBlock / lane;
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / lane; ++i) {
        // shufps uses the same constant for each block, shufpd goes on in it.
        const auto field = lane == 4 ? i % in_block : i;
        const auto element = (control(lowering) >> (field * bits)) & (in_block - 1) & ((1U << bits) - 1);
        const auto from = (i % in_block < in_block / 2 ? first : second) + i / in_block * kBlock;
        table.set(std::size_t{i} * lane, from + element * lane, lane);
    }
    write_table(lowering, table);
}

/// vpermilpd: one bit for each element of all blocks.
void permute_doubles(Lowering& lowering, Shape) {
    constexpr unsigned kLane = 8;
    const auto to = lowering.value(0);
    const auto from = lowering.value(1).first;
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / kLane; ++i) {
        const auto pair = std::size_t{i} / 2 * 2;
        const auto element = pair + ((control(lowering) >> i) & 1);
        table.set(std::size_t{i} * kLane, from + element * kLane, kLane);
    }
    write_table(lowering, table);
}

/// vpermq and vpermpd: four elements of the whole register.
void permute_quads(Lowering& lowering, Shape) {
    constexpr unsigned kLane = 8;
    const auto from = lowering.value(1).first;
    ByteTable table(kYmmSize);
    for (unsigned i = 0; i < kYmmSize / kLane; ++i) {
        table.set(std::size_t{i} * kLane, from + ((control(lowering) >> (i * 2)) & 3) * kLane, kLane);
    }
    write_table(lowering, table);
}

/// vperm2f128: two bits select one of four blocks, another clears.
void permute_blocks(Lowering& lowering, Shape) {
    constexpr unsigned kField = 4;
    const auto first = lowering.value(1).first;
    const auto second = lowering.value(2).first;
    ByteTable table(kYmmSize);
    for (unsigned i = 0; i < 2; ++i) {
        const auto field = control(lowering) >> (i * kField);
        if ((field & 8U) == 0) {
            table.set(std::size_t{i} * kBlock, ((field & 2U) != 0 ? second : first) + (field & 1U) * kBlock, kBlock);
        }
    }
    write_table(lowering, table);
}

/// palignr: bytes of the second source followed by the first, from the constant on.
void align(Lowering& lowering, Shape) {
    const auto [one, other] = source_pair(lowering);
    const auto high = lowering.value(one).first;
    const auto low = lowering.value(other).first;
    const auto to = lowering.value(0);
    const unsigned block = block_of(to);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size; ++i) {
        const auto byte = i % block + control(lowering);
        const auto start = i - i % block;
        if (byte < block) {
            table.set(i, low + start + byte);
        } else if (byte < std::size_t{2} * block) {
            table.set(i, high + start + byte - block);
        }
    }
    write_table(lowering, table);
}

/// punpck and unpck: `second`: from the upper halves of the blocks.
void interleave(Lowering& lowering, Shape shape) {
    const unsigned lane = shape.first;
    const auto to = lowering.value(0);
    const auto [one, other] = source_pair(lowering);
    const auto first = lowering.value(one).first;
    const auto second = lowering.value(other).first;
    const unsigned block = block_of(to);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / lane; ++i) {
        const auto in_block = i * lane % block;
        const auto start = i * lane - in_block + (shape.second != 0 ? block / 2 : 0) + in_block / (2 * lane) * lane;
        table.set(std::size_t{i} * lane, (i % 2 == 0 ? first : second) + start, lane);
    }
    write_table(lowering, table);
}

/// movddup, movsldup and movshdup: `second`: of each two lanes the odd one.
void duplicate(Lowering& lowering, Shape shape) {
    const unsigned lane = shape.first;
    const auto from = lowering.value(1).first;
    const auto to = lowering.value(0);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / lane; ++i) {
        table.set(std::size_t{i} * lane, from + (i / 2 * 2 + shape.second) * lane, lane);
    }
    write_table(lowering, table);
}

/// blendps and their like: a bit of the constant for each lane, the same for each block where lanes are words.
void blend(Lowering& lowering, Shape shape) {
    constexpr unsigned kBits = 8;
    const auto to = lowering.value(0);
    const auto [one, other] = source_pair(lowering);
    const auto first = lowering.value(one).first;
    const auto second = lowering.value(other).first;
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / shape.first; ++i) {
        const bool chosen = ((control(lowering) >> (i % kBits)) & 1) != 0;
        table.set(std::size_t{i} * shape.first, (chosen ? second : first) + i * shape.first, shape.first);
    }
    write_table(lowering, table);
}

/// The sign of each lane of a mask chooses.
void blend_by_mask(Lowering& lowering, Shape shape) {
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.value(0);
    const auto first = vector_value(lowering, one, to.size);
    const auto second = vector_value(lowering, other, to.size);
    const bool legacy = one == 0;
    const auto mask = legacy ? slots(vector_slot(0), to.size) : vector_value(lowering, 3, to.size);
    const auto signs = lowering.temporary(to.size);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size; i += shape.first) {
        table.repeat(i, mask.first + i + shape.first - 1U, shape.first);
    }
    table.emit(lowering, signs.first);
    lowering.merge(to, first, second);
    if (lowering.policy().conditions) {
        lowering.merge(to, to, signs);
    }
    lowering.finish(0, to);
}

/// A result lane of `first` bytes is any of those in its area, which `second` says in bytes, chosen by its selector.
void select_from(Lowering& lowering, unsigned from_index, unsigned selector_index, Shape shape) {
    const unsigned lane = shape.first;
    const auto to = lowering.value(0);
    const unsigned area = std::min<unsigned>(to.size, shape.second);
    const auto from = vector_value(lowering, from_index, to.size);
    const auto selector = vector_value(lowering, selector_index, to.size);
    const auto own = lowering.temporary(to.size);
    lowering.lanes(own, selector, selector, lane);
    auto any = lowering.temporary(to.size);
    lowering.copy(any.first, from);
    for (unsigned distance = lane; distance < area; distance *= 2) {
        const auto rotated = lowering.temporary(to.size);
        ByteTable table(to.size);
        for (unsigned i = 0; i < to.size; ++i) {
            table.set(i, any.first + i - i % area + (i + distance) % area);
        }
        table.emit(lowering, rotated.first);
        lowering.merge(any, any, rotated);
    }
    lowering.merge(to, any, own);
    lowering.finish(0, to);
}

void shuffle_bytes(Lowering& lowering, Shape shape) {
    const auto [one, other] = source_pair(lowering);
    select_from(lowering, one, other, shape);
}

/// vpermd and vpermps have the selector first.
void permute_by_register(Lowering& lowering, Shape shape) {
    select_from(lowering, 2, 1, shape);
}

void permute_in_block(Lowering& lowering, Shape shape) {
    if (!lowering.immediate(2)) {
        select_from(lowering, 1, 2, {shape.first, kBlock});
    } else if (shape.first == 4) {
        shuffle_by_pairs(lowering, shape);
    } else {
        permute_doubles(lowering, shape);
    }
}

#define HVGDB_SHUFFLE(NAME, FUNCTION, ...)                                  \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector shuffle", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector shuffle", FUNCTION, __VA_ARGS__)
#define HVGDB_SHUFFLE_ONE(NAME, FUNCTION, ...) RuleRow HVGDB_TAINT_ROW(NAME, "vector shuffle", FUNCTION, __VA_ARGS__)
#define HVGDB_CHOICE(NAME, ...) RuleRow HVGDB_TAINT_ROW(NAME, "vector selection", __VA_ARGS__)

constexpr RuleRow kRows[] = {
#include "emulator/taint/vector_shuffles.def"
};

}  // namespace

std::span<const RuleRow> vector_shuffle_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
