// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/start_order.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace hvgdb::osi {
namespace {

event::Started started(std::string path, std::string invoked, std::vector<std::string> arguments) {
    event::Started what;
    what.path = std::move(path);
    what.invoked = std::move(invoked);
    what.arguments = std::move(arguments);
    return what;
}

struct Case {
    const char* program;
    bool is_it;
};

void expect(const event::Started& what, std::initializer_list<Case> cases) {
    for (const auto& [program, is_it] : cases) {
        EXPECT_EQ(is_start_of(what, program), is_it) << '"' << program << "\" of " << what.path << ", " << what.invoked;
    }
}

TEST(StartOrder, KnowsAProgramByNameAndPath) {
    expect(started("/usr/bin/true", "/bin/true", {"true"}), {{"true", true},
                                                             {"/usr/bin/true", true},
                                                             {"/bin/true", true},
                                                             {"bin/true", true},
                                                             {"./true", true},
                                                             {"//usr/./bin//true", true},
                                                             {"/usr/lib/../bin/true", true},
                                                             {"tru", false},
                                                             {"rue", false},
                                                             {"bin", false},
                                                             {"n/true", false},
                                                             {"/true", false},
                                                             {"/bin/true/x", false},
                                                             {"/", false},
                                                             {"./", false},
                                                             {"", false}});
}

TEST(StartOrder, KnowsALinkedProgramByBothNames) {
    const char* invocations[] = {"sh", "-sh", "/bin/sh", "[login]"};
    for (const char* zeroth : invocations) {
        expect(started("/bin/busybox", "/bin/sh", {zeroth, "-c", "ls"}), {{"sh", true},
                                                                          {"busybox", true},
                                                                          {"/bin/sh", true},
                                                                          {"/bin/busybox", true},
                                                                          {"/sbin/sh", false},
                                                                          {"ls", false}});
    }
    expect(started("/bin/busybox", "/bin/sh", {"sh", "/bin/sh"}), {{"busybox", true}, {"sh", true}});
    expect(started("/bin/busybox", "/bin/sh", {}), {{"busybox", true}, {"sh", true}});
    expect(started("", "/bin/sh", {"sh"}), {{"busybox", false}, {"sh", true}});
}

TEST(StartOrder, KnowsAScriptByItsOwnName) {
    const std::vector<std::string> arguments[] = {{"/bin/sh", "/tmp/job.sh", "x"},
                                                  {"/bin/sh", "-e -u", "/tmp/job.sh"},
                                                  {"/bin/sh", "-e", "/bin/second", "-x", "/tmp/job.sh"}};
    for (const auto& each : arguments) {
        expect(started("/usr/bin/dash", "/tmp/job.sh", each), {{"job.sh", true},
                                                               {"/tmp/job.sh", true},
                                                               {"./job.sh", true},
                                                               {"/home/job.sh", false},
                                                               {"dash", false},
                                                               {"sh", false},
                                                               {"/usr/bin/dash", false},
                                                               {"/bin/sh", false}});
    }
    expect(started("/usr/bin/dash", "/bin/sh", {"sh", "/tmp/job.sh"}),
           {{"dash", true}, {"sh", true}, {"job.sh", false}});
}

TEST(StartOrder, OfARelativePathComparesTheEnd) {
    expect(started("/home/a/foo", "./foo", {"./foo"}),
           {{"/home/a/foo", true}, {"./foo", true}, {"a/foo", true}, {"/tmp/foo", false}, {"b/foo", false}});
    expect(started("/home/a/foo", "../a/foo", {"foo"}), {{"/home/a/foo", true}, {"/tmp/a/foo", false}});
    // Which folder the link and the script are in is not told.
    expect(started("/bin/busybox", "./foo", {"foo"}), {{"/tmp/foo", true}, {"/bin/busybox", true}, {"x/bar", false}});
    expect(started("/bin/dash", "../x/job", {"/bin/sh", "../x/job"}), {{"/tmp/x/job", true}, {"/tmp/y/job", false}});
}

TEST(StartOrder, KnowsAProgramWithoutAFile) {
    expect(started("/tmp/foo (deleted)", "/proc/self/fd/3", {"foo"}),
           {{"foo", true}, {"/tmp/foo", true}, {"/tmp/foo (deleted)", true}, {"3", true}, {"(deleted)", false}});
    expect(started("/memfd:x (deleted)", "/dev/fd/3", {"foo"}), {{"memfd:x", true}, {"/memfd:x", true}});
}

}  // namespace
}  // namespace hvgdb::osi
