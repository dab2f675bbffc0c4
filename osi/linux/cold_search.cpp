// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/cold_search.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "osi/linux/btf.hpp"
#include "osi/linux/inferred_layout.hpp"
#include "osi/linux/kallsyms.hpp"

namespace hvgdb::osi {

namespace {

/// Where the tables are when offsets count from another place of the image.
KallsymsPlaces counted_from(VirtAddr base, KallsymsPlaces places, VirtAddr from) {
    const std::uint64_t distance = base.value - from.value;
    for (auto* const offset :
         {&places.names, &places.token_table, &places.token_index, &places.addresses, &places.relative_base}) {
        *offset += distance;
    }
    return places;
}

/// Where the text of the banner is.
std::optional<VirtAddr> find_banner_text(const ImageCopy& image) {
    constexpr std::string_view kStart = "Linux version ";
    const auto all = image.bytes();
    std::string_view rest(reinterpret_cast<const char*>(all.data()), all.size());
    while (const void* const hit = memmem(rest.data(), rest.size(), kStart.data(), kStart.size())) {
        rest.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(hit) - rest.data()));
        if (const auto release = release_in(rest); !release.empty() && release[0] >= '0' && release[0] <= '9') {
            return VirtAddr{image.base().value + all.size() - rest.size()};
        }
        rest.remove_prefix(1);
    }
    return std::nullopt;
}

/// Where the kernel's own marks say, or else wherever it is.
std::optional<std::span<const std::byte>> btf_in(const ImageCopy& image, const KernelSymbols& symbols) {
    const auto start = symbols[KernelSymbol::btf_start];
    const auto end = symbols[KernelSymbol::btf_end];
    const auto marked = start && end ? image.part(*start, *end) : std::nullopt;
    return marked && btf_sections(*marked) ? marked : find_btf(image.bytes());
}

/// The user's symbols, which stay the profile's.
class ProfileSymbols final : public SymbolSource {
  public:
    explicit ProfileSymbols(std::shared_ptr<const Profile> profile) : profile_(std::move(profile)) {}

    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(
        std::span<const std::string_view> names) const override {
        return profile_->symbols->find_all(names);
    }
    [[nodiscard]] std::vector<Symbol> variants(std::string_view name, std::size_t limit) const override {
        return profile_->symbols->variants(name, limit);
    }
    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr address) const override {
        return profile_->symbols->at_or_below(address);
    }
    [[nodiscard]] std::size_t size() const override { return profile_->symbols->size(); }
    [[nodiscard]] std::string_view origin() const override { return profile_->symbols->origin(); }

  private:
    std::shared_ptr<const Profile> profile_;
};

/// Of a kernel that was built without a table of symbols.
class NoSymbols final : public SymbolSource {
  public:
    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(
        std::span<const std::string_view> names) const override {
        return std::vector<std::optional<VirtAddr>>(names.size());
    }
    [[nodiscard]] std::vector<Symbol> variants(std::string_view, std::size_t) const override { return {}; }
    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr) const override { return std::nullopt; }
    [[nodiscard]] std::size_t size() const override { return 0; }
    [[nodiscard]] std::string_view origin() const override { return "the kernel has no table that could be read"; }
};

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) {
        line += (line.empty() ? "" : ", ") + word;
    }
    return line;
}

}  // namespace

ColdSearch::ColdSearch(GuestMemory& memory, KernelImage image, const LocateOptions& options)
    : memory_(memory), reader_(memory, image.root), options_(options) {
    kernel_.image = std::move(image);
}

Expected<LocatedKernel> ColdSearch::run() {
    for (const auto step :
         {&ColdSearch::find_symbols, &ColdSearch::find_banner, &ColdSearch::find_types, &ColdSearch::infer}) {
        if (auto done = (this->*step)(); !done) {
            return std::unexpected(done.error());
        }
    }
    find_build();
    use_own_page_tables(memory_, kernel_);
    return std::move(kernel_);
}

template <typename What>
auto ColdSearch::search(What what) -> decltype(what(std::declval<const ImageCopy&>())) {
    if (!constants_ && !whole_) {
        constants_ = ImageCopy::constants(memory_, kernel_.image);
    }
    if (constants_) {
        if (auto found = what(*constants_)) {
            return found;
        }
    }
    if (!whole_) {
        whole_.emplace(ImageCopy::whole(memory_, kernel_.image));
    }
    return what(*whole_);
}

