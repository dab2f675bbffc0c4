/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sleepers N: N processes that wait for ever, each an execution of its own. */
#include "guest.h"

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    unsigned long i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count == 0) {
        stay();
    }
    for (i = 0; i < count; i++) {
        if (need(fork(), "sleepers: fork") == 0) {
            execl("/proc/self/exe", "sleeper", "0", (char*)NULL);
            _exit(1);
        }
    }
    printf("sleepers ready pid=%d\n", (int)getpid());
    stay();
}
