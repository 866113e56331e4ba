/* The four functions that compilers call without being asked, and the names that clang calls them by on Arm (Run-time ABI for the
   Arm Architecture, 4.3.4). Compiled so that none is turned into a call of itself. */
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) word;

static int aligned(const void* a, const void* b) { return (((uintptr_t)a | (uintptr_t)b) & 3U) == 0; }

void* memcpy(void* restrict to, const void* restrict from, size_t count) {
  unsigned char* t = to;
  const unsigned char* f = from;
  if (aligned(to, from)) {
    for (; count >= 4; count -= 4, t += 4, f += 4) *(word*)t = *(const word*)f;
  }
  for (; count > 0; --count) *t++ = *f++;
  return to;
}

void* memmove(void* to, const void* from, size_t count) {
  if ((uintptr_t)to - (uintptr_t)from >= count) return memcpy(to, from, count);
  unsigned char* t = (unsigned char*)to + count;
  const unsigned char* f = (const unsigned char*)from + count;
  for (; count > 0; --count) *--t = *--f;
  return to;
}

void* memset(void* to, int value, size_t count) {
  unsigned char* t = to;
  const uint32_t four = (unsigned char)value * 0x01010101U;
  if (aligned(to, NULL)) {
    for (; count >= 4; count -= 4, t += 4) *(word*)t = four;
  }
  for (; count > 0; --count) *t++ = (unsigned char)value;
  return to;
}

int memcmp(const void* a, const void* b, size_t count) {
  const unsigned char* x = a;
  const unsigned char* y = b;
  for (; count > 0; --count, ++x, ++y) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}

#ifdef __arm__
static void copy(void* to, const void* from, size_t count) { memcpy(to, from, count); }
static void move(void* to, const void* from, size_t count) { memmove(to, from, count); }
static void set(void* to, size_t count, int value) { memset(to, value, count); }
static void clear(void* to, size_t count) { memset(to, 0, count); }
#define ALIAS(of) __attribute__((alias(#of), used))
void __aeabi_memcpy(void* to, const void* from, size_t count) ALIAS(copy);
void __aeabi_memcpy4(void* to, const void* from, size_t count) ALIAS(copy);
void __aeabi_memcpy8(void* to, const void* from, size_t count) ALIAS(copy);
void __aeabi_memmove(void* to, const void* from, size_t count) ALIAS(move);
void __aeabi_memmove4(void* to, const void* from, size_t count) ALIAS(move);
void __aeabi_memmove8(void* to, const void* from, size_t count) ALIAS(move);
void __aeabi_memset(void* to, size_t count, int value) ALIAS(set);
void __aeabi_memset4(void* to, size_t count, int value) ALIAS(set);
void __aeabi_memset8(void* to, size_t count, int value) ALIAS(set);
void __aeabi_memclr(void* to, size_t count) ALIAS(clear);
void __aeabi_memclr4(void* to, size_t count) ALIAS(clear);
void __aeabi_memclr8(void* to, size_t count) ALIAS(clear);
#endif
