/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compat: a 32-bit program, which waits in pause() with known values in its registers. It needs no library. */
    .set SYS_write, 4
    .set SYS_pause, 29

    .globl _start
_start:
    mov $SYS_write, %eax
    mov $1, %ebx
    mov $line, %ecx
    mov $line_end - line, %edx
    int $0x80
    mov $0x32320001, %ebx
    mov $0x32320002, %ecx
    mov $0x32320003, %edx
    mov $0x32320004, %esi
    mov $0x32320005, %edi
    mov $0x32320006, %ebp
wait:
    mov $SYS_pause, %eax
    int $0x80
    jmp wait

line:
    .ascii "compat ready ebx=0x32320001 ecx=0x32320002 edx=0x32320003 esi=0x32320004 edi=0x32320005 ebp=0x32320006\n"
line_end:

    .section .note.GNU-stack, "", @progbits
