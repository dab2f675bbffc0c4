// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/running_kernel.hpp"

#include <algorithm>
#include <utility>

#include "emulator/arch.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

KernelView::KernelView(GuestMemory memory, LocatedKernel kernel)
    : memory_(std::move(memory)), kernel_(std::move(kernel)) {
    use_root();
}

void KernelView::use_root() {
    reader_ = std::make_unique<AddressSpaceReader>(memory_, kernel_.image.root);
    structures_ = std::make_unique<KernelMemory>(*reader_, kernel_.layout);
}

bool KernelView::check(AddressSpace current) {
    memory_.forget();
    const bool there = still_there(memory_, current, kernel_);
    use_root();
    return there;
}

Expected<RunningKernel::Paged> RunningKernel::paged(VcpuId vcpu) {
    const auto block = machine_.read_registers(vcpu);
    if (!block) {
        return std::unexpected(block.error());
    }
    const auto state = x86_control_state(machine_.description(), *block);
    if (!state) {
        return fail(Errc::unsupported, "only x86-64 guests can be looked into so far");
    }
    const auto paging = x86_paging(*state);
    if (!paging) {
        return fail(Errc::unsupported, "no kernel yet: " + paging.error().detail);
    }
    if (!*paging) {
        return fail(Errc::unsupported, "no kernel yet: paging is off");
    }
    const auto root = emulator::read_address_space(machine_, vcpu);
    return root ? Expected<Paged>({*root, **paging}) : std::unexpected(root.error());
}

/// Of all vCPUs; fails only when there is none.
Expected<std::vector<RunningKernel::Paged>> RunningKernel::roots_in_use() {
    std::vector<Paged> roots;
    Error first{Errc::unsupported, "no kernel yet: there is no vCPU"};
    for (unsigned index = 0; index < machine_.vcpu_count(); ++index) {
        if (const auto found = paged(VcpuId{index})) {
            roots.push_back(*found);
        } else if (index == 0) {
            first = found.error();
        }
    }
    return roots.empty() ? Expected<std::vector<Paged>>(std::unexpected(first)) : roots;
}

Expected<KernelView*> RunningKernel::get() {
    if (machine_.running()) {
        if (!view_) {
            return fail(Errc::running, "the guest runs: stop it once, so that its kernel can be looked for");
        }
        view_->memory().forget();
        return view_.get();
    }
    if (view_ && checked_ == machine_.generation()) {
        return view_.get();
    }
    if (is_trusted()) {
        checked_ = machine_.generation();
        return view_.get();
    }
    const auto roots = roots_in_use();
    if (!roots) {
        view_.reset();
        return std::unexpected(roots.error());
    }
    const auto shows_it = [&](const Paged& paged) {
        return paged.paging.levels == view_paging_.levels && view_->check(paged.root);
    };
    if (!view_ || std::ranges::none_of(*roots, shows_it)) {
        if (auto found = find(*roots); !found) {
            return std::unexpected(found.error());
        }
    }
    checked_ = machine_.generation();
    seen_ = std::chrono::steady_clock::now();
    return view_.get();
}

bool RunningKernel::is_trusted() {
    return view_ && std::chrono::steady_clock::now() - seen_ < trusted_ && view_->check(view_->kernel().image.root);
}

Expected<void> RunningKernel::find(const std::vector<Paged>& roots) {
    view_.reset();
    ++changes_;
    std::optional<Error> first;
    for (const Paged& paged : roots) {
        GuestMemory memory(memory_, paged.paging);
        auto kernel = locate_kernel(memory, paged.root, options_);
        if (kernel) {
            if (listener_) {
                listener_(*kernel, paged.paging);
            }
            memory.forget();
            view_ = std::make_unique<KernelView>(std::move(memory), std::move(*kernel));
            view_paging_ = paged.paging;
            return {};
        }
        first = first.value_or(kernel.error());
    }
    return std::unexpected(first.value_or(Error{Errc::unsupported, "no kernel yet"}));
}

}  // namespace hvgdb::osi
