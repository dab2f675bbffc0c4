// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's memory and its kernel.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <spdlog/spdlog.h>
#include <string>
#include <utility>

#include "emulator/guest_ram.hpp"
#include "emulator/machine_memory.hpp"
#include "plugin/service.hpp"

namespace hvgdb::plugin {
namespace {

/// Between two looks for a kernel that something waits for.
constexpr std::chrono::milliseconds kKernelTime{200};

/// Nothing: kernels are not remembered.
std::filesystem::path cache_folder(const std::string& option) {
    if (option == "off") {
        return {};
    }
    if (option != "default") {
        return option;
    }
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && *cache == '/') {
        return std::filesystem::path(cache) / "hvgdb/kernels";
    }
    const char* const home = std::getenv("HOME");
    return home != nullptr && *home == '/' ? std::filesystem::path(home) / ".cache/hvgdb/kernels"
                                           : std::filesystem::path();
}

}  // namespace

/// QEMU's own memory, which is the guest's RAM, where we can have it; else by asking QEMU for every read.
void Service::find_memory(std::optional<emulator::Qmp>& qmp) {
    if (qmp) {
        auto ram = emulator::GuestRam::find(*qmp);
        const auto dropped = ram ? (*ram)->verify(*machine_) : std::unexpected(ram.error());
        if (dropped) {
            memory_ = std::move(*ram);
            taint_.memory().set_contents(memory_.get());
            return;
        }
        spdlog::warn("guest memory is read through QEMU's debug stub, which is slow: {}", dropped.error().detail);
    }
    memory_ = std::make_unique<emulator::MachineMemory>(*machine_);
}

void Service::start_os() {
    osi::LocateOptions how{.profile = profile_,
                           .cache_folder = cache_folder(options_.os_cache),
                           .infer_structures = options_.os_profile == kInfer};
    os_ = std::make_unique<osi::LinuxOs>(
        *machine_, *memory_, std::move(how), [this](const osi::LocatedKernel& kernel, const osi::X86Paging& paging) {
            use_page_tables(paging);
            spdlog::info("found Linux {} in the guest, {} ms", osi::release_in(kernel.banner),
                         std::chrono::duration_cast<std::chrono::milliseconds>(kernel.took).count());
        });
    events_ = std::make_unique<osi::LinuxEvents>(os_->running_kernel(), *machine_, *memory_, instrumentation_);
    hooks_ = std::make_unique<osi::Hooks>(*os_, *events_, instrumentation_);
}

/// Conditions of breakpoints read memory on vCPU threads, without a question to QEMU where that can be.
void Service::use_page_tables(const osi::X86Paging& paging) {
    if (memory_->any_thread()) {
        page_tables_ = std::make_unique<osi::PageTables>(*memory_, paging);
        instrumentation_.set_memory(page_tables_.get());
    }
}

void Service::await_program() {
    if (options_.wait.empty()) {
        return;
    }
    const auto awaited = debuggee_->hold_start({.program = options_.wait, .stop_at = options_.stop_at}, true);
    if (!awaited) {
        spdlog::warn("waiting for {}: {}", options_.wait, awaited.error().detail);
        return;
    }
    spdlog::info("waiting for {} to start", options_.wait);
}

/// What waits for programs may have to wait for the guest's kernel first.
void Service::look_for_kernel() {
    kernel_timer_.expires_after(kKernelTime);
    kernel_timer_.async_wait([this](boost::system::error_code error) {
        if (error || !machine_socket_) {
            return;
        }
        if (debuggee_->waits_for_kernel()) {
            debuggee_->look_for_kernel();
        }
        instrumentation_.relax();
        look_for_kernel();
    });
}

}  // namespace hvgdb::plugin
