#!/usr/bin/env python3
"""A Python prototype as a detector: run, study, verify; a prototype that is the shipped algorithm gives its events; what a
prototype does wrong is named with its recording, and the study goes on.
Usage: plugin_check.py VAGUS FOLDER   (with the Python that has the package vagus)"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

VAGUS, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
ENV = dict(os.environ, VAGUS_PYTHON=sys.executable, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"),
           XDG_CACHE_HOME=str(FOLDER / "cache"), XDG_DATA_HOME=str(FOLDER / "data"))
ENV.pop("VAGUS_DATA", None)


def vagus(*arguments, status=0):
    ran = subprocess.run([VAGUS, *map(str, arguments)], capture_output=True, text=True, cwd=FOLDER, env=ENV, timeout=120)
    assert status is None or ran.returncode == status, (arguments, ran.returncode, ran.stdout[-2000:], ran.stderr[-2000:])
    return ran


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


(FOLDER / "proto.py").write_text('''
import numpy as np
import vagus as vg


@vg.detector("proto.same", reads={"ecg": "mV"}, emits={"sample": int, "quality": float}, event="beats")
class Same:
    """The shipped detector, asked from Python."""
    def __init__(self, rate_hz, threshold=0.465):
        self.own = vg.health.BeatDetector(rate_hz=rate_hz, threshold=threshold)

    def push(self, ecg):
        for event in self.own.push(ecg):
            yield {"sample": int(event["sample"]), "quality": float(event["quality"])}

    def gap(self, seconds):
        self.own.gap(seconds)

    def finish(self):
        for event in self.own.finish():
            yield {"sample": int(event["sample"]), "quality": float(event["quality"])}


@vg.detector("proto.peaks", reads={"ecg": "mV"}, emits={"sample": int, "quality": float}, event="beats")
def peaks(recording, height_mv=0.5):
    """Every local peak above a height."""
    x = recording["ecg"]
    at = np.flatnonzero((x[1:-1] > height_mv) & (x[1:-1] >= x[:-2]) & (x[1:-1] > x[2:])) + 1
    print("what a prototype prints is no answer")
    return [{"sample": s, "quality": 1.0} for s in at]
''')
for seed in (1, 2):
    vagus("simulate", "ecg", "--seed", seed, "--duration-s", 120, "-o", FOLDER / f"r{seed}")

shipped = lines(vagus("run", "health.beats", "r1.hea", "--json").stdout)
same = lines(vagus("run", "proto.same", "r1.hea", "--json", "--plugin", "proto.py").stdout)
beats = [(e["sample"], e["quality"]) for e in shipped if "summary" not in e and "kind" not in e]
mine = [(e["sample"], e["quality"]) for e in same if "summary" not in e and "kind" not in e]
assert beats == mine and len(beats) > 80, (len(beats), len(mine))
assert same[-1]["detector"] == "proto.same" and len(same[-1]["version"]) == 32
every = lines(vagus("run", "proto.peaks", "r1.hea", "--json", "--plugin", "proto.py").stdout)
none = lines(vagus("run", "proto.peaks", "r1.hea", "--json", "--plugin", "proto.py", "--set", "height_mv=50").stdout)
assert len(every) > 20 and len(none) == 1 and none[-1]["config"]["height_mv"] == 50, (len(every), len(none))
assert "did you mean" in vagus("run", "proto.same", "r1.hea", "--plugin", "proto.py", "--set", "treshold=1", status=2).stderr

SPEC = '''
name = "{name}"
question = "Does a prototype go the whole way?"
seed = 1
[data]
simulate = {{kind = "ecg", subjects = 6, duration_s = 90}}
[detector]
name = "{detector}"
plugin = "{plugin}"
[score]
protocol = "ec57"
start_s = 10
[[requirement]]
name = "beats are found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.3
confidence = 0.8
'''


def study(name, detector, plugin="proto.py", status=0, *more):
    (FOLDER / f"{name}.toml").write_text(SPEC.format(name=name, detector=detector, plugin=plugin))
    ran = vagus("study", "run", f"{name}.toml", "-o", f"out/{name}", *more, status=status)
    return ran, json.loads((FOLDER / "out" / name / "results.json").read_text())


_, result = study("same", "proto.same")
assert result["verdict"] == "met" and result["detector"]["name"] == "proto.same", result["verdict"]
(FOLDER / "shipped.toml").write_text(SPEC.format(name="shipped", detector="health.beats", plugin="").replace('plugin = ""\n', ""))
vagus("study", "run", "shipped.toml", "-o", "out/shipped")
shipped_result = json.loads((FOLDER / "out/shipped/results.json").read_text())


def counts(results):
    return [record["counts"] for record in results["records"]]


assert counts(result) == counts(shipped_result)
assert result["detector"]["causal"] is True and result["detector"]["latency_ms"] is None
vagus("study", "verify", "out/same")
seen, whole = study("whole", "proto.peaks")
assert whole["detector"]["causal"] is False and "Not causal" in seen.stdout
assert "Not causal" in (FOLDER / "out/whole/report.html").read_text() and "Not causal" in (FOLDER / "out/whole/card.md").read_text()

# A changed prototype is another detector: what was kept is not taken for its.
text = (FOLDER / "proto.py").read_text()
(FOLDER / "proto.py").write_text(text.replace("threshold=threshold)", "threshold=0.97)"))
_, changed = study("same", "proto.same")
assert changed["detector"]["version"] != result["detector"]["version"] and counts(changed) != counts(result)
vagus("study", "verify", "out/same")
(FOLDER / "proto.py").write_text(text)
assert result["detector"]["version"] == study("same", "proto.same")[1]["detector"]["version"]
(FOLDER / "proto.py").write_text(text + "# another file, another version\n")
refused = vagus("study", "verify", "out/same", status=3)
assert "another version" in refused.stderr, refused.stderr

# Each command that runs the detector is told of its file.
(FOLDER / "proto.py").write_text(text)
given = SPEC.format(name="given", detector="proto.same", plugin="").replace('plugin = ""\n', "")
(FOLDER / "given.toml").write_text(given.replace("[detector]", '[split]\nkind = "kfold"\nfolds = 3\n[detector]') +
                                   "[sweep]\nparameters = {threshold = [0.4, 0.465]}\n")
(FOLDER / "pilot.toml").write_text(given.replace("[detector]", '[split]\nkind = "fixed"\ntune = ["s0001", "s0002", "s0003"]\ntest = ["s0004"]\n[detector]'))
for command in (("run", "given.toml", "-o", "out/given"), ("failures", "out/given"), ("sweep", "given.toml"),
                ("power", "pilot.toml", "--runs", 50)):
    vagus("study", *command, "--plugin", "proto.py")
    assert 'no detector "proto.same"' in vagus("study", *command, status=2 if command[0] == "failures" else 3).stderr, command
# A specification for it, its release, and its labels' review likewise.
vagus("data", "add", "r1.hea", "--as", "two"), vagus("data", "add", "r2.hea", "--as", "two")
assert 'no detector "proto.same"' in vagus("study", "new", "new.toml", "--detector", "proto.same", "--data", "two", status=2).stderr
vagus("study", "new", "new.toml", "--detector", "proto.same", "--data", "two", "--plugin", "proto.py")
assert 'plugin = "proto.py"' in (FOLDER / "new.toml").read_text()
assert vagus("study", "run", "new.toml", "-o", "out/new", status=1).stdout.splitlines()[-1].startswith("not shown")
(FOLDER / "own.toml").write_text(given.replace("proto.same", "health.beats").replace("bound = 0.3", "bound = 0.3\nmargin = 0.01"))
vagus("release", "freeze", "own", "own.toml", "--detector", "proto.same", "--plugin", "proto.py", "--no-cost")
found = json.loads(vagus("release", "check", "own", "--plugin", "proto.py", "--no-cost", "--json", "-o", "out/check").stdout)
assert found["verdict"] == "release" and found["identical"] is True, found["verdict"]
assert found["candidate"]["detector"] == "proto.same", found["candidate"]
worse = vagus("release", "check", "own", "--detector", "proto.peaks", "--plugin", "proto.py", "--no-cost", "-o", "out/worse", status=1)
assert worse.stdout.splitlines()[-1].split("\t")[0] in ("do not release", "not shown"), worse.stdout
for command in (("freeze", "other", "own.toml", "--detector", "proto.same"), ("check", "own")):
    refused = vagus("release", *command, "--no-cost", status=2).stderr
    assert refused.count('no detector "proto.same"') == 1, refused
(FOLDER / "told.toml").write_text((FOLDER / "new.toml").read_text().replace('plugin = "proto.py"', "").replace("proto.same", "proto.peaks"))
vagus("data", "label", "export", "told.toml", "--plugin", "proto.py", "-o", "review.html", "--cases", 6)
assert (FOLDER / "review.html").stat().st_size > 10000
assert 'no detector "proto.peaks"' in vagus("data", "label", "export", "told.toml", "-o", "review.html", status=3).stderr

# What ends in .beats says beats: this is the example of the documentation, with something inside.
(FOLDER / "my_beats.py").write_text('''
import vagus as vg

@vg.detector("proto.beats", reads={"ecg": "mV"}, emits={"sample": int, "quality": float})
class MyBeats:                                   # push(chunk) for a stream, or process(recording) (then marked "not causal" everywhere)
    def __init__(self, rate_hz, threshold=0.5):
        self.own = vg.health.BeatDetector(rate_hz=rate_hz, threshold=threshold)
    def push(self, ecg):
        for event in self.own.push(ecg):
            yield {"sample": int(event["sample"]), "quality": float(event["quality"])}


@vg.detector("proto.steps", reads={"ecg": "mV"}, emits={"sample": int})
def steps(recording):
    return []
''')
ran = vagus("study", "run", "own.toml", "--plugin", "my_beats.py", "--detector", "proto.beats", "-o", "out/beats")
assert "\nproto.beats: Protocol ec57 from 10" in ran.stdout, ran.stdout[:500]
ported = vagus("port", "check", "proto.beats", "health.beats", "--simulated", 2, "--plugin", "my_beats.py", status=None)
assert "sensitivity, gross" in ported.stdout, ported.stdout
refused = vagus("study", "run", "own.toml", "--plugin", "my_beats.py", "--detector", "proto.steps", status=3).stderr
assert "ec57 scores beats, and proto.steps says events" in refused, refused
# A hint is said once.
for before, after, hint in (("proto.same", "helth.beats", "health.beats"), ("subjects = 6", "subject = 6", "subjects"),
                            ("[score]", "config = {treshold = 0.5}\n[score]", "threshold")):
    (FOLDER / "wrong.toml").write_text(given.replace("proto.same", "health.beats").replace("health.beats" if after == "helth.beats" else before, after))
    refused = vagus("study", "run", "wrong.toml", status=3).stderr
    assert refused.count("did you mean") == 1 and hint in refused and "wrong.toml" in refused, refused

# Limits of its own.
(FOLDER / "slow.py").write_text(text.replace("import numpy as np", "import time\nimport numpy as np").replace("proto.", "slow.").replace(
    "for event in self.own.push(ecg):", "time.sleep(20)\n        for event in self.own.push(ecg):"))
(FOLDER / "slow.toml").write_text(SPEC.format(name="slow", detector="slow.same", plugin="slow.py").replace(
    "[score]", "limits = {time_s = 0.5, memory_mb = 4000}\n[score]").replace("subjects = 6", "subjects = 1"))
vagus("study", "run", "slow.toml", "-o", "out/slow", status=1)
assert "0.5 s" in json.loads((FOLDER / "out/slow/results.json").read_text())["failed"][0]["why"]

# What goes wrong is named, and the rest is answered.
(FOLDER / "bad.py").write_text('''
import sys, time, os
import vagus as vg
seen = []


def bad(name):
    return vg.detector(name, reads={"ecg": "mV"}, emits={"sample": int, "quality": float}, event="beats")


@bad("bad.raises")
def raises(recording):
    """Raises in the noisiest of recordings."""
    if recording["ecg"].max() > 0:
        raise ValueError("no such thing")
    return []

@bad("bad.exits")
def exits(recording):
    os._exit(7)

@bad("bad.garbage")
def garbage(recording):
    return ["beat"]

@bad("bad.future")
def future(recording):
    return [{"sample": 10**9}]

@bad("bad.fields")
def fields(recording):
    return [{"sample": 1, "colour": 3}]

@bad("bad.quality")
def quality(recording):
    return [{"sample": 1, "quality": 17}]

@bad("bad.words")
def words(recording):
    return [{"sample": "one"}]

@bad("bad.ok")
def ok(recording):
    return [{"sample": 1, "ok": True}]

@bad("bad.part")
def part(recording):
    return [{"sample": 1.5}]

@bad("bad.stream")
class Stream:
    def push(self, ecg):
        raise RuntimeError("in a stream")

@bad("bad.init")
class Init:
    def __init__(self, rate_hz):
        raise RuntimeError("at once")
    def push(self, ecg):
        return []

@bad("bad.backwards")
def backwards(recording):
    return [{"sample": 200}, {"sample": 100}]
''')
for name, words in (("bad.raises", "ValueError: no such thing"), ("bad.exits", "ended with status 7"),
                    ("bad.garbage", "an event is a dict"), ("bad.future", "future"), ("bad.fields", '"colour"'),
                    ("bad.quality", "probability"), ("bad.words", "no whole number"), ("bad.ok", '"ok"'), ("bad.part", "no whole number"),
                    ("bad.stream", "r1: bad.stream: bad.py line"), ("bad.init", "RuntimeError: at once"), ("bad.backwards", "order")):
    ran = vagus("run", name, "r1.hea", "--plugin", "bad.py", status=3)
    assert words in ran.stderr and ran.stderr.count("\n") <= 3, (name, ran.stderr)
ran, failed = study("raises", "bad.raises", "bad.py", 1)
assert len(failed["failed"]) == 6 and "no such thing" in failed["failed"][0]["why"], failed["failed"]
for plugin, words in (("nowhere.py", "no such file"), ("empty.py", "declares no detector"), ("syntax.py", "SyntaxError")):
    if plugin != "nowhere.py":
        (FOLDER / plugin).write_text("" if plugin == "empty.py" else "def (:\n")
    ran = vagus("run", "health.beats", "r1.hea", "--plugin", plugin, status=3)
    assert words in ran.stderr, (plugin, ran.stderr)
taken = FOLDER / "taken.py"
taken.write_text("import vagus as vg\n@vg.detector('health.beats', reads={'ecg': 'mV'}, emits={'sample': int})\ndef f(r):\n    return []\n")
assert "already" in vagus("run", "health.beats", "r1.hea", "--plugin", "taken.py", status=2).stderr
print("plugin_check: passed")
