// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/hooks.hpp"

#include <algorithm>
#include <utility>

#include "osi/elf_symbols.hpp"
#include "osi/hook_state.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kExecutable = 4;  // VM_EXEC, include/linux/mm.h
constexpr std::uint64_t kEntry = 9;       // AT_ENTRY, include/uapi/linux/auxvec.h

bool is_library(std::string_view path, std::string_view wanted) {
    const auto at = path.rfind(wanted);
    if (wanted.empty() || at == std::string_view::npos) {
        return false;
    }
    const auto rest = path.substr(at + wanted.size());
    const bool whole_part = at == 0 || wanted.front() == '/' || path[at - 1] == '/';
    return whole_part && !rest.contains('/') && (rest.empty() || rest.front() == '.' || rest == " (deleted)");
}

Expected<std::uint64_t> value_in(ElfFile& elf, const std::variant<VirtAddr, std::string>& where) {
    if (const auto* address = std::get_if<VirtAddr>(&where)) {
        return address->value;
    }
    const auto& name = std::get<std::string>(where);
    const auto symbol = elf.symbol(name);
    if (!symbol) {
        return std::unexpected(symbol.error());
    }
    if (symbol->kind == ElfSymbolKind::resolver) {
        return fail(Errc::unsupported, name + " is an indirect function: the program chooses one when it starts");
    }
    if (symbol->kind != ElfSymbolKind::function && symbol->kind != ElfSymbolKind::untyped) {
        return fail(Errc::bad_argument, name + " is no function");
    }
    return symbol->value;
}

}  // namespace

struct Hooks::Hook {
    HookSpec spec;
    emulator::SiteCallback callback;  ///< until it is armed
    std::shared_ptr<HookHandle::State> state = std::make_shared<HookHandle::State>();
    Subscription mapping;
};

Hooks::Hooks(Os& os, Events& events, emulator::Instrumentation& instrumentation)
    : os_(os), events_(events), instrumentation_(instrumentation) {}

Hooks::~Hooks() {
    for (const auto& hook : hooks_) {
        hook->state->remove();
    }
}

Expected<HookHandle> Hooks::add(HookSpec spec, emulator::SiteCallback callback) {
    forget_removed();
    auto hook = std::make_unique<Hook>();
    hook->spec = std::move(spec);
    hook->callback = std::move(callback);
    if (auto good = begin(*hook); !good) {
        hook->state->remove();
        return std::unexpected(std::move(good.error()));
    }
    if (hook->spec.process) {
        end_with_program(*hook);
    }
    hooks_.push_back(std::move(hook));
    return HookHandle(hooks_.back()->state);
}

Expected<void> Hooks::begin(Hook& hook) {
    const auto& spec = hook.spec;
    if (!spec.process && !spec.library.empty()) {
        return fail(Errc::bad_argument, "the kernel has no libraries");
    }
    if (spec.library.empty()) {
        const auto address = spec.process ? program_address(spec) : kernel_address(spec);
        return address ? arm(hook, *address) : std::unexpected(address.error());
    }
    const auto image = mapped_library(spec);
    if (!image) {
        return std::unexpected(image.error());
    }
    if (!*image) {
        return wait_for_library(hook);
    }
    const auto address = library_address(spec, **image);
    return address ? arm(hook, *address) : std::unexpected(address.error());
}

Expected<VirtAddr> Hooks::kernel_address(const HookSpec& spec) {
    if (const auto* address = std::get_if<VirtAddr>(&spec.where)) {
        return *address;
    }
    const auto place = os_.kernel_symbol(std::get<std::string>(spec.where));
    return place ? Expected<VirtAddr>(place->address) : std::unexpected(place.error());
}

Expected<VirtAddr> Hooks::program_address(const HookSpec& spec) {
    const auto pid = *spec.process;
    if (const auto* address = std::get_if<VirtAddr>(&spec.where)) {
        return *address;
    }
    const auto path = os_.executable(pid);
    const auto vector = path ? os_.auxiliary_vector(pid) : std::unexpected(path.error());
    const auto file = vector ? os_.open_file(pid, *path) : std::unexpected(vector.error());
    auto elf = file ? ElfFile::open(**file) : std::unexpected(file.error());
    const auto value = elf ? value_in(*elf, spec.where) : std::unexpected(elf.error());
    if (!value) {
        return std::unexpected(value.error());
    }
    const auto entry = std::ranges::find(*vector, kEntry, &AuxiliaryEntry::type);
    return entry == vector->end()
               ? fail(Errc::not_found, "the process does not tell where its program begins")
               : Expected<VirtAddr>(elf->address(elf->bias_of_entry(VirtAddr{entry->value}), *value));
}

