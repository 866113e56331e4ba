#!/bin/bash
# serial_streams.sh COMPARE HOST_STREAMS QEMU OPTION... : compares the host's conformance stream with one that comes over the
# serial line of a board; here an emulated one, which greets first and never ends by itself.
set -euo pipefail
compare=$1 reference=$2
shift 2
work=$(mktemp -d)
mkfifo "$work/line"
{ printf 'board 1.0 ready\r\n'; exec "$@" -serial stdio </dev/null; } > "$work/line" &
board=$!
trap 'kill $board 2>/dev/null; rm -rf "$work"' EXIT
"$reference" > "$work/host.stream"
"$compare" "$work/host.stream" "$work/line"
