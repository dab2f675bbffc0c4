/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exits [STATUS [STOP]]: ends with that status. From 256 on, the signal STATUS - 256 kills it. With STOP = 1 it tells
 * its process id and stops itself before that, until it gets SIGCONT. Built as a program of each kind that a kernel
 * starts differently: `exits` at fixed addresses, `pie_exits` as a static PIE, `dynamic_exits` and
 * `fixed_dynamic_exits` with a dynamic linker; there is a 32-bit one in compat/.
 */
#include "guest.h"

#define KILLED 256

int main(int argc, char** argv) {
    const unsigned long status = number_argument(argc, argv, 1, 0);

    if (number_argument(argc, argv, 2, 0) != 0) {
        printf("exits ready pid=%d\n", (int)getpid());
        fflush(stdout);
        stop_if(1);
    }
    if (status >= KILLED) {
        raise((int)status - KILLED);
    }
    return (int)(status % KILLED);
}
