/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caller ROUNDS [MICROSECONDS [STOP]]: ROUNDS times, with a pause of MICROSECONDS after each, the same system calls:
 * getppid(), getpgid(0), openat() of a path that is not there, close(-1), getuid(). All their results are as expected,
 * or `wrong` tells. With STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

#define NO_PATH "/no such file"

volatile unsigned long rounds;

/* The result as the kernel returns it: a negative number is an error's. */
static long kernel_result(long result) {
    return result == -1 ? -errno : result;
}

static unsigned long wrong_calls(long parent, long group, long user) {
    unsigned long wrong = 0;
    wrong += kernel_result(syscall(SYS_getppid)) != parent;
    wrong += kernel_result(syscall(SYS_getpgid, 0)) != group;
    wrong += kernel_result(syscall(SYS_openat, AT_FDCWD, NO_PATH, O_RDONLY)) != -ENOENT;
    wrong += kernel_result(syscall(SYS_close, -1)) != -EBADF;
    wrong += kernel_result(syscall(SYS_getuid)) != user;
    return wrong;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    const long parent = getppid(), group = getpgid(0), user = getuid();
    unsigned long wrong = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("caller ready pid=%d parent=%ld group=%ld user=%ld\n", (int)getpid(), parent, group, user);
    stop_if(number_argument(argc, argv, 3, 0));
    for (rounds = 0; rounds < count; rounds = rounds + 1) {
        wrong += wrong_calls(parent, group, user);
        if (pause_us != 0) {
            usleep((useconds_t)pause_us);
        }
    }
    printf("caller done rounds=%lu wrong=%lu\n", rounds, wrong);
    return 0;
}
