/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * getpid_loop N [STOP]: calls getpid() N times, in a loop of a few instructions, and compares each result with the
 * first. With STOP = 1 it stops itself before that, until it gets SIGCONT. A test steps through the loop and checks
 * that every step leads to the loop's next instruction.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

volatile unsigned long rounds;

/* How many of `count` calls did not return `pid`. The loop is from the label to the jump. */
unsigned long ask_again(unsigned long pid, unsigned long count);

__asm__(
    ".globl ask_again\n"
    ".globl ask_loop\n"
    ".type ask_again, @function\n"
    "ask_again:\n"
    "    push %rbx\n"
    "    xor %ebx, %ebx\n"
    "ask_loop:\n"
    "    mov $39, %eax\n" /* SYS_getpid */
    "    syscall\n"
    "    cmp %rdi, %rax\n"
    "    setne %al\n"
    "    movzbl %al, %eax\n"
    "    add %rax, %rbx\n"
    "    incq rounds(%rip)\n"
    "    dec %rsi\n"
    "    jnz ask_loop\n"
    "    mov %rbx, %rax\n"
    "    pop %rbx\n"
    "    ret\n"
    ".size ask_again, . - ask_again\n");

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1000);
    const unsigned long pid = (unsigned long)getpid();
    unsigned long wrong = 0;

    _Static_assert(SYS_getpid == 39, "the number in ask_again");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("getpid_loop ready pid=%lu rounds=0x%lx\n", pid, (unsigned long)&rounds);
    stop_if(number_argument(argc, argv, 2, 0));
    wrong = ask_again(pid, count);
    printf("getpid_loop done rounds=%lu wrong=%lu\n", rounds, wrong);
    return wrong == 0 ? 0 : 1;
}
