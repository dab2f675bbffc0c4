/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forker N [MICROSECONDS [STOP]]: N times, with a pause of MICROSECONDS after each, forks a child which calls
 * count_one() itself, and calls it too. At the end it prints how often it called it, and how many children told that
 * they did. With STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define TOLD 7

volatile unsigned long counter;

TARGET void count_one(void) {
    counter = counter + 1;
}

static int child_has_counted(void) {
    int status = 0;
    const pid_t child = (pid_t)need(fork(), "forker: fork");
    if (child == 0) {
        counter = 0;
        count_one();
        _exit(counter == 1 ? TOLD : 1);
    }
    need(waitpid(child, &status, 0), "forker: waitpid");
    return WIFEXITED(status) && WEXITSTATUS(status) == TOLD;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long i, children = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("forker ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    for (i = 0; i < count; i++) {
        children += (unsigned long)child_has_counted();
        count_one();
        usleep((useconds_t)pause_us);
    }
    printf("forker done counter=%lu children=%lu\n", counter, children);
    return 0;
}
