#!/bin/bash
# same_bits.sh SOURCE_ROOT WORK_DIR COMPARE_STREAMS [-DNAME=VALUE...] -- COMPILER...
# Builds the conformance streams with every compiler that is there, at -O0 and -O2 (with VAGUS_LONG=1 also -O3 and -Os), and
# compares all that they say.
set -euo pipefail
root=$1 work=$2 compare=$3
shift 3
definitions=()
while [ "$1" != "--" ]; do
  definitions+=("$1")
  shift
done
shift
mkdir -p "$work"
levels="-O2 -O0"
[ "${VAGUS_LONG:-}" = 1 ] && levels="-O2 -O0 -O3 -Os"
case $(uname -m) in
  x86_64) arch=-march=x86-64-v3 ;;
  aarch64) arch=-march=armv8.2-a ;;
  *) arch=-ffp-contract=off ;;
esac
first=
for compiler in "$@"; do
  command -v "$compiler" >/dev/null || { echo "no $compiler: left out"; continue; }
  for level in $levels; do
    program=$work/streams$level-$(basename "$compiler")
    "$compiler" -std=c++20 "$level" "$arch" -ffp-contract=off -fno-math-errno -fno-exceptions -fno-rtti -I"$root" "${definitions[@]}" \
      "$root/apps/firmware/conformance/streams.cpp" "$root/apps/firmware/board/host.cpp" -o "$program"
    "$program" > "$program.stream"
    first=${first:-$program.stream}
    echo "$compiler $level"
    "$compare" "$first" "$program.stream"
  done
done
[ -n "$first" ] || { echo "no compiler"; exit 1; }
