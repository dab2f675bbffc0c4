/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the demo guest's programs share. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Kept as a real function with a real call, whatever the optimiser thinks. */
#define TARGET __attribute__((noinline, noclone, used))

static inline unsigned long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000000ul + (unsigned long)now.tv_nsec / 1000ul;
}

/* The number in argument `index`, or `fallback` when there is none; ends the program when it is not a number. */
static inline unsigned long number_argument(int argc, char** argv, int index, unsigned long fallback) {
    char* end = NULL;
    unsigned long value;
    if (index >= argc) {
        return fallback;
    }
    value = strtoul(argv[index], &end, 0);
    if (end == argv[index] || *end != '\0') {
        fprintf(stderr, "%s: not a number: %s\n", argv[0], argv[index]);
        exit(2);
    }
    return value;
}

/* For what is set up once and then looked at from outside. */
static inline __attribute__((noreturn)) void stay(void) {
    for (;;) {
        pause();
    }
}

/* So that a debugger can come before the work begins; SIGCONT lets it go on. */
static inline void stop_if(unsigned long wanted) {
    if (wanted != 0) {
        raise(SIGSTOP);
    }
}

/* Ends the program when something it needs does not work. */
static inline long need(long result, const char* what) {
    if (result == -1) {
        perror(what);
        exit(1);
    }
    return result;
}
