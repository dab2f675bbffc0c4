/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library libgreeting.so of tests/guest/dynamic. */
#pragma once

/* How often greet() was called. */
extern unsigned long greetings;

/* Writes a line to the standard output, by puts(). */
void greet(unsigned long number);
