#!/bin/sh
# freestanding.sh SOURCE_ROOT WORK_DIR REGISTRY_HEADER REGISTRY COMPILER...
# Compiles all of device/ freestanding with every compiler that is there (clang for Cortex-M4F and M55 as well, without their
# packages; the programs that GCC links for them tools/foreign_symbols looks through), and fails on a warning or where an object
# needs more than memcpy and its like: a heap, libm, exceptions, double arithmetic.
set -eu
root=$1 work=$2 header=$3 registry=$4
shift 4
mkdir -p "$work"
tried=0

check() {  # NAME COMPILER NM FLAGS...
  label=$1 compiler=$2 nm=$3
  shift 3
  command -v "$compiler" >/dev/null || { echo "no $compiler: $label left out"; return 0; }
  object=$work/$label.o
  "$compiler" -std=c++20 -O2 "$@" -ffp-contract=off -fno-math-errno -ffreestanding -fno-exceptions -fno-rtti \
    -fno-threadsafe-statics -Wall -Wextra -Wpedantic -Wconversion -Wdouble-promotion -Werror -I"$root" \
    "-DVAGUS_REGISTRY_HEADER=\"$header\"" "-DVAGUS_REGISTRY=$registry" \
    -c "$root/device/conformance/freestanding.cpp" -o "$object"
  # Integer helpers of libgcc are no library of ours: 64-bit shifts, products, quotients and conversions to float.
  foreign=$("$nm" -u "$object" | sed 's/^ *U *//' | grep -v -x -E \
    'memcpy|memset|memmove|memcmp|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__aeabi_(memcpy|memset|memmove|memclr)[48]?|__aeabi_(u?idiv(mod)?|u?ldivmod|lmul|l[ls]l|lasr|u?l2f)|__clz[sd]i2|__popcount[sd]i2' || true)
  # Static data that changes would be state outside the detector.
  writable=$("$nm" -C "$object" | grep -E ' [bBdD] ' | grep -v -E 'guard variable' || true)
  if [ -n "$foreign$writable" ]; then
    echo "$label: not freestanding:"
    printf '%s\n' "$foreign" "$writable"
    exit 1
  fi
  echo "$label: freestanding, nothing foreign"
  tried=$((tried + 1))
}

case $(uname -m) in
  x86_64) arch=-march=x86-64-v3 ;;
  aarch64) arch=-march=armv8.2-a ;;
  *) arch=-O2 ;;
esac
for compiler in "$@"; do check "host-$(basename "$compiler")" "$compiler" nm $arch; done
# clang makes code for the wrist's cores without their package; it borrows the host's freestanding headers, which ask the
# host's C library for no more than its name.
host_headers=/usr/include/c++/$(g++ -dumpversion 2>/dev/null || echo none)
if command -v llvm-nm-14 >/dev/null && [ -d "$host_headers" ]; then
  mkdir -p "$work/include"
  echo '#define __GLIBC_PREREQ(a, b) 0' > "$work/include/features.h"
  borrowed="-nostdinc++ -isystem $host_headers -isystem /usr/include/$(g++ -print-multiarch)/c++/$(g++ -dumpversion) -isystem $work/include"
  check m4f-clang clang++-14 llvm-nm-14 --target=thumbv7em-none-eabihf -mfloat-abi=hard -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 $borrowed
  check m55-clang clang++-14 llvm-nm-14 --target=thumbv8.1m.main-none-eabihf -mfloat-abi=hard -mcpu=cortex-m55 \
    -fno-vectorize -fno-slp-vectorize $borrowed
fi
[ "$tried" -gt 0 ] || { echo "no compiler"; exit 1; }
