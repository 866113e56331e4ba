#!/bin/sh
# same_bits.sh SOURCE_ROOT WORK_DIR REGISTRY_HEADER REGISTRY COMPILER...
# Builds digests.cpp with every compiler that is there, at -O0, -O2 and -O3, and compares what the programs print.
set -eu
root=$1 work=$2 header=$3 registry=$4
shift 4
mkdir -p "$work"
case $(uname -m) in
  x86_64) arch=-march=x86-64-v3 ;;
  aarch64) arch=-march=armv8.2-a ;;
  *) arch= ;;
esac
first=
for compiler in "$@"; do
  command -v "$compiler" >/dev/null || { echo "no $compiler: left out"; continue; }
  for level in -O0 -O2 -O3; do
    program=$work/digests$level-$(basename "$compiler")
    "$compiler" -std=c++20 $level $arch -ffp-contract=off -fno-math-errno -fno-exceptions -fno-rtti -I"$root" \
      "-DVAGUS_REGISTRY_HEADER=\"$header\"" "-DVAGUS_REGISTRY=$registry" "$root/device/conformance/digests.cpp" -o "$program"
    "$program" > "$program.txt"
    if [ -z "$first" ]; then
      first=$program.txt
      cat "$first"
    fi
    cmp "$first" "$program.txt" || { echo "other bits: $compiler $level"; diff "$first" "$program.txt"; exit 1; }
    echo "same bits: $compiler $level"
  done
done
[ -n "$first" ] || { echo "no compiler"; exit 1; }
