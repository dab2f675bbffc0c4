// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/osi/kallsyms_image.hpp"

#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "osi/linux/kallsyms_addresses.hpp"
#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::size_t kTables = 0x1000;
constexpr std::size_t kFunctions = 300;
constexpr std::size_t kMarkerStep = 256;

std::array<std::string, 256> make_tokens() {
    std::array<std::string, 256> tokens;
    for (unsigned code = 0; code < 128; ++code) {
        if (std::isalnum(static_cast<int>(code)) != 0 || code == '_' || code == '.') {
            tokens[code] = static_cast<char>(code);
        }
    }
    tokens[0] = "Tfunction_";
    tokens[1] = "_banner";
    tokens[2] = "linux";
    tokens[0x80] = ".isra.";
    tokens[0xff] = "Dinit_";
    return tokens;
}

std::vector<Symbol> make_symbols(const KallsymsShape& shape) {
    constexpr auto kBase = KallsymsImage::kBase.value;
    std::vector<Symbol> symbols;
    const auto add = [&](std::string name, std::uint64_t address, char type) {
        symbols.push_back(Symbol{.name = std::move(name), .address = VirtAddr{address}, .type = type});
    };
    if (shape.encoding == KallsymsEncoding::absolute_percpu) {
        add("fixed_percpu_data", 0, 'A');
        add("pcpu_hot", 0x1fbc0, 'A');
    }
    add("_text", kBase, 'T');
    add("_stext", kBase, 'T');
    if (shape.data_symbols) {
        add("linux_banner", kBase + KallsymsImage::kBanner, 'D');
    }
    for (std::size_t i = 0; i < kFunctions; ++i) {
        add("function_" + std::to_string(i), kBase + 0x200 + 16 * i, i % 3 == 0 ? 't' : 'T');
    }
    symbols.insert(symbols.end(), shape.more.begin(), shape.more.end());
    add("copy.isra.0", kBase + 0x2000, 't');
    add("copy.cold", kBase + 0x2010, 't');
    add("copy", kBase + 0x2020, 'T');
    add("copy_more", kBase + 0x2030, 'T');
    add("copy.part.0.constprop.1", kBase + 0x2040, 't');
    if (shape.long_name) {
        add(std::string(200, 'x'), kBase + 0x2050, 't');
    }
    if (shape.data_symbols) {
        add("init_task", kBase + 0x3000, 'D');
    }
    add("same_place", kBase + 0x3010, 'T');
    add("same_place_again", kBase + 0x3010, 'T');
    add("_end", kBase + 0x3020, 'T');
    if (!shape.sorted) {
        std::swap(symbols[10], symbols[20]);
    }
    return symbols;
}

class Writer {
  public:
    Writer(const KallsymsShape& shape, KallsymsImage& image) : shape_(shape), image_(image), tokens_(make_tokens()) {
        compress();
    }

    void write() {
        if (shape_.decoy) {
            decoy();
        }
        const bool first = shape_.order <= KallsymsOrder::names_ordered;
        if (first) {
            addresses();
        }
        names();
        if (shape_.order == KallsymsOrder::names_ordered) {
            align();
            at_ += 3 * image_.symbols.size();
        }
        tokens();
        if (!first) {
            addresses();
        }
    }

  private:
    void put(std::uint64_t value, std::size_t size) {
        std::memcpy(image_.bytes.data() + at_, &value, size);
        at_ += size;
    }
    void put(std::string_view text) {
        std::memcpy(image_.bytes.data() + at_, text.data(), text.size());
        at_ += text.size();
    }
    void align() { at_ = aligned(at_, shape_.order == KallsymsOrder::packed ? 4 : 8); }

    void compress() {
        for (const auto& symbol : image_.symbols) {
            const std::string text = symbol.type + symbol.name;
            std::string codes;
            for (std::size_t done = 0; done < text.size();) {
                const auto best = longest_token(std::string_view(text).substr(done));
                codes += static_cast<char>(best);
                done += tokens_[best].size();
            }
            compressed_.push_back(codes);
        }
    }

    [[nodiscard]] std::size_t longest_token(std::string_view text) const {
        std::size_t best = static_cast<unsigned char>(text.front());
        for (std::size_t code = 0; code < tokens_.size(); ++code) {
            if (text.starts_with(tokens_[code]) && tokens_[code].size() > tokens_[best].size()) {
                best = code;
            }
        }
        return best;
    }

    void decoy() {
        for (int character = 1; character < 256; ++character) {
            put(static_cast<std::uint64_t>(character), 2);
        }
    }

    void addresses() {
        align();
        constexpr auto kBase = KallsymsImage::kBase.value;
        for (const auto& symbol : image_.symbols) {
            const auto address = symbol.address.value;
            switch (shape_.encoding) {
                case KallsymsEncoding::absolute:
                    put(address, 8);
                    break;
                case KallsymsEncoding::base_relative:
                    put(address - kBase, 4);
                    break;
                case KallsymsEncoding::absolute_percpu:
                    put(address < kBase ? address : kBase - 1 - address, 4);
                    break;
                case KallsymsEncoding::place_relative:
                    put(address - (kBase + at_), 4);
                    break;
            }
        }
        if (shape_.encoding == KallsymsEncoding::base_relative ||
            shape_.encoding == KallsymsEncoding::absolute_percpu) {
            at_ = aligned(at_, 8);
            put(kBase, 8);
        }
    }

    void names() {
        align();
        put(image_.symbols.size(), 4);
        align();
        const std::size_t start = at_;
        std::vector<std::size_t> markers;
        for (std::size_t i = 0; i < compressed_.size(); ++i) {
            if (i % kMarkerStep == 0) {
                markers.push_back(at_ - start);
            }
            const std::size_t size = compressed_[i].size();
            if (size < 128 || !shape_.long_lengths) {
                put(size, 1);
            } else {
                put((size & 0x7f) | 0x80, 1);
                put(size >> 7, 1);
            }
            put(compressed_[i]);
        }
        align();
        for (const auto marker : markers) {
            put(marker, shape_.marker_size);
        }
    }

    void tokens() {
        align();
        std::vector<std::size_t> index;
        const std::size_t start = at_;
        for (const auto& token : tokens_) {
            index.push_back(at_ - start);
            put(token);
            put(0, 1);
        }
        align();
        for (const auto offset : index) {
            put(offset, 2);
        }
    }

    const KallsymsShape& shape_;
    KallsymsImage& image_;
    std::array<std::string, 256> tokens_;
    std::vector<std::string> compressed_;
    std::size_t at_ = kTables;
};

}  // namespace

KallsymsImage make_kallsyms_image(const KallsymsShape& shape) {
    KallsymsImage image{.bytes = Bytes(KallsymsImage::kSize), .symbols = make_symbols(shape)};
    constexpr std::string_view kBanner = "Linux version 6.1.0 (made up)";
    std::memcpy(image.bytes.data() + KallsymsImage::kBanner, kBanner.data(), kBanner.size());
    Writer(shape, image).write();
    return image;
}

}  // namespace hvgdb::osi
