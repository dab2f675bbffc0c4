// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/linux_events.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "osi/linux/event_kernel.hpp"
#include "osi/linux/event_reader.hpp"

namespace hvgdb::osi {

namespace {

/// What is told is in the user registers that the kernel has saved.
bool needs_frame(EventKind kind) {
    return kind == EventKind::started || kind == EventKind::syscall_entered || kind == EventKind::syscall_returned;
}

}  // namespace

struct LinuxEvents::Entry : Subscription::State {
    Entry(EventKind wanted, EventFilter only, EventCallback told)
        : kind(wanted), filter(std::move(only)), callback_(std::move(told)) {}

    [[nodiscard]] bool wants() const { return enabled && !removed; }
    /// A vCPU is at one of its sites.
    [[nodiscard]] emulator::Verdict arrive(EventPoint point, EventKernel& kernel, emulator::VcpuContext& vcpu);

    const EventKind kind;
    const EventFilter filter;

    // The server's thread.
    std::vector<emulator::SiteHandle> sites;
    std::shared_ptr<const EventKernel> instrumented;  ///< the kernel that they are in

  private:
    [[nodiscard]] bool concerns(VirtAddr task, EventMemory& memory) const;

    std::mutex running_;  ///< several sites, several vCPUs
    EventCallback callback_;
};

bool LinuxEvents::Entry::concerns(VirtAddr task, EventMemory& memory) const {
    return !filter.process || memory.lasting().number(task, Field::task_tgid) == *filter.process;
}

emulator::Verdict LinuxEvents::Entry::arrive(EventPoint point, EventKernel& kernel, emulator::VcpuContext& vcpu) {
    EventMemory* const memory = wants() ? kernel.memory_of(vcpu.vcpu()) : nullptr;
    if (memory == nullptr) {
        return emulator::Verdict::go_on;
    }
    memory->arrive(vcpu);
    const auto task = kernel.current_task(vcpu, *memory);
    if (!task || !concerns(*task, *memory)) {
        return emulator::Verdict::go_on;
    }
    const auto event = read_event(kind, point,
                                  {.kernel = kernel,
                                   .memory = *memory,
                                   .vcpu = vcpu,
                                   .task = *task,
                                   .calls = filter.calls ? &*filter.calls : nullptr});
    const std::scoped_lock lock(running_);
    if (!event || !wants()) {
        return emulator::Verdict::go_on;
    }
    const emulator::Verdict verdict = callback_(*event);
    if (verdict == emulator::Verdict::go_on_and_disable) {
        enabled = false;
        return emulator::Verdict::go_on;  // the site itself stays for enable()
    }
    return verdict;
}

LinuxEvents::LinuxEvents(RunningKernel& kernel, emulator::Machine& machine, const emulator::PhysicalMemory& memory,
                         emulator::Instrumentation& instrumentation)
    : kernel_(kernel), machine_(machine), memory_(memory), instrumentation_(instrumentation) {}

LinuxEvents::~LinuxEvents() {
    for (const auto& entry : entries_) {
        entry->removed = true;
        drop_sites(*entry);
    }
}

KernelView* LinuxEvents::kernel_now() {
    const auto view = kernel_.get();
    if (!view) {
        known_.reset();
        return nullptr;
    }
    if (!known_ || known_of_ != kernel_.changes() || known_->root() != (*view)->kernel().image.root) {
        const auto facts = read_event_kernel_facts(**view);
        known_ = facts ? std::make_shared<EventKernel>(*facts, memory_, machine_.vcpu_count()) : nullptr;
        known_of_ = kernel_.changes();
        functions_ = {};
    }
    return known_ ? *view : nullptr;
}

const EventFunctions& LinuxEvents::functions(EventKind kind, const KernelView& view) {
    auto& found = functions_.at(static_cast<std::size_t>(kind));
    if (!found && needs_frame(kind) && !known_->stack()) {
        found.emplace();
    } else if (!found) {
        found = find_event_functions(kind, *view.kernel().symbols, view.symbols(), view.reader());
    }
    return *found;
}

Expected<Subscription> LinuxEvents::subscribe(EventKind kind, EventFilter filter, EventCallback callback) {
    const KernelView* const view = kernel_now();
    if (view != nullptr && functions(kind, *view).sites.empty()) {
        return fail(Errc::unsupported,
                    "no function of this kernel tells of this kind of event: " + std::string(name_of(kind)));
    }
    entries_.push_back(std::make_shared<Entry>(kind, std::move(filter), std::move(callback)));
    return Subscription(entries_.back());
}

void LinuxEvents::drop_sites(Entry& entry) {
    for (const emulator::SiteHandle& site : entry.sites) {
        site.remove();
    }
    entry.sites.clear();
    entry.instrumented.reset();
}

void LinuxEvents::instrument(const std::shared_ptr<Entry>& entry, KernelView& view) {
    drop_sites(*entry);
    for (const EventSite& site : functions(entry->kind, view).sites) {
        const auto physical = view.memory().translate(view.kernel().image.root, site.address);
        entry->sites.push_back(instrumentation_.add_site(
            {.address = site.address, .space = std::nullopt}, {.known = physical.has_value(), .physical = physical},
            [entry, kernel = known_, point = site.point](emulator::VcpuContext& vcpu) {
                return entry->arrive(point, *kernel, vcpu);
            }));
    }
    entry->instrumented = known_;
}

void LinuxEvents::commit() {
    std::erase_if(entries_, [](const auto& entry) {
        if (entry->removed) {
            drop_sites(*entry);
        }
        return entry->removed.load();
    });
    KernelView* const view = entries_.empty() ? nullptr : kernel_now();
    for (const auto& entry : entries_) {
        if (view == nullptr) {
            drop_sites(*entry);
        } else if (entry->instrumented != known_) {
            instrument(entry, *view);
        }
    }
}

bool LinuxEvents::waits_for_kernel() const {
    return std::ranges::any_of(entries_,
                               [](const auto& entry) { return !entry->removed && entry->instrumented == nullptr; });
}

OsFacts LinuxEvents::sources() {
    const KernelView* const view = kernel_now();
    OsFacts facts;
    for (std::size_t i = 0; i < kEventKinds; ++i) {
        const auto kind = static_cast<EventKind>(i);
        const std::string names = view != nullptr ? functions(kind, *view).names : "no kernel yet";
        facts.emplace_back(name_of(kind), names.empty() ? "not to be had" : names);
    }
    return facts;
}

}  // namespace hvgdb::osi
