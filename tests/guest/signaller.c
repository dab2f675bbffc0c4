/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signaller N [MICROSECONDS [STOP]]: N times, with a pause of MICROSECONDS after each, calls before_signal() and then
 * sends itself SIGUSR1, with the value `sent`. Its handler counts, and adds up what came with the signal. SIGUSR2 is
 * counted, too. With STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#include <string.h>
#include <unistd.h>

#include "guest.h"

volatile unsigned long sent, handled, others, sum;

static void handle(int number, siginfo_t* info, void* context) {
    (void)context;
    if (number == SIGUSR1) {
        handled = handled + 1;
        sum = sum + (unsigned long)info->si_value.sival_int;
    } else {
        others = others + 1;
    }
}

TARGET void before_signal(void) {
    sent = sent + 1;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    struct sigaction action;

    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    need(sigaction(SIGUSR1, &action, NULL), "signaller: sigaction");
    need(sigaction(SIGUSR2, &action, NULL), "signaller: sigaction");
    printf("signaller ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    while (sent < count) {
        union sigval value = {0};
        before_signal();
        value.sival_int = (int)sent;
        need(sigqueue(getpid(), SIGUSR1, value), "signaller: sigqueue");
        usleep((useconds_t)pause_us);
    }
    printf("signaller done sent=%lu handled=%lu others=%lu sum=%lu\n", sent, handled, others, sum);
    return 0;
}
