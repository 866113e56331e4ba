/* What a detector in C may ask of <string.h> on a wrist, for compilers without a C library (newlib's own comes first).
 */
#ifndef VAGUS_FREESTANDING_STRING_H
#define VAGUS_FREESTANDING_STRING_H
#include <stddef.h>

void* memcpy(void* restrict to, const void* restrict from, size_t count);
void* memmove(void* to, const void* from, size_t count);
void* memset(void* to, int value, size_t count);
int memcmp(const void* a, const void* b, size_t count);

#endif