Expected<void> ColdSearch::find_symbols() {
    const VirtAddr text = kernel_.image.text;
    if (options_.profile && options_.profile->symbols) {
        auto moved = relocate(std::make_unique<ProfileSymbols>(options_.profile), text);
        if (!moved) {
            return std::unexpected(moved.error());
        }
        kernel_.symbols = *std::move(moved);
    } else {
        const auto places = search([&](const ImageCopy& image) -> Expected<KallsymsPlaces> {
            const auto found = find_kallsyms(image.bytes(), image.base());
            return found ? Expected<KallsymsPlaces>(counted_from(image.base(), *found, text)) : found;
        });
        auto loaded = places ? Kallsyms::load(reader_, text, *places) : std::unexpected(places.error());
        if (loaded) {
            kernel_.kallsyms = *places;
            kernel_.symbols = *std::move(loaded);
        } else {
            kernel_.symbols = std::make_unique<NoSymbols>();
        }
    }
    kernel_.addresses = KernelSymbols::from(*kernel_.symbols);
    return {};
}

Expected<void> ColdSearch::find_banner() {
    if (!kernel_.addresses[KernelSymbol::linux_banner]) {
        kernel_.addresses.set(KernelSymbol::linux_banner, search(find_banner_text));
    }
    auto banner = read_banner(reader_, kernel_.addresses);
    if (!banner) {
        return unknown("is not the one that the symbols are of");
    }
    kernel_.banner = *std::move(banner);
    return {};
}

Expected<void> ColdSearch::find_types() {
    if (options_.infer_structures) {
        lack_ = "is not asked for its types";
        return {};
    }
    if (options_.profile && options_.profile->types) {
        return use_types(*options_.profile->types);
    }
    const auto blob = search([&](const ImageCopy& image) { return btf_in(image, kernel_.addresses); });
    const auto btf = blob ? Btf::parse(Bytes(blob->begin(), blob->end())) : fail(Errc::not_found, "no BTF");
    if (!btf) {
        lack_ = blob ? "describes its types in a way that cannot be read: " + btf.error().detail
                     : "does not describe its types (it has no BTF)";
    }
    return btf ? use_types(**btf) : Expected<void>();
}

Expected<void> ColdSearch::infer() {
    const bool typed = kernel_.layout.missing().empty();
    if (typed && kernel_.addresses[KernelSymbol::init_task]) {
        return {};
    }
    const auto told = infer_kernel(
        {.kernel = reader_,
         .image = kernel_.image.ranges,
         .roots = std::span(&kernel_.image.root, 1),
         .translate = [this](VirtAddr address) { return memory_.translate(kernel_.image.root, address); }});
    if (typed) {
        lack_ = "has no symbol init_task";
    }
    if (!told) {
        return unknown(lack_ + ", and that could not be inferred: " + told.error().detail);
    }
    if (!kernel_.addresses[KernelSymbol::init_task]) {
        kernel_.addresses.set(KernelSymbol::init_task, told->init_task);
    }
    if (!typed) {
        kernel_.layout = told->layout;
        kernel_.types_origin = "inferred from memory, incomplete";
        kernel_.inferred = true;
    }
    const auto missing = kernel_.layout.missing();
    return missing.empty() ? Expected<void>() : unknown(lack_ + ", and not inferred could be " + joined(missing));
}

Expected<void> ColdSearch::use_types(const TypeSource& types) {
    kernel_.layout = Layout::from(types);
    kernel_.types_origin = types.origin();
    const auto missing = kernel_.layout.missing();
    return missing.empty() ? Expected<void>()
                           : unknown("has types that lack " + joined(missing) + " (" + kernel_.types_origin + ")");
}

void ColdSearch::find_build() {
    const auto start = kernel_.addresses[KernelSymbol::notes_start];
    const auto end = kernel_.addresses[KernelSymbol::notes_end];
    const auto build = search([&](const ImageCopy& image) -> std::optional<KernelBuild> {
        const auto marked = start && end ? image.part(*start, *end) : std::nullopt;
        const auto found = find_build_id(marked.value_or(image.bytes()));
        const VirtAddr base = marked ? *start : image.base();
        return found ? std::optional(KernelBuild{found->id, base.value + found->offset - kernel_.image.text.value})
                     : std::nullopt;
    });
    kernel_.build = build;
}

std::unexpected<Error> ColdSearch::unknown(std::string_view lack) {
    if (kernel_.banner.empty()) {
        if (const auto banner = search(find_banner_text)) {
            kernel_.banner = reader_.text(*banner, 256).value_or("");
        }
    }
    const auto release = release_in(kernel_.banner);
    return release.empty() ? fail(Errc::unsupported, "no kernel yet: what is mapped where Linux has its image is none")
                           : fail(Errc::unsupported, "Linux " + std::string(release) + " " + std::string(lack));
}

}  // namespace hvgdb::osi
