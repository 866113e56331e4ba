"""The package for Octave from outside, as it is installed: every function, every error, and the demonstration.

Usage: octave_test.py PART OCTAVE PREFIX PROGRAM SCRATCH       PART: package, demo
"""
import os
import shutil
import subprocess
import sys

PART, OCTAVE, PREFIX, PROGRAM, SCRATCH = sys.argv[1:6]
HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(PREFIX, "share", "vagus", "octave")
ENVIRONMENT = dict(os.environ, HOME=SCRATCH, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"))


def run(*command):
    done = subprocess.run(command, cwd=SCRATCH, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=280)
    text = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended in {done.returncode}\n{text}")
    return text


def octave(*arguments):
    return run(OCTAVE, "--no-init-file", "--no-history", "--path", PACKAGE, *arguments)


shutil.rmtree(SCRATCH, ignore_errors=True)
os.makedirs(SCRATCH)
run(PROGRAM, "simulate", "ecg", "--seed", "5", "--duration-s", "60", "-o", "ecg")
if PART == "package":
    text = octave(os.path.join(HERE, "package_test.m"))
    if "all laws hold" not in text:
        sys.exit(text)
else:
    text = octave("--eval", "demo_beats ('ecg.hea', 'beats.png', 20)")
    print(text)
    if "beats in 60.0 s" not in text or "sensitivity" not in text:
        sys.exit("the demonstration says nothing of the beats")
    if "nothing drawn" in text:
        print("SKIPPED the picture: no graphics toolkit")
    else:
        with open(os.path.join(SCRATCH, "beats.png"), "rb") as file:
            picture = file.read()
        if not picture.startswith(b"\x89PNG\r\n\x1a\n") or len(picture) < 5000:
            sys.exit("the picture is none")
