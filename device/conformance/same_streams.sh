#!/bin/sh
# same_streams.sh COMPARE WORK_DIR NAME PROGRAM -- NAME COMMAND...: runs both commands and compares the conformance streams
# that they write.
set -eu
compare=$1 work=$2 first=$3
shift 3
mkdir -p "$work"
cd "$work"
reference=$1
shift
[ "$1" = "--" ] || { echo "same_streams.sh: the first command is one word"; exit 2; }
other=$2
shift 2
"$reference" > "$first.stream"
"$@" > "$other.stream"
"$compare" "$first.stream" "$other.stream"
