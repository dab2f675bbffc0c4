/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reckoner [STOP]: computes with the 16 bytes of `secret`, prints each result, a line each, and stays. With STOP = 1 it
 * stops itself before that, until it gets SIGCONT. Needs a processor with AES and BMI.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "guest.h"

#define SIZE 16
#define ENCODED 24
#define PAGE 4096

unsigned char secret[SIZE] __attribute__((aligned(SIZE))) = "0123456789abcdef";
unsigned char round_key[SIZE] = "a round's key...";
unsigned char mask[SIZE] = {0xff, 1, 0xff, 2, 0xff, 3, 0xff, 4};
unsigned char digits[64];

unsigned char by_table[ENCODED];
unsigned char by_sums[ENCODED];
unsigned char by_branches[ENCODED];
unsigned long at_by_branches;
unsigned long at_by_choice;
unsigned long signs;
unsigned long at_by_scan;
unsigned long at_by_count;
unsigned long at_by_libc;
unsigned long word_at;
unsigned char encrypted[SIZE];
unsigned char masked[SIZE];
unsigned char pages[2 * PAGE] __attribute__((aligned(PAGE)));

/* A digit for six bits. */
typedef unsigned char digit_of(unsigned long six);

/* The optimiser must not see what values there are. */
static unsigned long opaque(unsigned long value) {
    __asm__("" : "+r"(value));
    return value;
}

static unsigned char looked_up(unsigned long six) {
    return ((volatile unsigned char*)digits)[opaque(six)];
}

/* From A on; what lies beyond the borders of the ranges moves it, without any branch. */
static unsigned char summed(unsigned long six) {
    const long value = (long)opaque(six);
    long digit = value + 'A';
    digit += (long)opaque((unsigned long)(25 - value) >> 8) & ('a' - 'Z' - 1);
    digit -= (long)opaque((unsigned long)(51 - value) >> 8) & ('z' + 1 - '0');
    digit -= (long)opaque((unsigned long)(61 - value) >> 8) & ('9' + 1 - '+');
    digit += (long)opaque((unsigned long)(62 - value) >> 8) & ('/' - '+' - 1);
    return (unsigned char)digit;
}

/* The digit is a constant that branches choose. */
static unsigned char chosen(unsigned long six) {
    unsigned char digit = 'A';
    volatile unsigned char* each = digits;
    unsigned long i;
    for (i = 0; i < 64; i++) {
        if (opaque(six) == i) {
            digit = each[i];
        }
        __asm__ volatile("" : "+r"(digit)); /* no conditional move */
    }
    return digit;
}

TARGET void encode(unsigned char* to, const unsigned char* from, digit_of* digit) {
    const volatile unsigned char* byte = from;
    unsigned long i;
    memset(to, '=', ENCODED);
    for (i = 0; i < SIZE; i += 3) {
        const unsigned long first = byte[i];
        const unsigned long second = i + 1 < SIZE ? byte[i + 1] : 0;
        *to++ = digit(first >> 2);
        *to++ = digit((first & 3) << 4 | second >> 4);
        if (i + 1 < SIZE) {
            const unsigned long third = byte[i + 2];
            *to++ = digit((second & 15) << 2 | third >> 6);
            *to++ = digit(third & 63);
        }
    }
}

TARGET unsigned long find_by_branches(const volatile unsigned char* from, unsigned char wanted) {
    unsigned long at = 0;
    while (at < SIZE && from[at] != wanted) {
        at++;
    }
    return at;
}

/* From the end on, where it is found the place becomes this one. */
TARGET unsigned long find_by_choice(const unsigned char* from, unsigned char wanted) {
    unsigned long at = SIZE;
    unsigned long i;
    for (i = SIZE; i-- > 0;) {
        __asm__ volatile("cmpb %2, %3; cmovel %k1, %k0" : "+r"(at) : "r"(i), "q"(wanted), "m"(from[i]) : "cc");
    }
    return at;
}

TARGET void find_by_vector(const unsigned char* from, unsigned char wanted) {
    unsigned char all[SIZE];
    memset(all, wanted, SIZE);
    __asm__ volatile(
        "movdqu (%0), %%xmm4; movdqu (%1), %%xmm5; pcmpeqb %%xmm4, %%xmm5; pmovmskb %%xmm5, %%eax; movq %%rax, %2;"
        "xorl %%ecx, %%ecx; bsfl %%eax, %%ecx; movq %%rcx, %3; tzcntl %%eax, %%ecx; movq %%rcx, %4"
        :
        : "r"(all), "r"(from), "m"(signs), "m"(at_by_scan), "m"(at_by_count)
        : "memory", "rax", "rcx", "xmm4", "xmm5", "cc");
}

TARGET void encrypt(unsigned char* to, const unsigned char* from) {
    __asm__ volatile(
        "movdqu (%1), %%xmm6; movdqu (%2), %%xmm7; aesenc %%xmm7, %%xmm6; movdqu %%xmm6, (%0);"
        "movdqu (%3), %%xmm7; pxor %%xmm7, %%xmm6; movdqu %%xmm6, (%4)"
        :
        : "r"(to), "r"(from), "r"(round_key), "r"(mask), "r"(masked)
        : "memory", "xmm6", "xmm7");
}

/* Across the border of the pages, from the last byte to the first. */
TARGET void copy_backwards(unsigned char* to, const unsigned char* from) {
    unsigned long count = SIZE;
    to += SIZE - 1;
    from += SIZE - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(count) : : "memory", "cc");
}

static void show(const char* name, const void* bytes, unsigned long size) {
    unsigned long i;
    printf("%s ", name);
    for (i = 0; i < size; i++) {
        printf("%02x", ((const unsigned char*)bytes)[i]);
    }
    printf("\n");
}

#define SHOW(place) show(#place, &(place), sizeof(place))

static void show_all(void) {
    SHOW(by_table);
    SHOW(by_sums);
    SHOW(by_branches);
    SHOW(at_by_branches);
    SHOW(at_by_choice);
    SHOW(signs);
    SHOW(at_by_scan);
    SHOW(at_by_count);
    SHOW(at_by_libc);
    SHOW(word_at);
    SHOW(encrypted);
    SHOW(masked);
    show("pages", pages + PAGE - SIZE / 2, SIZE);
}

int main(int argc, char** argv) {
    int i;

    need(mlockall(MCL_CURRENT), "reckoner: mlockall");
    for (i = 0; i < 64; i++) {
        digits[i] = (unsigned char)(i < 26    ? 'A' + i
                                    : i < 52  ? 'a' + i - 26
                                    : i < 62  ? '0' + i - 52
                                    : i == 62 ? '+'
                                              : '/');
    }
    memset(pages, 1, sizeof pages);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("reckoner ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 1, 0));
    encode(by_table, secret, looked_up);
    encode(by_sums, secret, summed);
    encode(by_branches, secret, chosen);
    at_by_branches = find_by_branches(secret, 'a');
    at_by_choice = find_by_choice(secret, 'a');
    find_by_vector(secret, 'a');
    at_by_libc = (unsigned long)((unsigned char*)memchr(secret, 'a', opaque(SIZE)) - secret);
    word_at = (unsigned long)((unsigned char*)memmem(secret, opaque(SIZE), "9ab", opaque(3)) - secret);
    encrypt(encrypted, secret);
    copy_backwards(pages + PAGE - SIZE / 2, secret);
    show_all();
    printf("reckoner done\n");
    stay();
}
