#!/usr/bin/env python3
"""The worked example: a prototype in Python beside its port, on simulated ECG and, where VAGUS_DATA is, on MIT-BIH. Then what a
port check says of a prototype that differs, that fails, and that says its probes wrong.
Usage: port_check.py VAGUS FOLDER PROTOTYPE.py PORT.so   (with the Python that has the package vagus)"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

VAGUS, FOLDER, PROTOTYPE, PORT = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
ENV = dict(os.environ, VAGUS_PYTHON=sys.executable, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"),
           XDG_CACHE_HOME=str(FOLDER / "cache"), XDG_DATA_HOME=str(FOLDER / "data"))


def vagus(*arguments, status=0):
    ran = subprocess.run([VAGUS, *map(str, arguments)], capture_output=True, text=True, cwd=FOLDER, env=ENV, timeout=550)
    assert ran.returncode == status, (arguments, ran.returncode, ran.stdout[-2000:], ran.stderr[-2000:])
    return ran


def check(a, b, *arguments, status=0):
    return json.loads(vagus("port", "check", a, b, *arguments, "--json", status=status).stdout)


# The port says what the prototype says: every beat at the same sample, the probes but for rounding.
both = ("--plugin", PROTOTYPE, "--plugin", PORT)
said = check("proto.pan_tompkins", "example.pan_tompkins", *both, "--simulated", 4)
assert said["recordings"] == said["agree_within"] == said["agree_exact"] == 4, said
assert said["events"]["both"] > 400 and said["events"]["only_a"] == said["events"]["only_b"] == 0, said["events"]
assert said["tolerance_s"] == 0.05 and said["first_difference"] is None, said["first_difference"]
assert said["shared_probes"] == ["band", "energy", "threshold"]
for recording in said["ranked"]:
    for probe in recording["probes"]:
        assert probe["compared"] > 20000 and probe["differing"] == 0, probe
assert [s["verdict"] for s in said["scores"]["statistics"]] == ["met", "met"], said["scores"]
again = check("proto.pan_tompkins", "example.pan_tompkins", *both, "--simulated", 4)
assert again == said, "what is kept is what was found"

# A prototype that parts in the third minute's first beats, one that has no answer for a recording, one whose probe is another.
(FOLDER / "changed.py").write_text('''
import sys
sys.path.insert(0, {folder!r})
import numpy as np
import vagus as vg
import pan_tompkins


class Changed(pan_tompkins.PanTompkins):
    late, loud = 61.0, False

    def __init__(self, rate_hz):
        super().__init__(rate_hz)
        self.rate_hz = rate_hz

    def push(self, ecg):
        for said in super().push(ecg):
            at = said["sample"] / self.rate_hz
            if said.get("kind") == "probe" and self.loud and said["name"] == "energy" and at >= 30:
                said["values"] = 1.01 * said["values"]
            if "kind" not in said and self.late <= at < self.late + 2:
                continue
            yield said


how = dict(reads={{"ecg": "mV"}}, emits={{"sample": int, "quality": float}}, event="beats", probes=["band", "energy", "threshold"])


@vg.detector("proto.loses", **how)
class Loses(Changed):
    """Two seconds without a beat."""


@vg.detector("proto.loud", **how)
class Loud(Changed):
    """The same beats, another energy."""
    late, loud = 1e9, True


@vg.detector("proto.raises", **how)
class Raises(Changed):
    """No answer where the first sample is above 0."""
    late = 1e9

    def push(self, ecg):
        if self.count > 5000:
            raise ValueError("that is enough")
        yield from super().push(ecg)
'''.format(folder=str(pathlib.Path(PROTOTYPE).parent)))
changed = ("--plugin", "changed.py", "--plugin", PORT)
lost = check("proto.loses", "example.pan_tompkins", *changed, "--simulated", 3, "--report", "lost.html", status=1)
assert lost["agree_within"] == 0 and lost["events"]["only_a"] == 0 and 3 <= lost["events"]["only_b"] <= 18, lost["events"]
first = lost["first_difference"]
assert first["recording"] == "simulated:s0001" and 61 <= first["t_s"] < 63.1 and first["probe"] is None, first
page = (FOLDER / "lost.html").read_text()
assert "They part" in page and page.count("<figure>") >= 3 and "energy (A)" in page and "http://" not in page.replace("http://www.w3.org", "")
loud = check("proto.loud", "example.pan_tompkins", *changed, "--simulated", 2)
assert loud["agree_exact"] == 2 and loud["first_difference"]["probe"] == "energy", loud["first_difference"]
assert 30 <= loud["first_difference"]["t_s"] < 31.1
failed = check("proto.raises", "example.pan_tompkins", *changed, "--simulated", 2, status=1)
assert failed["agree_within"] == 0 and [f["side"] for f in failed["failed"]] == ["a", "a"], failed["failed"]
assert "that is enough" in failed["failed"][0]["why"]
assert "proto.raises failed on simulated:s0001" in vagus(
    "port", "check", "proto.raises", "example.pan_tompkins", *changed, "--simulated", 2, status=1).stderr

# What cannot be compared, or is not there.
assert "did you mean" in vagus("port", "check", "health.beat", "health.beats", "--simulated", 2, status=2).stderr
vagus("port", "check", "health.beats", "health.beats", status=2)
vagus("port", "check", "health.beats", "health.quality", "--simulated", 1, status=2)
(FOLDER / "no.so").write_text("no shared object")
assert "cannot be loaded" in vagus("port", "check", "health.beats", "x.y", "--plugin", "no.so", "--simulated", 1, status=3).stderr

if "VAGUS_DATA" not in os.environ:
    print("SKIPPED on MIT-BIH: VAGUS_DATA is not set")
    sys.exit(0)
# One beat in 2,273 of record 100, and in 19,565 of ten (which take Python 40 s: ./check --long), is another: status 1.
long = "VAGUS_LONG" in os.environ
real = check("proto.pan_tompkins", "example.pan_tompkins", *both, "--data", "mitdb:10*" if long else "mitdb:100", status=1)
assert real["recordings"] == (10 if long else 1), real["recordings"]
assert real["events"]["only_a"] + real["events"]["only_b"] <= 0.001 * real["events"]["both"], real["events"]
assert [s["verdict"] for s in real["scores"]["statistics"]] == ["met", "met"], real["scores"]
