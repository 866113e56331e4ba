#!/bin/sh
# machine_dependent_test.sh SAME_STREAMS ARGUMENT...: the comparison of two machines' streams of machine_dependent.h has to
# fail, and to name where the paths part.
said=$("$@") && { echo "$said"; echo "two machines that differ passed for the same"; exit 1; }
echo "$said"
detectors=test.contraction
# How AArch64 converts what does not fit is how the other Arms do.
[ "$(uname -m)" = x86_64 ] && detectors="$detectors test.conversion"
for detector in $detectors; do
  echo "$said" | grep -A 3 "^other bits: $detector" | grep -q "first differing output: output number" || { echo "$detector: no output named"; exit 1; }
  echo "$said" | grep -A 6 "^other bits: $detector" | grep -q "the paths part at: probe mixed number" || { echo "$detector: no probe named"; exit 1; }
  echo "$said" | grep -q "the paths part at: probe input" && { echo "the wrong probe is named"; exit 1; }
done
echo PASS
