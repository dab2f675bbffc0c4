// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>
#include <string>
#include <string_view>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

namespace {

std::string reg(std::string_view name, unsigned bits, std::string_view type) {
    return "  <reg name=\"" + std::string(name) + "\" bitsize=\"" + std::to_string(bits) + "\" type=\"" +
           std::string(type) + "\"/>\n";
}

std::string core_registers() {
    std::string text;
    for (const auto* name : {"rax", "rbx", "rcx", "rdx", "rsi", "rdi"}) {
        text += reg(name, 64, "int64");
    }
    for (const auto* name : {"rbp", "rsp"}) {
        text += reg(name, 64, "data_ptr");
    }
    for (unsigned i = 8; i < 16; ++i) {
        text += reg("r" + std::to_string(i), 64, "int64");
    }
    text += reg("rip", 64, "code_ptr");
    for (const auto* name : {"eflags", "cs", "ss", "ds", "es", "fs", "gs"}) {
        text += reg(name, 32, "int32");
    }
    for (const auto* name : {"fs_base", "gs_base", "k_gs_base", "cr0", "cr2", "cr3", "cr4", "cr8", "efer"}) {
        text += reg(name, 64, "int64");
    }
    for (unsigned i = 0; i < 8; ++i) {
        text += reg("st" + std::to_string(i), 80, "i387_ext");
    }
    for (const auto* name : {"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"}) {
        text += reg(name, 32, "int");
    }
    return text;
}

std::string vector_registers() {
    std::string text;
    for (unsigned i = 0; i < 16; ++i) {
        text += reg("xmm" + std::to_string(i), 128, "uint128");
    }
    return text + reg("mxcsr", 32, "int32");
}

constexpr std::string_view kHeader = "<?xml version=\"1.0\"?>\n";

}  // namespace

std::map<std::string, std::string> fake_documents() {
    std::map<std::string, std::string> documents;
    documents["target.xml"] = std::string(kHeader) +
                              "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
                              "<target xmlns:xi=\"http://www.w3.org/2001/XInclude\">\n"
                              " <architecture>i386:x86-64</architecture>\n"
                              " <xi:include href=\"fake-64bit.xml\"/>\n"
                              " <xi:include href=\"fake-sse.xml\"/>\n"
                              "</target>\n";
    documents["fake-64bit.xml"] = std::string(kHeader) +
                                  "<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n"
                                  "<feature name=\"org.gnu.gdb.i386.core\">\n" +
                                  core_registers() + "</feature>\n";
    documents["fake-sse.xml"] = std::string(kHeader) +
                                "<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n"
                                "<feature name=\"org.gnu.gdb.i386.sse\">\n" +
                                vector_registers() + "</feature>\n";
    return documents;
}

}  // namespace hvgdb::test
