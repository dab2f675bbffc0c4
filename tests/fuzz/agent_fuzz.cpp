// SPDX-License-Identifier: GPL-2.0-or-later
// Agent bytecode from its check to its evaluation. The first byte tells whether the program is a narrow one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "gdbserver/agent_expression.hpp"
#include "tests/support/fake_vcpu.hpp"

namespace {

using hvgdb::gdbserver::AgentExpression;
using hvgdb::gdbserver::AgentFormat;

hvgdb::test::FakeVcpu make_vcpu() {
    hvgdb::test::FakeVcpu vcpu;
    vcpu.registers = {{"rax", 0x1000}, {"rbx", 0x1ff8}, {"rcx", 5}, {"rsp", ~std::uint64_t{0}}, {"eflags", 0x246}};
    vcpu.poke(0, "text at zero");
    vcpu.poke(0x1000, std::string(0x1000, '%'));
    return vcpu;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto description = hvgdb::emulator::TargetDescription::parse(hvgdb::test::fake_documents()).value();
    static auto vcpu = make_vcpu();
    if (size == 0) {
        return 0;
    }
    const auto code = std::as_bytes(std::span(data, size)).subspan(1);
    const auto expression = AgentExpression::parse(code, description, (data[0] & 1) != 0);
    if (!expression) {
        return 0;
    }
    std::string output;
    (void)expression->evaluate(vcpu, output);
    if (output.size() > AgentFormat::kMaxOutput) {
        std::abort();
    }
    return 0;
}
