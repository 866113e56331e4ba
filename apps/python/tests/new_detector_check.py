#!/usr/bin/env python3
"""`vagus new detector`: what it writes builds without a warning, passes the laws and its test, and runs on a simulated recording
and in its study; from a prototype it takes name, channels, parameters, outputs and probes. Nothing is overwritten.
Usage: new_detector_check.py VAGUS FOLDER CHECKOUT COMPILER   (with the Python that has the package vagus)"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

VAGUS, FOLDER, CHECKOUT, COMPILER = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
ENV = dict(os.environ, VAGUS_PYTHON=sys.executable, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"),
           XDG_CACHE_HOME=str(FOLDER / "cache"), XDG_DATA_HOME=str(FOLDER / "data"), CXX=COMPILER, CXXFLAGS="-Werror")


def ran(*command, status=0, cwd=FOLDER):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, env=ENV, timeout=550)
    assert done.returncode == status, (command, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return done


def built(folder):
    ran("cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", f"-DVAGUS_ROOT={CHECKOUT}")
    ran("cmake", "--build", folder / "build", "-j2")
    ran("ctest", "--test-dir", folder / "build", "--no-tests=error")


# From a prototype: three axes, a parameter of each kind, outputs of its own.
(FOLDER / "proto.py").write_text('''
import vagus as vg


@vg.detector("proto.bumps", reads={"acc_x": "g", "acc_y": "g", "acc_z": "g"},
             emits={"sample": int, "quality": float, "height_g": float, "sharp": bool, "axis": int}, event="bumps", probes=["shock"])
class Bumps:
    """Bumps of "the" wrist."""
    def __init__(self, rate_hz, gain=2.5, order=3, strict=True, offset=0.0): ...
    def push(self, x, y, z): ...
''')
ran(VAGUS, "new", "detector", "safety.bumps", "--from", "proto.py", "-o", "bumps")
header = (FOLDER / "bumps" / "bumps.h").read_text()
for part in ("float gain = 2.5F;", "std::int32_t order = 3;", "bool strict = true;", "float offset = 0.0F;", "acc_x_g, acc_y_g, acc_z_g",
             "bool sharp;", '{"shock", ""}', '.name = "safety.bumps"', '.event = "bumps"', 'Bumps of \\"the\\" wrist.'):
    assert part in header, part
built(FOLDER / "bumps")
with open(FOLDER / "acc.csv", "w") as file:
    file.write("t_s,acc_x_g,acc_y_g,acc_z_g\n")
    for i in range(2000):
        bump = 1.0 if i in (500, 1200) else 0.0
        file.write(f"{i / 100},{0.01 * (i % 3)},0,{1 + bump}\n")
lines = [json.loads(line) for line in ran(VAGUS, "run", "safety.bumps", "acc.csv", "--json", "--plugin", "bumps/build/bumps.so").stdout.splitlines()]
events = [line for line in lines if "summary" not in line and "kind" not in line]
assert [e["sample"] for e in events] == [500, 1200] and {"height_g", "sharp", "axis"} <= set(events[0]), events
assert lines[-1]["config"]["gain"] == 2.5 and lines[-1]["config"]["order"] == 3

# By family: beats, with a study that runs at once on simulated ECG.
ran(VAGUS, "new", "detector", "health.spikes")
built(FOLDER / "spikes")
ran(VAGUS, "simulate", "ecg", "--seed", 7, "--duration-s", 60, "-o", "patient")
lines = [json.loads(line) for line in ran(VAGUS, "run", "health.spikes", "patient.hea", "--json", "--plugin", "spikes/build/spikes.so").stdout.splitlines()]
assert lines[-1]["beats"] > 30, lines[-1]
done = subprocess.run([VAGUS, "study", "run", "spikes.toml", "-o", "out"], capture_output=True, text=True, cwd=FOLDER / "spikes", env=ENV, timeout=300)
assert done.returncode in (0, 1) and "\t" in done.stdout.splitlines()[-1], done.stderr
results = json.loads((FOLDER / "spikes" / "out" / "results.json").read_text())
assert results["detector"]["name"] == "health.spikes" and len(results["records"]) == 20

before = (FOLDER / "spikes" / "spikes.h").read_bytes()
assert "is there already" in ran(VAGUS, "new", "detector", "health.spikes", status=2).stderr
assert (FOLDER / "spikes" / "spikes.h").read_bytes() == before
for wrong in ("spikes", "health.", "Health.Spikes", "health.9x", "../x.y"):
    ran(VAGUS, "new", "detector", wrong, status=2)
