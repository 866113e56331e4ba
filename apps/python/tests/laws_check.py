#!/usr/bin/env python3
"""Laws of the conformance kit on Python prototypes: each is broken by one prototype and held by the others, and a study shows
it in its result, on its page and in what it prints.
Usage: laws_check.py VAGUS FOLDER   (with the Python that has the package vagus)"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

VAGUS, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
ENV = dict(os.environ, VAGUS_PYTHON=sys.executable, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"),
           XDG_CACHE_HOME=str(FOLDER / "cache"), XDG_DATA_HOME=str(FOLDER / "data"))
ENV.pop("VAGUS_DATA", None)
LAWS = ("pieces", "snapshot", "gap", "missing values")

(FOLDER / "proto.py").write_text('''
import math

import vagus as vg


def beats(name):
    return vg.detector(name, reads={"ecg": "mV"}, emits={"sample": int, "quality": float}, event="beats")


class Crossings:
    """Where the ECG rises above a slow mean by half a millivolt."""

    def __init__(self, rate_hz):
        self.rate_hz, self.samples, self.mean, self.rest = rate_hz, 0, 0.0, 0

    def usable(self, x):
        return x if math.isfinite(x) else self.mean

    def push(self, ecg):
        for x in ecg:
            x = self.usable(float(x))
            self.mean += (x - self.mean) / (2 * self.rate_hz)
            self.rest -= 1
            if x > self.mean + 0.5 and self.rest < 0:
                self.rest = int(0.25 * self.rate_hz)
                yield {"sample": self.samples, "quality": 0.9}
            self.samples += 1


@beats("laws.all")
class All(Crossings):
    pass


@beats("laws.pieces")
class Pieces(Crossings):
    """Looks for one beat in whatever it is given."""

    def push(self, ecg):
        at = self.samples + int(ecg.argmax())
        self.samples += len(ecg)
        return [{"sample": at, "quality": 0.5}]


@beats("laws.pickle")
class Pickle(Crossings):
    def __init__(self, rate_hz):
        super().__init__(rate_hz)
        self.rule = lambda x: x


@beats("laws.forgets")
class Forgets(Crossings):
    """Its place in the signal is no part of its snapshot."""

    def __getstate__(self):
        return dict(self.__dict__, samples=0)


counted = []


@beats("laws.global")
class Global(Crossings):
    """What it knows lies outside of it."""

    def __init__(self, rate_hz):
        super().__init__(rate_hz)
        counted.clear()

    def push(self, ecg):
        for event in super().push(ecg):
            counted.append(event)
            yield dict(event, quality=1 / len(counted))


@beats("laws.nan")
class Poisoned(Crossings):
    def usable(self, x):
        return x


@beats("laws.gap")
class Gap(Crossings):
    def gap(self, seconds):
        raise RuntimeError("nobody told me")


@beats("laws.silent")
class Silent(Crossings):
    """Says nothing any more after a gap."""

    def gap(self, seconds):
        self.mean = 1e9


@beats("laws.whole")
def whole(recording):
    """All at once."""
    one = Crossings(recording.rate_hz)
    return list(one.push(recording["ecg"]))


@beats("laws.none")
class Never(Crossings):
    def push(self, ecg):
        raise ValueError("not this signal")
''')

SPEC = '''
name = "laws"
seed = 1
[data]
simulate = {{kind = "ecg", subjects = 2, duration_s = 30}}
[detector]
name = "{detector}"
plugin = "proto.py"
[score]
protocol = "ec57"
start_s = 5
'''


def study(detector, *more):
    (FOLDER / f"{detector}.toml").write_text(SPEC.format(detector=detector))
    ran = subprocess.run([VAGUS, "study", "run", f"{detector}.toml", "-o", f"out/{detector}", "--no-waveforms", *more],
                         capture_output=True, text=True, cwd=FOLDER, env=ENV, timeout=120)
    assert ran.returncode in (0, 1), (detector, ran.stdout[-2000:], ran.stderr[-2000:])
    result = json.loads((FOLDER / f"out/{detector}/results.json").read_text())
    laws = {law["law"]: law for law in result["detector"]["laws"]}
    assert tuple(laws) == LAWS, laws
    page = (FOLDER / f"out/{detector}/report.html").read_text()
    assert 'id="laws"' in page
    for law in laws.values():
        assert (f"law not held: {law['law']}: {law['why']}" in ran.stdout) == (law["state"] == "not held"), (law, ran.stdout)
        assert (law["t_s"] is not None) == (law["state"] == "not held"), law
    return laws


# What breaks which law, how it is told, and where at the earliest.
BROKEN = {
    "laws.all": {},
    "laws.pieces": {"pieces": ("in pieces of 37 samples it says", 0)},
    "laws.pickle": {"snapshot": ("from a snapshot it fails", 13)},
    "laws.forgets": {"snapshot": ("from a snapshot it says", 0)},
    "laws.global": {"snapshot": ("from a snapshot it says", 13)},
    "laws.nan": {"missing values": ("after 3 s of NaN", 22)},
    "laws.gap": {"gap": ("RuntimeError: nobody told me", 12)},
    "laws.silent": {"gap": ("after a gap of 3 s", 22)},
}
for detector, broken in BROKEN.items():
    found = study(detector)
    for law, words in ((law, broken.get(law)) for law in LAWS):
        if words is None:
            assert found[law]["state"] == "held", (detector, found[law])
        else:
            assert found[law]["state"] == "not held" and words[0] in found[law]["why"], (detector, found[law])
            assert words[1] <= found[law]["t_s"] <= 30, (detector, found[law])

found = study("laws.whole")
assert [found[law]["state"] for law in LAWS] == ["not applicable", "not applicable", "held", "held"], found
assert "whole recordings" in found["pieces"]["why"]
found = study("laws.none")
for law in LAWS:
    assert found[law]["state"] == "not applicable" and "ValueError: not this signal" in found[law]["why"], found[law]

# Kept by the hash of the source: the second time costs nothing, and says the same; verify derives it again.
start = time.monotonic()
again = study("laws.pieces")
kept_s = time.monotonic() - start
start = time.monotonic()
fresh = study("laws.pieces", "--fresh")
print(f"a study of two half minutes: {kept_s:.2f} s with the laws kept, {time.monotonic() - start:.2f} s with them tried")
assert again == fresh
subprocess.run([VAGUS, "study", "verify", "out/laws.pieces"], cwd=FOLDER, env=ENV, check=True, timeout=120)
