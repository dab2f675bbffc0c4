// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/isf.hpp"

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <utility>

#include "osi/profile/isf_types.hpp"
#include "osi/profile/layout_types.hpp"
#include "osi/profile/symbol_table.hpp"

namespace hvgdb::osi {
namespace {

namespace json = boost::json;

/// Of a document and all in it: 30 MB of JSON take some 150 MB while they are read.
class LimitedMemory final : public json::memory_resource {
  private:
    static constexpr std::size_t kMost = std::size_t{2} << 30;

    void* do_allocate(std::size_t size, std::size_t alignment) override {
        if (size > kMost - used_) {
            throw std::bad_alloc();
        }
        used_ += size;
        return ::operator new(size, std::align_val_t{alignment});
    }
    void do_deallocate(void* place, std::size_t size, std::size_t alignment) override {
        used_ -= size;
        ::operator delete(place, std::align_val_t{alignment});
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::size_t used_ = 0;
};

struct Parsed {
    LimitedMemory memory;
    json::monotonic_resource resource{std::size_t{1} << 16, json::storage_ptr(&memory)};
    json::value document = json::value(json::storage_ptr(&resource));
};

Expected<void> parse(std::string_view text, const std::string& file, Parsed& parsed) {
    json::parse_options options;
    options.max_depth = 64;
    json::stream_parser parser(json::storage_ptr(&parsed.resource), options);
    boost::system::error_code error;
    try {
        const auto used = parser.write(text.data(), text.size(), error);
        if (!error) {
            parser.finish(error);
        }
        if (error) {
            return fail(Errc::bad_argument,
                        file + ": no JSON at byte " + std::to_string(used) + ": " + error.message());
        }
        parsed.document = parser.release();
    } catch (const std::bad_alloc&) {
        return fail(Errc::bad_argument, file + ": too large a document");
    }
    return {};
}

/// The file does not say what a symbol is; its type's kind tells code from data.
char type_of(const json::object& symbol) {
    const auto* const type = symbol.if_contains("type");
    const auto* const object = type == nullptr ? nullptr : type->if_object();
    const auto* const kind = object == nullptr ? nullptr : object->if_contains("kind");
    return kind != nullptr && kind->is_string() && kind->get_string() == "function" ? 'T' : 'D';
}

Expected<std::unique_ptr<SymbolSource>> symbols_of(const json::object& document, const std::string& file,
                                                   const std::string& origin) {
    const auto* const section = document.if_contains("symbols");
    if (section == nullptr) {
        return nullptr;
    }
    if (!section->is_object()) {
        return fail(Errc::bad_argument, file + ": \"symbols\" is no object");
    }
    SymbolTable::Builder symbols;
    for (const auto& [name, value] : section->get_object()) {
        const auto* const symbol = value.if_object();
        const auto* const address = symbol == nullptr ? nullptr : symbol->if_contains("address");
        boost::system::error_code error;
        if (address == nullptr || !address->is_number()) {
            return fail(Errc::bad_argument, file + ": symbols." + std::string(name) + " has no address");
        }
        const auto number = address->is_int64() ? static_cast<std::uint64_t>(address->get_int64())
                                                : address->to_number<std::uint64_t>(error);
        if (error || !symbols.add(VirtAddr{number}, type_of(*symbol), std::string_view(name.data(), name.size()))) {
            return fail(Errc::bad_argument, file + ": symbols." + std::string(name) + " cannot be used");
        }
    }
    return symbols.size() == 0 ? nullptr : std::move(symbols).finish(origin);
}

}  // namespace

Expected<Profile> parse_isf(std::string_view text, const std::string& file) {
    Parsed parsed;
    if (auto done = parse(text, file, parsed); !done) {
        return std::unexpected(done.error());
    }
    const auto* const document = parsed.document.if_object();
    const auto* const user_types = document == nullptr ? nullptr : document->if_contains("user_types");
    if (user_types == nullptr || !user_types->is_object()) {
        return fail(Errc::bad_argument, file + ": no ISF document: \"user_types\" is missing");
    }
    const std::string origin = std::filesystem::path(file).filename().string() + " (ISF)";
    auto types = std::make_unique<LayoutTypes>(Layout::from(IsfTypes(*document)), origin);
    auto symbols = symbols_of(*document, file, origin);
    if (!symbols) {
        return std::unexpected(symbols.error());
    }
    if (types->empty() && !*symbols) {
        return fail(Errc::bad_argument, file + ": none of the kernel's structures, and no symbols");
    }
    Profile profile{.types = nullptr, .symbols = std::move(*symbols), .description = origin};
    if (!types->empty()) {
        profile.types = std::move(types);
    }
    return profile;
}

}  // namespace hvgdb::osi
