/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vforker N [MICROSECONDS [STOP]]: N times, with a pause of MICROSECONDS after each, vforks a child, which executes
 * /bin/exits to end with the status TOLD, and calls count_one() when it goes on. At the end it prints how often it
 * called it, and how many children ended with that status. With STOP = 1 it stops itself before that, until it gets
 * SIGCONT.
 */
#define _DEFAULT_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define TOLD 7
#define TOLD_TEXT "7"

volatile unsigned long counter;

TARGET void count_one(void) {
    counter = counter + 1;
}

static int child_has_ended_well(void) {
    int status = 0;
    const pid_t child = vfork();
    if (child == 0) {
        execl("/bin/exits", "exits", TOLD_TEXT, (char*)NULL);
        _exit(1);
    }
    need(child, "vforker: vfork");
    need(waitpid(child, &status, 0), "vforker: waitpid");
    return WIFEXITED(status) && WEXITSTATUS(status) == TOLD;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long i, children = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("vforker ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    for (i = 0; i < count; i++) {
        children += (unsigned long)child_has_ended_well();
        count_one();
        usleep((useconds_t)pause_us);
    }
    printf("vforker done counter=%lu children=%lu\n", counter, children);
    return 0;
}
