/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ticker [COUNT]: prints "tick N" once a second, COUNT times or for ever.
 * A test looks at its output to see that the guest runs (after a detach) or stands still (while stopped).
 */
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 0);
    unsigned long tick;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (tick = 1; count == 0 || tick <= count; tick++) {
        printf("tick %lu\n", tick);
        if (tick != count) {
            sleep(1);
        }
    }
    return 0;
}
