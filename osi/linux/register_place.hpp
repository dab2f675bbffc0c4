// SPDX-License-Identifier: GPL-2.0-or-later
// Where the user registers of a thread are, for who looks after the places and not the values.
#pragma once

#include <optional>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/linux/register_write.hpp"
#include "osi/linux/task_facts.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// See Os::user_register_place(). `translate`: the kernel's own page tables. `fpu_vcpu`: the one whose x87, SSE and AVX
/// registers are the thread's, if any is.
[[nodiscard]] Expected<RegisterPlace> register_place(const KernelTranslation& translate, const WrittenThread& thread,
                                                     std::optional<VcpuId> fpu_vcpu, std::string_view name);

}  // namespace hvgdb::osi
