// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: the kernel itself, its symbols and modules.
#include <chrono>
#include <fmt/format.h>

#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/module_symbols.hpp"
#include "osi/linux/modules.hpp"

namespace hvgdb::osi {

namespace {

std::string located_text(const LocatedKernel& kernel) {
    const double milliseconds = std::chrono::duration<double, std::milli>(kernel.took).count();
    return fmt::format("in {:.1f} ms ({})", milliseconds, kernel.warm ? "warm: remembered by its build id" : "cold");
}

std::string build_text(const std::optional<KernelBuild>& build) {
    std::string text;
    for (const std::byte byte : build ? build->id : BuildId{}) {
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    }
    return build ? text : "none";
}

}  // namespace

Expected<OsFacts> LinuxOs::facts() {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    const LocatedKernel& kernel = (*now)->view.kernel();
    const std::uint64_t size = kernel.image.end().value - kernel.image.text.value;
    constexpr std::uint64_t kMebi = std::uint64_t{1024} * 1024;
    return OsFacts{
        {"system", "Linux " + std::string(release_in(kernel.banner))},
        {"banner", kernel.banner},
        {"image", fmt::format("{:#x}, {} MiB", kernel.image.text.value, size / kMebi)},
        {"page tables", fmt::format("{:#x}, {} levels", kernel.image.root.root, (*now)->view.memory().paging().levels)},
        {"build id", build_text(kernel.build)},
        {"symbols", fmt::format("{} ({})", kernel.symbols->size(), kernel.symbols->origin())},
        {"structures", kernel.types_origin},
        {"located", located_text(kernel)},
    };
}

Expected<std::vector<LoadedModule>> LinuxOs::loaded(Picture& now) {
    const auto list = now.view.symbols()[KernelSymbol::modules];
    if (!list) {
        return fail(Errc::unsupported, "where this kernel keeps its modules is not known");
    }
    return loaded_modules(now.kernel(), *list);
}

Expected<std::vector<KernelModule>> LinuxOs::modules() {
    const auto now = picture();
    const auto all = now ? loaded(**now) : std::unexpected(now.error());
    if (!all) {
        return std::unexpected(all.error());
    }
    std::vector<KernelModule> found;
    for (const LoadedModule& module : *all) {
        found.push_back(module.facts);
    }
    return found;
}

Expected<SymbolPlace> LinuxOs::kernel_symbol(std::string_view name) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (const auto address = (*now)->view.kernel().symbols->find(name)) {
        return SymbolPlace{.name = std::string(name), .address = *address, .offset = 0, .module = {}};
    }
    const auto all = loaded(**now);
    const auto found = all ? find_module_symbol((*now)->kernel(), *all, name) : std::nullopt;
    return found ? Expected<SymbolPlace>(*found)
                 : fail(Errc::not_found, "neither the kernel nor a module has a symbol of that name");
}

Expected<SymbolPlace> LinuxOs::kernel_symbol_at(VirtAddr address) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    const LocatedKernel& kernel = (*now)->view.kernel();
    if (const auto symbol = kernel.image.contains(address) ? kernel.symbols->at_or_below(address) : std::nullopt) {
        return SymbolPlace{.name = symbol->name,
                           .address = symbol->address,
                           .offset = address.value - symbol->address.value,
                           .module = {}};
    }
    const auto all = loaded(**now);
    const auto found = all ? find_module_symbol_at((*now)->kernel(), *all, address) : std::nullopt;
    return found ? Expected<SymbolPlace>(*found)
                 : fail(Errc::not_found, "no symbol of the kernel or of a module is at that address");
}

}  // namespace hvgdb::osi
