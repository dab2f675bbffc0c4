// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_description.hpp"

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hvgdb::gdbserver {

namespace {

struct Named {
    std::string_view name;
    std::string_view type;
};

constexpr std::array<Named, 17> kGeneral64{{{"rax", "int64"},
                                            {"rbx", "int64"},
                                            {"rcx", "int64"},
                                            {"rdx", "int64"},
                                            {"rsi", "int64"},
                                            {"rdi", "int64"},
                                            {"rbp", "data_ptr"},
                                            {"rsp", "data_ptr"},
                                            {"r8", "int64"},
                                            {"r9", "int64"},
                                            {"r10", "int64"},
                                            {"r11", "int64"},
                                            {"r12", "int64"},
                                            {"r13", "int64"},
                                            {"r14", "int64"},
                                            {"r15", "int64"},
                                            {"rip", "code_ptr"}}};
constexpr std::array<Named, 9> kGeneral32{{{"eax", "int32"},
                                           {"ecx", "int32"},
                                           {"edx", "int32"},
                                           {"ebx", "int32"},
                                           {"esp", "data_ptr"},
                                           {"ebp", "data_ptr"},
                                           {"esi", "int32"},
                                           {"edi", "int32"},
                                           {"eip", "code_ptr"}}};
constexpr std::array<std::string_view, 6> kSegments{"cs", "ss", "ds", "es", "fs", "gs"};
constexpr std::array<std::string_view, 8> kX87Control{"fctrl", "fstat", "ftag",  "fiseg",
                                                      "fioff", "foseg", "fooff", "fop"};

struct Flag {
    std::string_view name;
    unsigned bit;
};

// Intel SDM vol. 1, 3.4.3 and 10.2.3. Bit 1 of eflags has no name and is always set.
constexpr std::array<Flag, 17> kEflags{{{"CF", 0},
                                        {"", 1},
                                        {"PF", 2},
                                        {"AF", 4},
                                        {"ZF", 6},
                                        {"SF", 7},
                                        {"TF", 8},
                                        {"IF", 9},
                                        {"DF", 10},
                                        {"OF", 11},
                                        {"NT", 14},
                                        {"RF", 16},
                                        {"VM", 17},
                                        {"AC", 18},
                                        {"VIF", 19},
                                        {"VIP", 20},
                                        {"ID", 21}}};
constexpr std::array<Flag, 14> kMxcsr{{{"IE", 0},
                                       {"DE", 1},
                                       {"ZE", 2},
                                       {"OE", 3},
                                       {"UE", 4},
                                       {"PE", 5},
                                       {"DAZ", 6},
                                       {"IM", 7},
                                       {"DM", 8},
                                       {"ZM", 9},
                                       {"OM", 10},
                                       {"UM", 11},
                                       {"PM", 12},
                                       {"FZ", 15}}};

struct VectorView {
    std::string_view name;
    std::string_view type;  ///< the vector's own name
    std::string_view element;
    unsigned count;
};

constexpr std::array<VectorView, 6> kVectorViews{{{"v4_float", "v4f", "ieee_single", 4},
                                                  {"v2_double", "v2d", "ieee_double", 2},
                                                  {"v16_int8", "v16i8", "int8", 16},
                                                  {"v8_int16", "v8i16", "int16", 8},
                                                  {"v4_int32", "v4i32", "int32", 4},
                                                  {"v2_int64", "v2i64", "int64", 2}}};

/// Text of the document, feature by feature. Numbers go up by one from register to register.
class Writer {
  public:
    explicit Writer(ProgramKind kind) : kind_(kind) {}

    std::string write() {
        add("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n");
        add("<architecture>{}</architecture>\n<osabi>GNU/Linux</osabi>\n", kind_.compat ? "i386" : "i386:x86-64");
        write_core();
        write_sse();
        write_linux();
        if (kind_.avx) {
            write_avx();
        }
        add("</target>\n");
        return std::move(text_);
    }

  private:
    template <typename... Values>
    void add(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    }
    void begin(std::string_view feature) { add("<feature name=\"org.gnu.gdb.i386.{}\">\n", feature); }
    void end() { add("</feature>\n"); }
    void add_register(std::string_view name, unsigned bits, std::string_view type, std::string_view group = {}) {
        add("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"", name, bits, type, number_++);
        if (!group.empty()) {
            add(" group=\"{}\"", group);
        }
        add("/>\n");
    }
    void add_flags(std::string_view id, std::span<const Flag> flags) {
        add("<flags id=\"{}\" size=\"4\">\n", id);
        for (const auto& [name, bit] : flags) {
            add("<field name=\"{}\" start=\"{}\" end=\"{}\"/>\n", name, bit, bit);
        }
        add("</flags>\n");
    }
    void add_vector_type() {
        for (const auto& view : kVectorViews) {
            add("<vector id=\"{}\" type=\"{}\" count=\"{}\"/>\n", view.type, view.element, view.count);
        }
        add("<union id=\"vec128\">\n");
        for (const auto& view : kVectorViews) {
            add("<field name=\"{}\" type=\"{}\"/>\n", view.name, view.type);
        }
        add("<field name=\"uint128\" type=\"uint128\"/>\n</union>\n");
    }

    void write_core() {
        begin("core");
        add_flags("i386_eflags", kEflags);
        const auto general = kind_.compat ? std::span<const Named>(kGeneral32) : std::span<const Named>(kGeneral64);
        for (const auto& [name, type] : general) {
            add_register(name, word_bits(), type);
        }
        add_register("eflags", 32, "i386_eflags");
        for (const auto name : kSegments) {
            add_register(name, 32, "int32");
        }
        for (unsigned i = 0; i < 8; ++i) {
            add_register(fmt::format("st{}", i), 80, "i387_ext");
        }
        for (const auto name : kX87Control) {
            add_register(name, 32, "int", "float");
        }
        end();
    }
    void write_sse() {
        begin("sse");
        add_vector_type();
        add_flags("i386_mxcsr", kMxcsr);
        for (unsigned i = 0; i < vectors(); ++i) {
            add_register(fmt::format("xmm{}", i), 128, "vec128");
        }
        add_register("mxcsr", 32, "i386_mxcsr", "vector");
        end();
    }
    void write_linux() {
        begin("linux");
        add_register(kind_.compat ? "orig_eax" : "orig_rax", word_bits(), kind_.compat ? "int" : "int64", "system");
        end();
        if (!kind_.compat) {
            begin("segments");
            add_register("fs_base", 64, "int");
            add_register("gs_base", 64, "int");
            end();
        }
    }
    void write_avx() {
        begin("avx");
        for (unsigned i = 0; i < vectors(); ++i) {
            add_register(fmt::format("ymm{}h", i), 128, "uint128");
        }
        end();
    }
    [[nodiscard]] unsigned word_bits() const { return kind_.compat ? 32 : 64; }
    [[nodiscard]] unsigned vectors() const { return kind_.compat ? 8 : 16; }

    ProgramKind kind_;
    std::string text_;
    unsigned number_ = 0;
};

emulator::TargetDescription describe(ProgramKind kind) {
    auto description = emulator::TargetDescription::parse({{"target.xml", Writer(kind).write()}});
    if (!description) {
        std::abort();  // our own text
    }
    return std::move(*description);
}

}  // namespace

const emulator::TargetDescription& process_description(ProgramKind kind) {
    static const std::array<emulator::TargetDescription, 4> descriptions{
        describe({.compat = false, .avx = false}), describe({.compat = false, .avx = true}),
        describe({.compat = true, .avx = false}), describe({.compat = true, .avx = true})};
    return descriptions.at((kind.compat ? 2 : 0) + (kind.avx ? 1 : 0));
}

}  // namespace hvgdb::gdbserver
