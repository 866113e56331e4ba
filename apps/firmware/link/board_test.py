"""The conformance signals on an emulated board over its UART: `vagus board` must find the bits of this machine.

Usage: board_test.py CORE PROGRAM SOURCE_ROOT SCRATCH_FOLDER
"""
import json
import os
import re
import shutil
import subprocess
import sys

core, program, root, scratch = sys.argv[1], *map(os.path.abspath, sys.argv[2:5])
missing = [tool for tool in ("arm-none-eabi-g++", "qemu-system-arm", "ninja") if shutil.which(tool) is None]
if missing:
    print("SKIPPED: no " + ", ".join(missing))
    sys.exit(77)
build = os.path.join(scratch, "build")
os.makedirs(scratch, exist_ok=True)
subprocess.run(["cmake", "-S", root, "-B", build, "-G", "Ninja", "--toolchain", os.path.join(root, "cmake/toolchains", core + ".cmake"),
                "-DCMAKE_BUILD_TYPE=Release"], check=True, stdout=subprocess.DEVNULL)
subprocess.run(["cmake", "--build", build, "--target", "link"], check=True, stdout=subprocess.DEVNULL)
board = subprocess.Popen([os.path.join(root, "apps/firmware/board/emulate"), core, os.path.join(build, "apps/firmware/link/link")],
                         env=dict(os.environ, VAGUS_SERIAL="pty"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
try:
    line = board.stdout.readline()
    port = re.search(r"/dev/\S+", line)
    assert port, "the emulator names no port: " + line
    # A byte over the emulated UART costs what thousands of instructions cost: all of the signals are for --long.
    brief = [] if os.environ.get("VAGUS_LONG") == "1" else ["--brief"]
    done = subprocess.run([program, "board", port.group(0), "--json", *brief], capture_output=True, text=True, timeout=500)
    print(done.stdout + done.stderr)
    assert done.returncode == 0, done.returncode
    told = json.loads(done.stdout)
    assert told["same"] and not told["missing"] and told["detectors"], told
    assert all(d["samples"] > 10000 and d["words"] > 10000 for d in told["detectors"]), told
finally:
    board.kill()
    board.wait()
print("PASS")
