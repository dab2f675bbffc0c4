/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat_counter: a 32-bit program without any library, which calls count_one() CALLS times, with a pause after each
 * call. It prints one character for each hundred calls, a line of them at the end, and how many calls were miscounted
 * is its exit status.
 */
#define CALLS 1000
#define PAUSE_NS 2000000
#define SYS_EXIT 1
#define SYS_WRITE 4
#define SYS_NANOSLEEP 162

#define TARGET __attribute__((noinline, noclone, used))

struct time {
    long seconds, nanoseconds;
};

volatile unsigned counter;

static long call(long number, long first, const void* second, long third) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
    return result;
}

static void say(const char* text, long length) {
    call(SYS_WRITE, 1, text, length);
}

TARGET void count_one(unsigned step) {
    counter = counter + step;
}

TARGET void count_all(void) {
    static const struct time pause = {0, PAUSE_NS};
    unsigned i;
    for (i = 0; i < CALLS; i++) {
        count_one(1);
        call(SYS_NANOSLEEP, (long)&pause, 0, 0);
        if (i % 100 == 99) {
            say(".", 1);
        }
    }
}

void _start(void) {
    say("compat_counter ready\n", 21);
    count_all();
    say("\ncompat_counter done\n", 21);
    call(SYS_EXIT, counter == CALLS ? 0 : 1, 0, 0);
}
