"""docs/results.md against real results: every key of a result is documented with its type, and every documented one occurs.

Usage: schema_test.py PROGRAM SCRATCH_FOLDER PAGE
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

PROGRAM, SCRATCH, PAGE = (os.path.abspath(a) for a in sys.argv[1:4])
TYPES = {"text": str, "flag": bool, "integer": int, "number": (int, float), "list": list, "table": dict, "null": type(None)}
SPEC = """
name = "schema"
question = "What is in a result?"
[data]
sets = ["people"]
exclude = [{recording = "p5", reason = "to have one"}]
[split]
kind = "fixed"
tune = ["p4"]
test = ["p1", "p2", "p3", "broken"]
[detector]
name = "health.beats"
[score]
start_s = 5
[[requirement]]
name = "found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.9
[[requirement]]
name = "found in the worst"
statistic = "ec57.sensitivity_worst"
direction = "at_least"
bound = 0.99
[[group]]
name = "first"
recordings = ["p1"]
[[accept]]
property = "length"
reason = "to have one"
"""
SIMULATED = """
name = "simulated"
[data]
simulate = {kind = "ecg", subjects = 3, duration_s = 60, set = {muscle_mv = 0.3}}
[detector]
name = "health.beats"
config = {threshold = 0.5}
[score]
start_s = 5
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 1.0
"""


EVENTS = """
name = "events"
seed = 3
[data]
simulate = {kind = "events", subjects = 8, set = {days = 2, events_per_day = 2, separation = 5}}
[detector]
name = "simulated.events"
[score]
protocol = "events"
[[requirement]]
name = "quiet"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 8
[[hypothesis]]
name = "quieter than at 0.5"
kind = "superiority"
statistic = "events.alarms_per_day"
against = {config = {threshold = 0.5}}
[budget]
ram_bytes = 4096
"""
SWEPT = """
name = "swept"
seed = 3
[data]
simulate = {kind = "events", subjects = 12, set = {days = 2, events_per_day = 2, separation = 5}}
[split]
kind = "nested"
folds = 3
[detector]
name = "simulated.events"
[score]
protocol = "events"
[sweep]
parameters = {refractory_s = [0, 600]}
thresholds = 5
objectives = ["m4f.ram_bytes", "events.latency_median_s"]
[[requirement]]
name = "quiet"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 8
"""
PROGRAM_SPEC = """
name = "program"
seed = 3
[data]
simulate = {kind = "ecg", subjects = 2, duration_s = 40}
[detector]
exec = "awk -F, 'NR > 1 && $2 > 0.6 && $1 > last + 0.3 { last = $1; print \\"{\\\\\\"t_s\\\\\\": \\" $1 \\"}\\" }'"
[score]
start_s = 5
[[requirement]]
name = "found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.5
"""
THRESHOLDS = SWEPT.replace("parameters = {refractory_s = [0, 600]}\n", "").replace('objectives = ["m4f.ram_bytes", "events.latency_median_s"]\n', "").replace(
    '"nested"', '"kfold"').replace('"swept"', '"thresholds"')
# Keys of protocol windows, of splits in folds, of stored events and of recordings with one label each (guard_study_test of
# lab/study looks at theirs), and tables that are empty in these studies.
UNSEEN = re.compile(r"guards\.(properties|cures)\[\]|found\[\]|repairs\.\*|optional, windows|records\[\]\.(fold|events_hash)$|budget\[\]\.measured\[\]|sweep\.failed\[\]|_trials\.\*|event_types\.\*")


def vagus(*arguments):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
    return subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120, text=True)


def put(path, text):
    with open(os.path.join(SCRATCH, path), "w") as out:
        out.write(text)


def documented():
    """Path pattern -> types, and whether it is optional; the version named in the text."""
    rows, optional, unseen = {}, set(), set()
    with open(PAGE) as page:
        text = page.read()
    for path, types, _, what in re.findall(r"^\| `([^`]+)` \| ([^|]+) \|([^|]*)\|([^|]*)\|$", text, re.M):
        assert path not in rows, path + " is documented twice"
        rows[path] = [t.strip() for t in types.split(" or ")]
        if what.strip().startswith("optional"):
            optional.add(path)
        if UNSEEN.search(path) or UNSEEN.search(what):
            unseen.add(path)
    return rows, optional, unseen, re.search(r"\*\*`(vagus\.study\.results/\d+)`\*\*", text).group(1)


ROWS, OPTIONAL, UNSEEN_ROWS, SCHEMA = documented()


def pattern_of(path):
    """The documented row of a key; a name among a table's keys is `*`. Mended labels repeat requirements and groups,
    what is looked at before a cure repeats what is looked at after it."""
    path = path.replace("guards.properties_as_recorded[", "guards.properties[")
    path = re.sub(r"^sweep\.(choices\[\]\.(chosen_on|inner\.held_out)|settings\[\]\.figures)(?=\[)", "sweep.judged", path)
    path = re.sub(r"^labels\.original\.(requirements|groups)(?=[\[.])", r"\1", path)
    if path in ROWS:
        return path
    for row in sorted(ROWS, key=len, reverse=True):
        if "*" in row and re.fullmatch(re.escape(row).replace(r"\*", r"[\w.:-]+?"), path):
            return row
    return None


def walk(value, path, seen):
    if path:
        seen.setdefault(path, []).append(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            walk(inner, f"{path}.{key}" if path else key, seen)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, path + "[]", seen)
    return seen


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(os.path.join(SCRATCH, "people"))
        table = "recording,file,subject\n"
        for person in range(1, 6):
            done = vagus("simulate", "ecg", "--seed", str(person), "--duration-s", "60", "--set", "leads=1", "--set", "muscle_mv=0.6",
                         "-o", f"people/p{person}")
            assert done.returncode == 0, done.stderr
            table += f"p{person},p{person}.hea,s{person}\n"
        put("people/broken.csv", "t_s,acc_x_g\n" + "".join(f"{i / 50},0.1\n" for i in range(400)))
        put("people/dataset.csv", table + "broken,broken.csv,s9\n")
        put("schema.toml", SPEC)
        put("simulated.toml", SIMULATED)
        put("events.toml", EVENTS)
        put("swept.toml", SWEPT)
        put("thresholds.toml", THRESHOLDS)
        put("program.toml", PROGRAM_SPEC)
        done = vagus("data", "add", "people")
        assert done.returncode == 0, done.stderr
        labels = vagus("data", "label", "export", "people:p1").stdout.splitlines()
        put("p1.csv", "\n".join(labels[:20] + labels[21:]) + "\n")
        done = vagus("data", "label", "apply", "people:p1", "p1.csv", "--author", "me", "--reason", "one beat less")
        assert done.returncode == 0, done.stderr
        cls.results = []
        for spec in ("schema", "simulated", "events", "swept", "thresholds", "program"):
            done = vagus("study", "run", spec + ".toml", "-o", spec)
            assert done.returncode in (0, 1), spec + done.stderr
            with open(os.path.join(SCRATCH, spec, "results.json")) as file:
                cls.results.append(json.load(file))

    def test_every_key_of_a_result_is_documented_with_its_type(self):
        for result in self.results:
            for path, values in walk(result, "", {}).items():
                row = pattern_of(path)
                self.assertIsNotNone(row, path + " is not in docs/results.md")
                for value in values:
                    fits = any(isinstance(value, TYPES[t]) and (t == "flag") == isinstance(value, bool) for t in ROWS[row])
                    self.assertTrue(fits, f"{path} is {value!r}, and not {' or '.join(ROWS[row])}")

    def test_every_documented_key_occurs(self):
        occurring = {pattern_of(path) for result in self.results for path in walk(result, "", {})}
        occurring |= {path for result in self.results for path in walk(result, "", {})}
        self.assertEqual(sorted(set(ROWS) - occurring - UNSEEN_ROWS), [])
        for result in self.results:
            seen = {pattern_of(path) for path in walk(result, "", {})}
            for row in ROWS:
                if "[" not in row and "*" not in row and not any(row == o or row.startswith(o + ".") for o in OPTIONAL):
                    self.assertIn(row, seen)

    def test_a_sweep_is_derived_again_bit_for_bit(self):
        for spec in ("swept", "thresholds"):
            done = vagus("study", "verify", spec)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_version_is_the_one_described(self):
        for result in self.results:
            self.assertEqual(result["schema"], SCHEMA)

    def test_shares_and_intervals_are_in_order(self):
        for result in self.results:
            for one in result["requirements"]:
                low, high = one["interval"]
                most = 1 if result["protocol"]["name"] == "ec57" else float("inf")
                self.assertTrue(0 <= low <= one["estimate"] <= high <= most and low < high, one)

    def test_the_card_says_what_the_result_says(self):
        for spec, result in zip(("schema", "simulated", "events", "swept", "thresholds", "program"), self.results):
            with open(os.path.join(SCRATCH, spec, "card.md")) as file:
                card = file.read().replace("\\", "")
            self.assertIn("not a medical device", card)
            self.assertIn(f"Verdict: {result['verdict']}", card)
            self.assertEqual("SIMULATED" in card, result["simulated"])
            for one in result["requirements"]:
                self.assertIn(one["name"], card)
            for group in result["groups"]:
                self.assertIn(group["name"], card)
            for section in ("Intended use", "Data", "Figures", "Groups", "Limits", "Provenance"):
                self.assertIn(f"## {section}\n", card)
            self.assertIn(result["data"]["hash"], card)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
