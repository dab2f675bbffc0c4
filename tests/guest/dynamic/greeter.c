/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * greeter N [MICROSECONDS [STOP]]: calls worker() N times, which greets by a shared library, with a pause of
 * MICROSECONDS after each call. With STOP = 1 it stops itself before that, until it gets SIGCONT. Linked dynamically,
 * and built twice: `greeter` as a PIE, `fixed_greeter` at fixed addresses.
 */
#include <math.h>
#include <unistd.h>

#include "../guest.h"
#include "greeting.h"

volatile double root;

TARGET void worker(unsigned long number) {
    greet(number);
    root = sqrt((double)number);
}

TARGET unsigned long twice(unsigned long number) {
    return 2 * number;
}

TARGET void seldom(void) {
    root = cbrt(root);
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("greeter ready pid=%d worker=0x%lx greet=0x%lx greetings=0x%lx twice=%lu\n", (int)getpid(),
           (unsigned long)&worker, (unsigned long)&greet, (unsigned long)&greetings, twice(count));
    stop_if(number_argument(argc, argv, 3, 0));
    for (i = 0; i < count; i++) {
        worker(i);
        usleep((useconds_t)pause_us);
    }
    seldom();
    printf("greeter done greetings=%lu\n", greetings);
    return 0;
}
