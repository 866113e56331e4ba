#!/usr/bin/env python3
"""Anything as a detector: programs, shared objects and stored events in `vagus run` and in studies; what they do wrong is
named with its recording and place, and the study goes on.
Usage: any_detector_test.py VAGUS FOLDER SOURCE"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
import time
import unittest

VAGUS, FOLDER, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
EXAMPLES = SOURCE / "examples/any_detector"
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
ENV = dict(os.environ, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"), XDG_CACHE_HOME=str(FOLDER / "cache"),
           XDG_DATA_HOME=str(FOLDER / "data"))
ENV.pop("VAGUS_DATA", None)
PEOPLE = 4

SPEC = """
name = "{name}"
seed = 1
[data]
simulate = {{kind = "ecg", subjects = {people}, duration_s = 60}}
[detector]
{detector}
[score]
protocol = "ec57"
start_s = 5
[[requirement]]
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = {bound}
"""


def vagus(*arguments, status=0):
    ran = subprocess.run([VAGUS, *map(str, arguments)], capture_output=True, text=True, cwd=FOLDER, env=ENV, timeout=200)
    assert ran.returncode == status or (status is None and ran.returncode in (0, 1)), (arguments, ran.returncode, ran.stdout[-2000:], ran.stderr[-2000:])
    return ran


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def run_lines(*arguments):
    return lines(vagus("run", *arguments, "--json").stdout)


def beats(said):
    return [line["sample"] for line in said if "summary" not in line and "kind" not in line]


def study(name, detector, status=0, bound=0.3, people=PEOPLE):
    (FOLDER / f"{name}.toml").write_text(SPEC.format(name=name, detector=detector, bound=bound, people=people))
    ran = vagus("study", "run", f"{name}.toml", "-o", f"out/{name}", "--no-waveforms", status=status)
    return ran, json.loads((FOLDER / "out" / name / "results.json").read_text())


def script(name, text):
    (FOLDER / name).write_text(textwrap.dedent(text).lstrip())


def sensitivity(result):
    return result["requirements"][0]["estimate"]


vagus("simulate", "ecg", "--seed", 1, "--duration-s", 60, "-o", "r1")
SHIPPED = beats(run_lines("health.beats", "r1.hea"))
shutil.copy(EXAMPLES / "beats.awk", FOLDER)


class Programs(unittest.TestCase):
    def test_a_study_of_a_program_in_awk(self):
        ran, result = study("awk", 'exec = "awk -f beats.awk"')
        self.assertEqual(result["verdict"], "met")
        self.assertEqual(result["detector"]["name"], "beats")
        self.assertIs(result["detector"]["causal"], False)
        self.assertIn("Not causal", ran.stdout)
        vagus("study", "verify", "out/awk")
        self.assertEqual({law["law"]: law["state"] for law in result["detector"]["laws"]},
                         {"pieces": "not applicable", "snapshot": "not applicable", "gap": "held", "missing values": "not applicable"})
        # The configuration reaches it, and so does a sweep.
        _, deaf = study("deaf", 'exec = "awk -f beats.awk"\nconfig = {share = 5}', status=1)
        self.assertEqual(sensitivity(deaf), 0)
        # Another text of the file is another version; the same again is the same.
        text = (FOLDER / "beats.awk").read_text()
        (FOLDER / "beats.awk").write_text(text.replace(": 0.3", ": 0.8"))
        _, changed = study("awk", 'exec = "awk -f beats.awk"')
        (FOLDER / "beats.awk").write_text(text)
        self.assertNotEqual(changed["detector"]["version"], result["detector"]["version"])
        self.assertNotEqual(changed["records"], result["records"])
        _, again = study("awk", 'exec = "awk -f beats.awk"')
        self.assertEqual(again["detector"], result["detector"])
        self.assertEqual(again["records"], result["records"])

    def test_what_a_program_depends_on_is_its_version(self):
        script("rule.txt", "0.3\n")
        exec_of = 'exec = "VAGUS_SET_SHARE=`cat ./rule*` awk -f beats.awk"\ndepends = ["rule.txt"]\nname = "ruled"'
        first = study("ruled", exec_of)[1]["detector"]["version"]
        script("rule.txt", "0.4\n")
        self.assertNotEqual(study("ruled", exec_of)[1]["detector"]["version"], first)
        (FOLDER / "missing.toml").write_text(
            SPEC.format(name="missing", detector='exec = "true"\ndepends = ["no.txt"]', bound=0.3, people=1))
        self.assertIn("no.txt: the file", vagus("study", "run", "missing.toml", status=3).stderr)

    def test_rows_and_times_are_the_recordings(self):
        said = run_lines("--exec", "awk -f beats.awk", "r1.hea")
        self.assertGreater(len(set(beats(said))), 50)
        for line in said[:-1]:
            self.assertAlmostEqual(line["t_s"], line["sample"] / said[-1]["rate_hz"], places=9)
            self.assertIs(line["at_end"], True)
        # The 100th row that it was given is the recording's, by number and by time.
        by_row = run_lines("--exec", """awk 'NR == 102 {print "{\\"sample\\": 100}"}'""", "r1.hea")
        by_time = run_lines("--exec", """awk -F, 'NR == 102 {print "{\\"t_s\\": " $1 "}"}'""", "r1.hea")
        self.assertEqual(beats(by_row), [100])
        self.assertEqual(beats(by_time), [100])

    def test_gaps_are_jumps_of_time(self):
        rows = ["t_s,ecg_mv"] + [f"{(i + (0 if i < 500 else 250)) / 250:.3f},{i % 7}" for i in range(1000)]
        (FOLDER / "gap.csv").write_text("\n".join(rows) + "\n")
        seen = run_lines("--exec", "tee seen.csv | awk -F, 'NR == 502 {print \"{\\\"t_s\\\":\" $1 \"}\"}'", "gap.csv")
        self.assertEqual((FOLDER / "seen.csv").read_text().split()[0], "t_s,ecg_mv")
        stamps = [float(row.split(",")[0]) for row in (FOLDER / "seen.csv").read_text().split()[1:]]
        self.assertEqual(len(stamps), 1000)
        self.assertAlmostEqual(stamps[500] - stamps[499], 251 / 250, places=6)
        self.assertEqual(beats(seen), [500])
        self.assertEqual(seen[-1]["gaps"], 1)

    def test_blocks_for_numpy_are_the_same_samples(self):
        script("blocks.py", """
            # As docs/any-detector.md has it, without NumPy.
            import struct, sys, ast
            inp, rows = sys.stdin.buffer, []
            while True:
                magic = inp.read(8)
                assert magic == b"\\x93NUMPY\\x01\\x00", magic
                head = inp.read(struct.unpack("<H", inp.read(2))[0])
                assert (10 + len(head)) % 64 == 0
                head = ast.literal_eval(head.decode())
                assert head["descr"] == [("t_s", "<f8"), ("ecg_mv", "<f4")] and not head["fortran_order"]
                block = list(struct.iter_unpack("<df", inp.read(12 * head["shape"][0])))
                if not block:
                    break
                rows += block
            assert inp.read() == b""
            print('{"t_s": %r}' % rows[123][0])
            with open("blocks.csv", "w") as out:
                out.write("\\n".join(f"{t:.9f},{x:.6f}" for t, x in rows))
        """)
        said = run_lines("--exec", "python3 blocks.py", "--frames", "npy", "r1.hea")
        self.assertEqual(beats(said), [123])
        run_lines("--exec", "tail -n +2 > plain.csv", "r1.hea")
        blocks = [row.split(",") for row in (FOLDER / "blocks.csv").read_text().split()]
        plain = [row.split(",") for row in (FOLDER / "plain.csv").read_text().split()]
        self.assertEqual(len(blocks), len(plain))
        for a, b in zip(blocks, plain):
            self.assertEqual([round(float(v), 6) for v in a], [round(float(v), 6) for v in b])

    def test_everything_that_a_line_may_say(self):
        script("says.sh", """
            cat > /dev/null
            echo '{"kind": "unreadable", "t_start_s": 1, "t_end_s": 2, "reason": "noise"}'
            echo '{"kind": "score", "t_s": 2, "score": 0.25}'
            echo '{"kind": "candidate", "sample": 3, "score": 0.5}'
            echo '{"kind": "probe", "name": "energy", "t_s": 3, "value": 7}'
            echo
            echo '{"t_s": 4, "quality": 0.75, "class": "V", "width_s": null, "count": 12.0, "paced": false}'
            echo '{"summary": true, "beats": 1}'
        """)
        emits = 'emits = {class = "str", width_s = "float", count = "int", paced = "bool"}\nprobes = ["energy"]'
        _, result = study("says", f'exec = "sh says.sh"\n{emits}', status=1)
        self.assertEqual(result["failed"], [])
        said = run_lines("--exec", "sh says.sh | grep -v class | grep -v probe", "r1.hea", "--scores")
        self.assertEqual([line.get("kind") for line in said], ["unreadable", "score", "candidate", None])
        self.assertEqual((said[0]["t_start_s"], said[0]["t_end_s"], said[0]["reason"]), (1, 2, "noise"))

    def test_what_a_program_does_wrong_is_named(self):
        for command, words in (
            ("no-such-program-anywhere", "not found"),
            ("./none.sh", "not found"),
            ("exit 7", "ended with status 7"),
            ("cat > /dev/null; echo said why >&2; exit 3", "ended with status 3: said why"),
            ("kill -9 $$", "signal 9"),
            ("cat", 'line 1 of its answer: cat says what is no JSON object: "t_s,ecg_mv"'),
            ("cat > /dev/null; echo '[1]'", "no JSON object"),
            ("cat > /dev/null; head -c 100000 /dev/urandom", "no JSON object"),
            ("cat > /dev/null; printf '{\"t_s\": 1}\\n{\"t_s\"'; exit 4", "ended with status 4"),
            ("""echo '{"t_s": 61.5}'""", "t_s 61.5, and the recording lasts from 0 to 59.99"),
            ("""echo '{"t_s": -1}'""", "t_s -1, and the recording"),
            ("""echo '{"sample": 1000000}'""", "sample 1000000, and the recording has"),
            ("""echo '{"sample": 1.5}'""", "no whole number"),
            ("""echo '{"sample": 360, "t_s": 20}'""", "sample 360 and t_s 20"),
            ("""echo '{"t_s": "one"}'""", "no number"),
            ("""echo '{"t_s": null}'""", "t_s nan"),
            ("""echo '{"quality": 1}'""", 'neither "sample" nor "t_s"'),
            ("""echo '{"t_s": 1, "quality": 17}'""", "probability"),
            ("""echo '{"t_s": 1, "colour": 3}'""", '"colour" that it does not declare'),
            ("""echo '{"t_s": 2}'; echo '{"t_s": 1}'""", "line 2 of its answer: echo says events out of order"),
            ("""echo '{"kind": "opinion", "t_s": 1}'""", '"opinion"'),
            ("""echo '{"kind": "probe", "name": "x", "t_s": 1, "value": 1}'""", 'a probe "x"'),
            ("""echo '{"kind": "unreadable", "t_start_s": 2, "t_end_s": 1}'""", "ends before it starts"),
        ):
            ran = vagus("run", "--exec", command, "r1.hea", status=3)
            self.assertIn(words, ran.stderr, command)
            self.assertIn("r1", ran.stderr, command)
            self.assertLessEqual(ran.stderr.count("\n"), 2, ran.stderr)

    def test_a_study_goes_on_without_what_failed(self):
        # Two of the four people hang, two are answered: by a mark that each run leaves.
        script("hangs.sh", """
            mkdir "turn$(ls -d turn* 2>/dev/null | wc -l)" 2>/dev/null
            case $(ls -d turn* | wc -l) in 1|3) sleep 60;; esac
            awk -f beats.awk
        """)
        (FOLDER / "hangs.toml").write_text(SPEC.format(
            name="hangs", detector='exec = "sh hangs.sh"\nlimits = {time_s = 1.5}', bound=0.3, people=4))
        began = time.monotonic()
        ran = vagus("study", "run", "hangs.toml", "-o", "out/hangs", "--no-waveforms", "--threads", 1, status=1)
        self.assertLess(time.monotonic() - began, 60)
        result = json.loads((FOLDER / "out/hangs/results.json").read_text())
        self.assertEqual((len(result["failed"]), len(result["records"]), result["verdict"]), (2, 2, "not shown"))
        for failed in result["failed"]:
            self.assertIn("has not come to an end within 1.5 s, and was killed", failed["why"])
            self.assertIn(failed["recording"], ran.stderr)

    def test_a_program_that_closes_its_output_and_hangs_is_ended(self):
        _, result = study("mute", 'exec = "cat > /dev/null; exec >&-; sleep 60"\nlimits = {time_s = 1}\nname = "mute"', status=1, people=1)
        self.assertIn("mute: its program has not come to an end in its time, and was killed", result["failed"][0]["why"])

    def test_a_program_has_no_more_memory_than_it_is_given(self):
        script("hog.py", "import sys\nx = bytearray(1 << 30)\nsys.stdin.read()\n")
        _, result = study("hog", 'exec = "python3 hog.py"\nlimits = {memory_mb = 400}', status=1, people=1)
        self.assertIn("MemoryError", result["failed"][0]["why"])
        study("room", 'exec = "python3 hog.py"\nlimits = {memory_mb = 4000}', status=1, people=1)

    def test_endless_answers_end(self):
        (FOLDER / "flood.toml").write_text(SPEC.format(
            name="flood", detector="""exec = 'cat > /dev/null; yes "{\\"t_s\\": 1}"'\nname = "flood"\nlimits = {time_s = 60}""",
            bound=0.3, people=1))
        ran = vagus("study", "run", "flood.toml", "-o", "out/flood", "--no-waveforms", status=1)
        self.assertIn("says more than 256 MiB", ran.stderr)

    def test_specifications_that_say_too_much(self):
        for detector, words in (
            ('exec = ""', "'detector.exec' is empty"),
            ('exec = "true"\nlibrary = "a.so"', "not both"),
            ('exec = "true"\nframes = "xml"', '"csv" or "npy"'),
            ('exec = "true"\nreads = ["ecg_kg"]', '"ecg_kg" is no channel'),
            ('exec = "true"\nreads = []', "reads no channel"),
            ('exec = "true"\nemits = {a = "double"}', "detector.emits.a"),
            ('exec = "true"\nlimits = {time_s = -1}', "between 0.01"),
            ('exec = "true"\nlimits = {times = 1}', "did you mean 'time_s'"),
            ('exec = "true"\nname = "health.beats"', "already"),
            ('exec = "true"\nconfig = {"a-b" = 1}', "letters, digits"),
            ('name = "health.beats"\nreads = ["ecg_mv"]', "'detector.reads' is of a program"),
            ('name = "health.beats"\nlimits = {time_s = 1}', "'detector.limits' is of exec, plugin and library"),
            ('library = "none.so"', "none.so: no such file"),
        ):
            (FOLDER / "bad.toml").write_text(SPEC.format(name="bad", detector=detector, bound=0.3, people=1))
            ran = subprocess.run([VAGUS, "study", "run", "bad.toml"], capture_output=True, text=True, cwd=FOLDER, env=ENV)
            self.assertIn(ran.returncode, (2, 3), detector)
            self.assertIn(words, ran.stderr, detector)


def build(name, changes=(), flags=()):
    """The example in C, with some of its text changed."""
    text = (EXAMPLES / "beats.c").read_text()
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    (FOLDER / f"{name}.c").write_text(text)
    subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-O2", "-fPIC", "-shared", *flags,
                    "-I", SOURCE / "lab/prototype", f"{name}.c", "-o", f"{name}.so"], cwd=FOLDER, check=True)
    return f"./{name}.so"


class Libraries(unittest.TestCase):
    def test_a_library_is_a_detector_like_any_other(self):
        library = build("beats", flags=("-Werror",))
        said = run_lines("--library", library, "r1.hea", "--probes", "energy")
        self.assertGreater(len(beats(said)), 50)
        self.assertEqual(said[-1]["detector"], "my.beats")
        self.assertEqual(said[-1]["config"]["share"], 0.3)
        self.assertGreater(sum(line.get("kind") == "probe" for line in said), 10000)
        near = sum(any(abs(a - b) < 0.15 * said[-1]["rate_hz"] for b in beats(said)) for a in SHIPPED)
        self.assertGreater(near, 0.9 * len(SHIPPED))
        self.assertEqual(beats(run_lines("--library", library, "r1.hea")), beats(said))
        _, result = study("library", 'library = "beats.so"\nname = "shipped.c"')
        self.assertEqual((result["verdict"], result["detector"]["name"]), ("met", "shipped.c"))
        self.assertIs(result["detector"]["causal"], True)
        vagus("study", "verify", "out/library")
        # A library that is not the same any more makes no such result.
        build("beats", [("0.02f * rate_hz", "0.03f * rate_hz")])
        self.assertIn("another version", vagus("study", "verify", "out/library", status=3).stderr)
        build("beats")
        self.assertIn("0.05 to 0.95", vagus("run", "--library", library, "r1.hea", "--set", "share=7", status=2).stderr)

    def test_its_laws_are_tried(self):
        build("beats")
        _, result = study("lawful", 'library = "beats.so"')
        laws = result["detector"]["laws"]
        self.assertEqual([(law["law"], law["state"]) for law in laws],
                         [(law, "held") for law in ("pieces", "snapshot", "gap", "missing values")], laws)
        said = "sink->event(sink->context, b->at, 1, NULL);"
        for name, before, after, law in (
            # A variable that all runs share is no part of the state.
            ("shared", said, "static int said; sink->event(sink->context, b->at, 1.0f / ++said, NULL);", "snapshot"),
            ("gap", "b->left = 0; /*", "b->wait = 1 << 30; return; b->left = 0; /*", "gap"),
            ("nan", "values[0] == values[0] ? values[0] : b->mean", "values[0]", "missing values"),
        ):
            build(name, [(before, after)])
            ran, result = study(name, f'library = "{name}.so"', status=None)
            found = {one["law"]: one for one in result["detector"]["laws"]}
            self.assertEqual(found[law]["state"], "not held", found)
            self.assertIn(f"law not held: {law}: {found[law]['why']}", ran.stdout)

    def test_its_laws_are_tried_at_a_rate_that_it_takes_where_all_recordings_have_another(self):
        build("slow", [('{{"ecg_mv", 50, 1500, 0}}', '{{"ecg_mv", 50, 100, 0}}')])
        _, result = study("slow", 'library = "slow.so"', status=1, people=2)
        self.assertEqual(len(result["failed"]), 2)
        self.assertIn("at 50 to 100 Hz", result["failed"][0]["why"])
        self.assertEqual([law["state"] for law in result["detector"]["laws"]], ["held"] * 4, result["detector"]["laws"])

    def test_a_crash_ends_one_recording_and_is_named(self):
        # It crashes where a person's heart does something that not all do: at the 40th beat.
        build("crash", [("b->wait = b->rest;\n    }", "b->wait = b->rest;\n if (++b->beats_said == 40) raise(11);\n    }"),
                        ('#include "vagus_detector.h"', '#include <signal.h>\n#include "vagus_detector.h"'),
                        ("int64_t samples, at;", "int64_t samples, at, beats_said;"), ("0, 0};", "0, 0, 0};")])
        ran = vagus("run", "--library", "./crash.so", "r1.hea", status=3)
        self.assertRegex(ran.stderr, r"r1: my.beats: its process was ended by signal 11, in samples \d+ to \d+")
        (FOLDER / "short.toml").write_text(SPEC.format(
            name="crash", detector='library = "crash.so"', bound=0.3, people=4).replace("duration_s = 60", "duration_s = 32"))
        vagus("study", "run", "short.toml", "-o", "out/crash", "--no-waveforms", status=1)
        result = json.loads((FOLDER / "out/crash/results.json").read_text())
        self.assertEqual(len(result["failed"]) + len(result["records"]), 4)
        self.assertGreater(len(result["failed"]), 0)
        self.assertGreater(len(result["records"]), 0)
        self.assertNotEqual(result["verdict"], "met")

    def test_what_a_library_does_wrong_is_named(self):
        push = ("const float slope",)
        for name, before, after, words in (
            ("hang", push[0], "for (volatile int i = 0; i < 1;) {}\n  const float slope", None),
            ("future", push[0], "sink->event(sink->context, b->samples + 5000, 1, NULL);\n  const float slope", "speaks of the future"),
            ("sure", push[0], "sink->event(sink->context, b->samples, 3, NULL);\n  const float slope", "probability"),
            ("leaves", push[0], "exit(9);\n  const float slope", "ended with status 9"),
            ("version", "VAGUS_DETECTOR_INTERFACE, \"", "99, \"", "interface version 99"),
            ("column", '"ecg_mv"', '"ecg_kg"', "which is no channel"),
            ("silent", "const vagus_detector_info *vagus_detector(void)", "const vagus_detector_info *other(void)", "does not export"),
            ("stateless", "sizeof(beats), sizeof(int64_t)", "0, sizeof(int64_t)", "1 byte to 1 GiB"),
        ):
            changes = [(before, after), ('#include "vagus_detector.h"', '#include <stdlib.h>\n#include "vagus_detector.h"')]
            if name == "silent":
                changes = [c for c in changes if "vagus_detector(void)" not in c[0]] + [("vagus_detector(void) {", "other(void);\nconst vagus_detector_info *other(void) {")]
            build(name, changes, flags=["-w"])
            if words:
                ran = vagus("run", "--library", f"./{name}.so", "r1.hea", status=3)
                self.assertIn(words, ran.stderr, name)
        _, result = study("hangs-in-c", 'library = "hang.so"\nlimits = {time_s = 1}', status=1, people=1)
        self.assertIn("has not answered for 1 s, and was killed", result["failed"][0]["why"])
        (FOLDER / "text.so").write_text("no library")
        self.assertIn("cannot be loaded", vagus("run", "--library", "./text.so", "r1.hea", status=3).stderr)
        self.assertIn("no such file", vagus("run", "--library", "./nowhere.so", "r1.hea", status=3).stderr)


class StoredEvents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # What a program said of each of a study's recordings, kept by the program itself.
        (FOLDER / "kept").mkdir()
        vagus("simulate", "ecg", "--seed", 3, "--duration-s", 60, "-o", "p1")
        (FOLDER / "people").mkdir(exist_ok=True)
        names = ["a", "b", "c", "d", "e", "f"]
        (FOLDER / "people/dataset.csv").write_text("recording,file,subject\n" + "".join(f"{n},{n}.hea,s{n}\n" for n in names))
        for seed, name in enumerate(names):
            vagus("simulate", "ecg", "--seed", seed + 10, "--duration-s", 60, "-o", f"people/{name}")
        vagus("data", "add", "people", "--as", "people")
        cls.said = {name: run_lines("health.beats", f"people/{name}.hea") for name in names}

    def study(self, folder, status=0):
        text = SPEC.format(name="stored", detector=f'events = "{folder}"', bound=0.3, people=1)
        text = text.replace('simulate = {kind = "ecg", subjects = 1, duration_s = 60}', 'sets = ["people"]')
        (FOLDER / "stored.toml").write_text(text)
        ran = vagus("study", "run", "stored.toml", "-o", "out/stored", "--no-waveforms", status=status)
        return ran, json.loads((FOLDER / "out/stored/results.json").read_text())

    def write(self, folder, name, data):
        path = FOLDER / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def times(self, name):
        return [line["t_s"] for line in self.said[name] if "kind" not in line and "summary" not in line]

    def test_every_kind_of_file_says_the_same(self):
        samples = {n: beats(said) for n, said in self.said.items()}
        self.write("mixed", "people/a.csv", "t_s\n" + "".join(f"{t}\n" for t in self.times("a")))
        self.write("mixed", "b.jsonl", "".join(json.dumps({"t_s": t}) + "\n" for t in self.times("b")))
        self.write("mixed", "c.jsonl", "".join(json.dumps({"sample": s}) + "\n" for s in samples["c"]))
        self.write("mixed", "d.csv", "sample\n" + "".join(f"{s}\n" for s in samples["d"]))
        vagus("run", "health.beats", "people/e.hea", "--wfdb", "qrs", "-o", "mixed")
        octave = shutil.which("octave-cli")
        numbers = " ".join(str(s + 1) for s in samples["f"])
        if octave:
            subprocess.run([octave, "--eval", f"found.index = [{numbers}]; save('-v7', 'mixed/f.mat', 'found')"], cwd=FOLDER, check=True)
        else:
            print("any_detector_test: no octave-cli, so no MAT file was tried", file=sys.stderr)
            self.write("mixed", "f.csv", "t_s\n" + "".join(f"{t}\n" for t in self.times("f")))
        _, result = self.study("mixed")
        self.assertEqual((result["verdict"], result["failed"]), ("met", []))
        text = (FOLDER / "stored.toml").read_text().replace('events = "mixed"', 'name = "health.beats"')
        (FOLDER / "run.toml").write_text(text)
        vagus("study", "run", "run.toml", "-o", "out/run", "--no-waveforms")
        ran = json.loads((FOLDER / "out/run/results.json").read_text())
        for a, b in zip(result["records"], ran["records"]):
            self.assertEqual([a["counts"][k] for k in ("tp", "fn", "fp")] if "tp" in a["counts"] else a["counts"],
                             [b["counts"][k] for k in ("tp", "fn", "fp")] if "tp" in b["counts"] else b["counts"], a["recording"])

    def test_broken_files_are_named_with_their_place(self):
        self.write("broken", "a.csv", "t_s\n1\nx\n")
        self.write("broken", "b.jsonl", '{"t_s": 1}\n{"t_s"\n')
        self.write("broken", "c.csv", "t_s\n1\n99999\n")
        self.write("broken", "d.mat", b"MATLAB 5.0 MAT-file, cut")
        self.write("broken", "e.qrs", "hello, this is no annotation file\n")
        ran, result = self.study("broken", status=1)
        why = {failed["recording"]: failed["why"] for failed in result["failed"]}
        self.assertEqual(len(why), 6)
        for name, words in (("a", "line 3"), ("b", "b.jsonl line 2"), ("c", "99999 s, and the recording lasts 60 s"),
                            ("d", "d.mat"), ("e", "e.qrs"), ("f", "no events are stored of it")):
            self.assertIn(words, why[f"people:{name}"], name)
            self.assertIn(f"people:{name} failed", ran.stderr)
        self.assertNotEqual(result["verdict"], "met")


class Examples(unittest.TestCase):
    def test_octave(self):
        if not shutil.which("octave-cli"):
            self.skipTest("SKIPPED: no octave-cli (Debian: octave)")
        shutil.copy(EXAMPLES / "beats.m", FOLDER)
        _, result = study("octave", 'exec = "octave-cli beats.m"\nname = "in octave"')
        self.assertEqual((result["verdict"], result["failed"]), ("met", []))
        self.assertGreater(sensitivity(result), 0.9)

    def test_awk_and_c_find_the_beats(self):
        _, awk = study("in-awk", 'exec = "awk -f beats.awk"')
        build("beats")
        _, c = study("in-c", 'library = "beats.so"')
        for result in (awk, c):
            self.assertGreater(sensitivity(result), 0.9)

    def test_a_reader_of_blocks_in_c(self):
        subprocess.run(["cc", "-std=c99", "-O2", EXAMPLES / "blocks.c", "-o", "blocks", "-lm"], cwd=FOLDER, check=True)
        names = ["acc_x_g", "acc_y_g", "acc_z_g", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps"]
        rows = ["t_s," + ",".join(names)]
        for i in range(6000):  # a minute; still from 20 s on
            moves = 1 if i < 2000 and i % 2 else 0
            rows.append(f"{i / 100},{moves},0,1,0,0,{50 * moves}")
        (FOLDER / "six.csv").write_text("\n".join(rows) + "\n")
        said = run_lines("--exec", "./blocks", "--frames", "npy", "--reads", ",".join(names), "six.csv")
        self.assertEqual(len(beats(said)), 2)  # at the start, before the energy has risen, and when movement ends
        self.assertTrue(2000 <= beats(said)[1] < 4000, beats(said))
        # The same program given text says so and fails, and vagus says where.
        self.assertIn("ended with status 1", vagus("run", "--exec", "./blocks", "--reads", ",".join(names), "six.csv", status=3).stderr)
        self.assertIn("needs a channel gyr_x_dps", vagus("run", "--exec", "./blocks", "--reads", ",".join(names), "r1.hea", status=3).stderr
                      .replace("acc_x_g", "gyr_x_dps"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
