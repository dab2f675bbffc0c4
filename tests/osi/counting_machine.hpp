// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {

/// Counts how often registers are read.
class CountingMachine : public test::FakeMachine {
  public:
    using FakeMachine::FakeMachine;
    [[nodiscard]] Expected<Bytes> read_registers(VcpuId vcpu) override {
        ++reads;
        return FakeMachine::read_registers(vcpu);
    }
    [[nodiscard]] Expected<Bytes> read_register(VcpuId vcpu, unsigned number) override {
        ++reads;
        return FakeMachine::read_register(vcpu, number);
    }
    unsigned reads = 0;
};

}  // namespace hvgdb::osi
