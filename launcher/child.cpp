// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/child.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hvgdb::launcher {
namespace {

constexpr int kCannotExecute = 127;
constexpr std::size_t kMaxOutput = std::size_t{64} * 1024;
constexpr std::chrono::seconds kMaxTime{10};

volatile std::sig_atomic_t passing_to = 0;

void pass_on(int signal) {
    if (passing_to > 0) {
        kill(static_cast<pid_t>(passing_to), signal);
    }
}

std::vector<char*> argument_vector(const std::vector<std::string>& command) {
    std::vector<char*> result;
    result.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        result.push_back(const_cast<char*>(argument.c_str()));
    }
    result.push_back(nullptr);
    return result;
}

Error cannot_run(const std::string& program, int error) {
    return {Errc::not_found, "cannot run " + program + ": " + std::strerror(error)};
}

/// Forks and executes. The error of a failed execvp comes back over a pipe that a good one closes.
Expected<pid_t> spawn(const std::vector<std::string>& command, int output, pid_t parent) {
    auto arguments = argument_vector(command);
    std::array<int, 2> failure{};
    if (pipe2(failure.data(), O_CLOEXEC) != 0) {
        return std::unexpected(cannot_run(command.front(), errno));
    }
    const pid_t child = fork();
    if (child == 0) {
        if (output >= 0) {
            dup2(output, STDOUT_FILENO);
        }
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == parent) {
            execvp(arguments.front(), arguments.data());
        }
        const int error = errno;
        (void)!write(failure[1], &error, sizeof error);
        _exit(kCannotExecute);
    }
    close(failure[1]);
    int error = child < 0 ? errno : 0;
    if (child > 0 && read(failure[0], &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
        waitpid(child, nullptr, 0);
    }
    close(failure[0]);
    if (error != 0) {
        return std::unexpected(cannot_run(command.front(), error));
    }
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string read_all(int input, pid_t child) {
    std::string output;
    const auto end = std::chrono::steady_clock::now() + kMaxTime;
    std::array<char, 4096> buffer{};
    while (output.size() < kMaxOutput) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd ready{input, POLLIN, 0};
        if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0) {
            kill(child, SIGKILL);
            break;
        }
        const ssize_t size = read(input, buffer.data(), buffer.size());
        if (size <= 0) {
            break;
        }
        output.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return output;
}

}  // namespace

Expected<std::string> run_and_read(const std::vector<std::string>& command) {
    std::array<int, 2> output{};
    if (pipe2(output.data(), O_CLOEXEC) != 0) {
        return std::unexpected(cannot_run(command.front(), errno));
    }
    const auto child = spawn(command, output[1], getpid());
    close(output[1]);
    if (!child) {
        close(output[0]);
        return std::unexpected(child.error());
    }
    std::string text = read_all(output[0], *child);
    close(output[0]);
    if (const int status = wait_for(*child); status != 0) {
        return fail(Errc::bad_argument, command.front() + " ended with status " + std::to_string(status));
    }
    return text;
}

Expected<int> run_and_wait(const std::vector<std::string>& command) {
    const auto child = spawn(command, -1, getpid());
    if (!child) {
        return std::unexpected(child.error());
    }
    passing_to = *child;
    for (const int signal : {SIGINT, SIGQUIT}) {
        std::signal(signal, SIG_IGN);
    }
    for (const int signal : {SIGTERM, SIGHUP}) {
        std::signal(signal, pass_on);
    }
    const int status = wait_for(*child);
    passing_to = 0;
    return status;
}

}  // namespace hvgdb::launcher
