/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noted FILE STATUS: a part of a pipeline. Adds a line about itself to FILE, passes its input on to its output, and
 * ends with STATUS.
 */
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

static void note(const char* file, unsigned long status) {
    char path[256] = "", line[512];
    const int log = (int)need(open(file, O_WRONLY | O_CREAT | O_APPEND, 0600), file);
    int length;

    need(readlink("/proc/self/exe", path, sizeof path - 1), "/proc/self/exe");
    length = snprintf(line, sizeof line, "pid=%d parent=%d status=%lu program=%s\n", (int)getpid(), (int)getppid(),
                      status, path);
    need(write(log, line, (size_t)length), file);
    close(log);
}

int main(int argc, char** argv) {
    const unsigned long status = number_argument(argc, argv, 2, 0);
    char buffer[4096];
    ssize_t length;

    if (argc < 2) {
        fprintf(stderr, "noted: to which file?\n");
        return 2;
    }
    note(argv[1], status);
    while ((length = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        need(write(STDOUT_FILENO, buffer, (size_t)length), "noted: write");
    }
    return (int)status;
}
