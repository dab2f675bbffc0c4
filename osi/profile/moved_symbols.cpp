// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <utility>

#include "osi/profile/profile.hpp"
#include "osi/profile/symbol_table.hpp"

namespace hvgdb::osi {
namespace {

class MovedSymbols final : public SymbolSource {
  public:
    MovedSymbols(std::unique_ptr<SymbolSource> symbols, std::uint64_t distance)
        : symbols_(std::move(symbols)), distance_(distance) {}

    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(
        std::span<const std::string_view> names) const override {
        auto found = symbols_->find_all(names);
        for (auto& address : found) {
            address = address ? std::optional(moved(*address)) : std::nullopt;
        }
        return found;
    }

    [[nodiscard]] std::vector<Symbol> variants(std::string_view name, std::size_t limit) const override {
        auto found = symbols_->variants(name, limit);
        for (auto& symbol : found) {
            symbol.address = moved(symbol.address);
        }
        return found;
    }

    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr address) const override {
        auto found = symbols_->at_or_below(VirtAddr{address.value - distance_});
        if (found) {
            found->address = moved(found->address);
        }
        // Where the distance wraps round, nothing is.
        return found && found->address <= address ? found : std::nullopt;
    }

    [[nodiscard]] std::size_t size() const override { return symbols_->size(); }
    [[nodiscard]] std::string_view origin() const override { return symbols_->origin(); }

  private:
    [[nodiscard]] VirtAddr moved(VirtAddr address) const {
        return moves_with_kernel(address) ? VirtAddr{address.value + distance_} : address;
    }

    std::unique_ptr<SymbolSource> symbols_;
    std::uint64_t distance_;
};

}  // namespace

Expected<std::unique_ptr<SymbolSource>> relocate(std::unique_ptr<SymbolSource> symbols, VirtAddr text) {
    constexpr std::array<std::string_view, 2> kStarts{"_text", "_stext"};
    const auto found = symbols->find_all(kStarts);
    const auto start = found[0] ? found[0] : found[1];
    if (!start) {
        return fail(Errc::not_found, std::string(symbols->origin()) + " has neither _text nor _stext");
    }
    return std::make_unique<MovedSymbols>(std::move(symbols), text.value - start->value);
}

}  // namespace hvgdb::osi
