// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_functions.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

/// Of the rows of a kind and group the first counts that the kernel has. The first group is needed, the others add.
struct Choice {
    EventKind kind;
    unsigned group;
    EventPoint point;
    std::string_view function;
    std::string_view another = {};  ///< one that goes with it
};

// do_SYSENTER_32() ends in do_fast_syscall_32(), int80_emulation() in do_int80_emulation(). release_task() may go on to
// release the leader as well, and calls release_thread() for each.
constexpr std::array kChoices{
    Choice{EventKind::started, 0, EventPoint::exec_done, "proc_exec_connector"},
    Choice{EventKind::started, 0, EventPoint::thread_start, "start_thread", "compat_start_thread"},
    Choice{EventKind::forked, 0, EventPoint::new_task, "wake_up_new_task"},
    Choice{EventKind::thread_created, 0, EventPoint::new_task, "wake_up_new_task"},
    Choice{EventKind::thread_exited, 0, EventPoint::task_exit, "taskstats_exit"},
    Choice{EventKind::thread_exited, 0, EventPoint::exit_begin, "do_exit"},
    Choice{EventKind::exited, 0, EventPoint::task_exit, "taskstats_exit"},
    Choice{EventKind::exited, 0, EventPoint::exit_begin, "do_exit"},
    Choice{EventKind::gone, 0, EventPoint::task_release, "release_thread"},
    Choice{EventKind::gone, 0, EventPoint::task_release, "release_task"},
    Choice{EventKind::mapped, 0, EventPoint::map, "mmap_region"},
    Choice{EventKind::unmapped, 0, EventPoint::unmap_to, "do_vmi_align_munmap"},  // since 6.3
    Choice{EventKind::unmapped, 0, EventPoint::unmap_to, "do_mas_align_munmap"},  // 6.1
    Choice{EventKind::unmapped, 0, EventPoint::unmap_length, "__do_munmap"},      // before
    Choice{EventKind::unmapped, 0, EventPoint::unmap_length, "do_munmap"},
    Choice{EventKind::signal, 0, EventPoint::signal, "get_signal"},
    Choice{EventKind::syscall_entered, 0, EventPoint::syscall, "do_syscall_64"},
    Choice{EventKind::syscall_entered, 1, EventPoint::int80, "do_int80_emulation"},
    Choice{EventKind::syscall_entered, 1, EventPoint::int80, "int80_emulation"},
    Choice{EventKind::syscall_entered, 1, EventPoint::compat_syscall, "do_int80_syscall_32"},  // before 6.7
    Choice{EventKind::syscall_entered, 2, EventPoint::fast_syscall, "do_fast_syscall_32"},
    Choice{EventKind::switched, 0, EventPoint::context_switch, "__switch_to"},
};

/// What the entry code calls.
struct Called {
    EventPoint end;
    std::string_view function;
};
constexpr std::array kCalled{
    Called{EventPoint::syscall_end, "do_syscall_64"},
    Called{EventPoint::compat_syscall_end, "do_int80_syscall_32"},
    Called{EventPoint::compat_syscall_end, "int80_emulation"},
    Called{EventPoint::compat_syscall_end, "do_int80_emulation"},
    Called{EventPoint::compat_syscall_end, "do_fast_syscall_32"},
    Called{EventPoint::compat_syscall_end, "do_SYSENTER_32"},
};

/// Under its own name, or else the copies that the compiler has made of it.
std::vector<Symbol> function_symbols(const SymbolSource& symbols, std::string_view name) {
    constexpr std::size_t kMostCopies = 8;
    if (name.empty()) {
        return {};
    }
    if (const auto address = symbols.find(name)) {
        return {{.name = std::string(name), .address = *address, .type = 'T'}};
    }
    auto copies = symbols.variants(name, kMostCopies);
    std::erase_if(copies, [](const Symbol& symbol) { return symbol.type != 't' && symbol.type != 'T'; });
    return copies;
}

void add_name(std::string& names, std::string_view name) {
    names += names.empty() ? "" : ", ";
    names += name;
}

bool add_function(EventFunctions& found, const SymbolSource& symbols, EventPoint point, std::string_view name) {
    const auto copies = function_symbols(symbols, name);
    for (const Symbol& symbol : copies) {
        found.sites.push_back({.point = point, .address = symbol.address});
        add_name(found.names, symbol.name);
    }
    return !copies.empty();
}

/// Behind the calls of what handles system calls in the code through which the kernel is entered.
EventFunctions find_syscall_ends(const SymbolSource& symbols, const KernelSymbols& addresses,
                                 const MemoryReader& kernel) {
    EventFunctions found;
    const auto start = addresses[KernelSymbol::entry_text_start];
    const auto end = addresses[KernelSymbol::entry_text_end];
    for (const Called& called : kCalled) {
        const auto function = start && end ? symbols.find(called.function) : std::nullopt;
        const auto ends =
            function ? returns_of_calls(kernel, *start, *end, std::span(&*function, 1)) : std::vector<VirtAddr>{};
        for (const VirtAddr address : ends) {
            found.sites.push_back({.point = called.end, .address = address});
        }
        if (!ends.empty()) {
            add_name(found.names, "behind " + std::string(called.function));
        }
    }
    const bool any = std::ranges::find(found.sites, EventPoint::syscall_end, &EventSite::point) != found.sites.end();
    return any ? found : EventFunctions{};
}

}  // namespace

std::vector<VirtAddr> returns_of_calls(const MemoryReader& code, VirtAddr start, VirtAddr end,
                                       std::span<const VirtAddr> functions) {
    constexpr std::uint64_t kMostCode = 1 << 20;
    constexpr std::byte kCall{0xe8};
    constexpr std::size_t kCallSize = 5;
    Bytes bytes(end > start ? std::min(end.value - start.value, kMostCode) : 0);
    bytes.resize(code.read(start, bytes));
    std::vector<VirtAddr> found;
    for (std::size_t at = 0; at + kCallSize <= bytes.size(); ++at) {
        if (bytes[at] != kCall) {
            continue;
        }
        const auto distance = static_cast<std::int32_t>(load_little_endian(std::span(bytes).subspan(at + 1, 4)));
        const VirtAddr behind{start.value + at + kCallSize};
        const VirtAddr target{behind.value + static_cast<std::uint64_t>(std::int64_t{distance})};
        if (std::ranges::find(functions, target) != functions.end()) {
            found.push_back(behind);
        }
    }
    return found;
}

EventFunctions find_event_functions(EventKind kind, const SymbolSource& symbols, const KernelSymbols& addresses,
                                    const MemoryReader& kernel) {
    if (kind == EventKind::syscall_returned) {
        return find_syscall_ends(symbols, addresses, kernel);
    }
    EventFunctions found;
    std::optional<unsigned> done;  // this group
    for (const Choice& choice : kChoices) {
        const bool wanted = choice.kind == kind && choice.group != done && (choice.group == 0 || !found.sites.empty());
        if (wanted && add_function(found, symbols, choice.point, choice.function)) {
            add_function(found, symbols, choice.point, choice.another);
            done = choice.group;
        }
    }
    return found;
}

}  // namespace hvgdb::osi
