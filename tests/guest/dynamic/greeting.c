/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "greeting.h"

#include <stdio.h>

unsigned long greetings;

void greet(unsigned long number) {
    char text[64];
    snprintf(text, sizeof text, "greeting %lu", number);
    puts(text);
    greetings++;
}