Expected<std::optional<Hooks::Image>> Hooks::mapped_library(const HookSpec& spec) {
    const auto mappings = os_.mappings(*spec.process);
    if (!mappings) {
        return std::unexpected(mappings.error());
    }
    const auto found = std::ranges::find_if(
        *mappings, [&](const Mapping& mapping) { return mapping.execute && is_library(mapping.name, spec.library); });
    return found == mappings->end()
               ? std::nullopt
               : std::optional(Image{.path = found->name, .start = found->start, .offset = found->offset});
}

Expected<VirtAddr> Hooks::library_address(const HookSpec& spec, const Image& image) {
    const auto file = os_.open_file(*spec.process, image.path);
    auto elf = file ? ElfFile::open(**file) : std::unexpected(file.error());
    const auto value = elf ? value_in(*elf, spec.where) : std::unexpected(elf.error());
    if (!value) {
        return std::unexpected(value.error());
    }
    const auto bias = elf->bias_of_mapping(image.start, image.offset);
    return bias ? Expected<VirtAddr>(elf->address(*bias, *value))
                : fail(Errc::bad_argument, image.path + " is mapped in a way that its program headers do not tell");
}

Expected<void> Hooks::arm(Hook& hook, VirtAddr address) {
    emulator::SiteSpec where{.address = address, .space = std::nullopt};
    emulator::CodePlace place;
    if (hook.spec.process) {
        const auto process = os_.process(*hook.spec.process);
        if (!process) {
            return std::unexpected(process.error());
        }
        if (!process->user_space) {
            return fail(Errc::not_found, "the process has no memory of its own");
        }
        where.space = process->user_space;
        if (const auto physical = os_.physical_address(*hook.spec.process, address)) {
            place = {.known = true, .physical = *physical};
        }
    }
    hook.state->arm(address, instrumentation_.add_site(where, place, std::move(hook.callback)));
    return {};
}

Expected<void> Hooks::wait_for_library(Hook& hook) {
    const std::weak_ptr<HookHandle::State> state = hook.state;
    auto subscription = events_.subscribe(
        EventKind::mapped, {.process = hook.spec.process}, [state, library = hook.spec.library](const Event& event) {
            const auto* mapped = std::get_if<event::Mapped>(&event.what);
            const bool wanted =
                mapped != nullptr && (mapped->flags & kExecutable) != 0 && is_library(mapped->path, library);
            const auto kept = wanted ? state.lock() : nullptr;
            return kept != nullptr && kept->note(*mapped) ? emulator::Verdict::stop : emulator::Verdict::go_on;
        });
    if (!subscription) {
        return std::unexpected(std::move(subscription.error()));
    }
    hook.mapping = *subscription;
    hook.state->subscribed(*std::move(subscription));
    return {};
}

void Hooks::end_with_program(const Hook& hook) {
    for (const auto kind : {EventKind::started, EventKind::exited}) {
        const std::weak_ptr<HookHandle::State> state = hook.state;
        auto subscription = events_.subscribe(kind, {.process = hook.spec.process}, [state](const Event&) {
            if (const auto kept = state.lock()) {
                kept->remove();
            }
            return emulator::Verdict::go_on;
        });
        if (subscription) {
            hook.state->subscribed(*std::move(subscription));
        }
    }
}

Expected<VirtAddr> Hooks::resolve(Hook& hook, const event::Mapped& mapped) {
    const Image image{.path = mapped.path, .start = mapped.start, .offset = mapped.offset};
    const auto address = library_address(hook.spec, image);
    const auto armed = address ? arm(hook, *address) : std::unexpected(address.error());
    return armed ? address : std::unexpected(armed.error());
}

std::vector<Hooks::Resolved> Hooks::resolve_pending() {
    forget_removed();
    std::vector<Resolved> resolved;
    for (const auto& hook : hooks_) {
        const auto mapped = hook->state->mapped();
        if (hook->state->address() || !mapped) {
            continue;
        }
        auto address = resolve(*hook, *mapped);
        const bool not_yet = !address && address.error().code == Errc::fault;
        if (not_yet) {
            continue;
        }
        if (!address) {
            hook->state->remove();
        }
        hook->mapping.remove();
        resolved.push_back({.hook = HookHandle(hook->state), .address = std::move(address)});
    }
    return resolved;
}

std::size_t Hooks::pending() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        hooks_, [](const auto& hook) { return hook->state->exists() && !hook->state->address(); }));
}

void Hooks::forget_removed() {
    std::erase_if(hooks_, [](const auto& hook) { return !hook->state->exists(); });
}

}  // namespace hvgdb::osi
