// SPDX-License-Identifier: GPL-2.0-or-later
// Our rules against the host's processor: nothing that a result depends on may be missing, and what is too much does
// not grow. In the environment, HVGDB_WRITE_GOLDEN=1 writes the file of what is too much, and HVGDB_ORACLE_STATES=N
// makes it look longer (5 random states otherwise).
#include "tests/taint/oracle.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iomanip>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>

namespace {

using namespace hvgdb::emulator::taint;

struct Tally {
    unsigned forms = 0;
    std::size_t ruled = 0;  ///< dependencies by the rules
    std::size_t over = 0;   ///< of those, never seen on the host
};

class Comparison {
  public:
    void compare(const Form& form, const Dependencies& ruled, const Observed& observed) {
        auto& tally = tallies_[form.rule];
        ++tally.forms;
        std::string missing;
        for (std::size_t out = 0; out < kCells; ++out) {
            const auto& seen = observed.dependencies[out];
            const auto under = seen & ~ruled[out];
            if (under.none() && ruled[out].none()) {
                continue;
            }
            if (under.any() && missing.size() < kMostText) {
                missing += ' ' + cell_name(first_of(under)) + "->" + cell_name(out);
            }
            tally.ruled += ruled[out].count();
            tally.over += (ruled[out] & ~seen).count();
        }
        if (!missing.empty()) {
            ++wrong_;
            ADD_FAILURE() << form.name << " (" << form.rule << "):" << missing;
        }
    }
    void note_unrunnable() { ++unrunnable_; }

    void print() const {
        std::cout << std::left << std::setw(24) << "class" << std::right << std::setw(8) << "forms" << std::setw(12)
                  << "by rules" << std::setw(12) << "too much" << '\n';
        Tally all;
        for (const auto& [name, tally] : tallies_) {
            print_line(name, tally);
            all.forms += tally.forms;
            all.ruled += tally.ruled;
            all.over += tally.over;
        }
        print_line("all", all);
        std::cout << unrunnable_ << " forms cannot run here, " << wrong_ << " are wrong\n";
    }
    [[nodiscard]] const std::map<std::string, Tally>& tallies() const { return tallies_; }

  private:
    static constexpr std::size_t kMostText = 300;

    static std::size_t first_of(const CellSet& cells) { return cells._Find_first(); }
    static void print_line(const std::string& name, const Tally& tally) {
        std::cout << std::left << std::setw(24) << name << std::right << std::setw(8) << tally.forms << std::setw(12)
                  << tally.ruled << std::setw(12) << tally.over << '\n';
    }

    std::map<std::string, Tally> tallies_;
    unsigned unrunnable_ = 0;
    unsigned wrong_ = 0;
};

std::map<std::string, std::size_t> read_golden() {
    std::map<std::string, std::size_t> golden;
    std::ifstream file(HVGDB_TAINT_GOLDEN);
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        if (tab != std::string::npos && line.front() != '#') {
            golden[line.substr(0, tab)] = std::stoul(line.substr(tab + 1));
        }
    }
    return golden;
}

void write_golden(const Comparison& comparison) {
    std::ofstream file(HVGDB_TAINT_GOLDEN);
    file << "# SPDX-License-Identifier: GPL-2.0-or-later\n"
            "# Dependencies that the rules claim and the host never showed, by class. They may only become fewer.\n";
    for (const auto& [name, tally] : comparison.tallies()) {
        file << name << '\t' << tally.over << '\n';
    }
}

TEST(Oracle, NothingIsMissing) {
    NativeCpu cpu;
    if (!cpu.usable()) {
        GTEST_SKIP() << "this host cannot run the instructions";
    }
    constexpr unsigned kSeed = 20;
    constexpr unsigned kStates = 5;
    const auto* const wanted = std::getenv("HVGDB_ORACLE_STATES");
    const auto states = wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : kStates;
    constexpr unsigned kFewestForms = 1000;
    Comparison comparison;
    unsigned compared = 0;
    for (const auto& form : runnable_forms()) {
        std::mt19937 random(kSeed);
        const auto observed = observed_dependencies(cpu, form, states, random);
        if (observed.runs == 0) {
            comparison.note_unrunnable();
            continue;
        }
        ++compared;
        comparison.compare(form, ruled_dependencies(form, observed.inputs), observed);
    }
    comparison.print();
    EXPECT_GT(compared, kFewestForms);
    if (std::getenv("HVGDB_WRITE_GOLDEN") != nullptr) {
        write_golden(comparison);
    }
    const auto golden = read_golden();
    for (const auto& [name, tally] : comparison.tallies()) {
        const auto found = golden.find(name);
        const auto known = found != golden.end() ? found->second : 0;
        // Approximations (rcpps) and undefined flags differ by some per cent between makes of processors.
        EXPECT_LE(tally.over, known + known / 20) << name;
    }
}

}  // namespace
