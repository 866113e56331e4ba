"""`vagus release` from outside: a version frozen, candidates that are the same, better and worse held against it; of
beats that are run, of events and windows that were stored.

Usage: release_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SPEC = """
name = "small"
question = "Are the beats found?"
[data]
simulate = {kind = "ecg", subjects = 12, duration_s = 120}
[detector]
name = "health.beats"
[score]
start_s = 10
[[requirement]]
name = "Beats are found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.9
margin = 0.005
[[requirement]]
name = "What is reported is a beat"
statistic = "ec57.positive_predictivity_gross"
direction = "at_least"
bound = 0.9
[[group]]
name = "older"
where = "age >= 60"
margin = 0.02
"""


def vagus(*arguments):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=240)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def path(*parts):
    return os.path.join(SCRATCH, *parts)


def put(name, content):
    with open(path(name), "wb") as out:
        out.write(content if isinstance(content, bytes) else content.encode())


def read(*parts):
    with open(path(*parts), "rb") as file:
        return file.read()


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)
        put("small.toml", SPEC)
        code, cls.frozen, err = vagus("release", "freeze", "v1", "small.toml", "--no-cost")
        assert code == 0, err
        os.remove(path("small.toml"))  # the release holds what it needs

    def check(self, *arguments):
        code, out, err = vagus("release", "check", "v1", "--no-cost", "--json", *arguments)
        self.assertIn(code, (0, 1), err)
        return code, json.loads(out)

    def test_the_release_lies_where_it_is_told_and_is_not_overwritten(self):
        self.assertEqual(self.frozen.splitlines()[-1], "frozen\treleases/v1/release.vgr")
        self.assertIn("12 recordings", self.frozen)
        self.assertIn("digest ", self.frozen)
        put("again.toml", SPEC)
        before = read("releases/v1/release.vgr")
        code, out, err = vagus("release", "freeze", "v1", "again.toml", "--no-cost")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("was frozen already", out)
        code, _, err = vagus("release", "freeze", "v1", "again.toml", "--no-cost", "--set", "threshold=0.6")
        self.assertEqual(code, 2)
        self.assertIn("there is another release", err)
        self.assertEqual(read("releases/v1/release.vgr"), before)
        self.assertEqual(os.listdir(path("releases/v1")), ["release.vgr"])
        code, _, err = vagus("release", "freeze", "v1", "again.toml", "--no-cost", "-o", "elsewhere")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(read("elsewhere/release.vgr"), before)

    def test_the_same_program_passes_and_says_that_nothing_changed(self):
        code, out, err = vagus("release", "check", "v1", "--detector", "health.beats", "-o", "same")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.splitlines()[-1], "release\tsame/report.html")
        self.assertIn("the candidate says the same in all of its recordings", out)
        self.assertIn("it costs the same", out)
        self.assertIn("SIMULATED DATA", out)
        found = json.loads(read("same/check.json"))
        self.assertTrue(found["identical"])
        self.assertEqual((found["verdict"], found["changes"]), ("release", []))
        self.assertEqual({test["interval"] is None for test in found["tests"]}, {True})
        self.assertEqual([test["part"] for test in found["tests"]], ["what is judged", "older"] * 2)

    def test_a_measured_cost_is_held_against_the_budget(self):
        code, _, err = vagus("release", "check", "v1", "--cost", "cost.json")
        self.assertEqual(code, 2)
        self.assertIn("has none", err)
        put("limited.toml", SPEC + "[budget]\nm4f = {ram_bytes = 5000}\n")
        code, _, err = vagus("release", "freeze", "limited", "limited.toml", "--no-cost")
        self.assertEqual((code, err), (0, ""))
        code, _, err = vagus("release", "check", "limited", "--cost", "cost.json")
        self.assertEqual(code, 3)
        self.assertIn("cost.json", err)
        if not shutil.which("arm-none-eabi-g++") or not shutil.which("qemu-system-arm"):
            self.skipTest("SKIPPED: no cross compiler or emulator, so no measured cost")
        code, out, err = vagus("cost", "health.beats", "--json")
        self.assertEqual((code, err), (0, ""))
        put("cost.json", out)
        code, out, err = vagus("release", "check", "limited", "--cost", "cost.json", "-o", "limited-fits")
        self.assertEqual((code, err), (0, ""), out)
        measured = json.loads(read("cost.json"))
        measured["cores"]["m4f"]["ram_bytes"] = 5001
        put("cost.json", json.dumps(measured))
        code, out, err = vagus("release", "check", "limited", "--cost", "cost.json", "-o", "limited-over")
        self.assertEqual((code, out.splitlines()[-1].split("\t")[0]), (1, "do not release"), err)

    def test_a_deaf_candidate_is_refused_and_every_event_is_listed_and_drawn(self):
        code, found = self.check("--set", "smallest_mv=1", "--set", "threshold=0.98", "--set", "noise_threshold=0.98",
                                 "-o", "deaf")
        self.assertEqual((code, found["verdict"]), (1, "do not release"))
        first = found["tests"][0]
        self.assertEqual(first["outcome"], "refused")
        self.assertEqual(first["margin"], 0.005)
        self.assertEqual(found["tests"][1]["margin"], 0.02)
        self.assertLess(first["interval"][1], -first["margin"])
        self.assertIn("worse by more than the 0.5 points allowed", first["why"])
        kinds = [change["kind"] for change in found["changes"]]
        self.assertEqual(found["events"]["lost"], kinds.count("lost"))
        self.assertEqual(found["events"]["gained"], kinds.count("gained"))
        self.assertEqual(found["events"]["moved"], kinds.count("moved"))
        self.assertGreater(kinds.count("lost"), 10)
        self.assertEqual(found["events"]["frozen"], found["events"]["same"] + kinds.count("lost") + kinds.count("moved"))
        self.assertEqual(json.loads(read("deaf/check.json")), found)
        page = read("deaf/report.html").decode()
        self.assertIn("do not release", page)
        self.assertIn("<figure><svg", page)
        self.assertLess(len(page), 5_000_000)
        for address in ("http://", "https://", "src=", SCRATCH):
            self.assertNotIn(address, page)

    def test_a_page_may_go_without_waveforms(self):
        code, found = self.check("--set", "threshold=0.9", "--no-waveforms", "-o", "blind")
        page = read("blind/report.html").decode()
        self.assertGreater(len(found["changes"]), 0)
        self.assertNotIn("<figure>", page)
        self.assertNotIn("class=\"wave\"", page)
        self.assertIn("lost, it had been reported at", page)

    def test_a_gained_event_tells_what_the_release_thought_of_it(self):
        _, found = self.check("--set", "threshold=0.05", "--set", "noise_threshold=0.05", "-o", "keen")
        gained = [change for change in found["changes"] if change["kind"] == "gained"]
        self.assertTrue(gained)
        self.assertTrue(any(change["frozen_score"] is not None and change["frozen_score"] < 0.465 for change in gained), gained[:3])

    def test_each_look_is_counted(self):
        _, one = self.check("--set", "threshold=0.51", "-o", "look")
        _, again = self.check("--set", "threshold=0.51", "-o", "look")
        _, another = self.check("--set", "threshold=0.52", "-o", "look")
        self.assertEqual((again["looks"], another["looks"]), (one["looks"], one["looks"] + 1))

    def test_the_answer_is_the_same_on_one_core(self):
        self.assertEqual(self.check("--set", "threshold=0.6", "--threads", "1", "-o", "one"),
                         self.check("--set", "threshold=0.6", "-o", "two"))
        self.assertEqual(read("one/report.html"), read("two/report.html"))

    def test_broken_releases_are_refused_in_one_line(self):
        whole = read("releases/v1/release.vgr")
        broken = {"cut.vgr": whole[:-7], "bit.vgr": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:], "more.vgr": whole + b"x",
                  "later.vgr": whole[:14] + b"\x07\x00" + whole[16:], "none.vgr": b"", "text.vgr": b"name = 'beats'\n"}
        for name, content in broken.items():
            put(name, content)
            code, out, err = vagus("release", "check", name, "--detector", "health.beats")
            self.assertEqual((code, out, len(err.splitlines())), (3, "", 1), name + err)
            self.assertIn(name + " ", err)
            self.assertRegex(err, "byte [0-9]+")
        self.assertIn("format 7, which this version does not read", vagus("release", "check", "later.vgr")[2])

    def test_wrong_names_and_options_are_told(self):
        code, out, err = vagus("release", "check", "v9", "--detector", "health.beats")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("there is no release 'v9' here", err)
        self.assertEqual(vagus("release", "check", "v1", "--detector", "health.beat")[0], 2)
        self.assertEqual(vagus("release", "check", "v1", "--set", "treshold=1")[0], 2)
        self.assertEqual(vagus("release", "freeze", "a/b", "again.toml")[0], 2)
        self.assertEqual(vagus("release", "freeze", "v2", "absent.toml")[0], 3)
        self.assertEqual(vagus("release")[0], 2)
        code, out, _ = vagus("completion", "bash")
        self.assertIn("release check", out)
        self.assertIn("--no-waveforms", out)


FALLS = (60, 150, 240)
STORED = """
name = "{name}"
[data]
sets = ["own"]
[detector]
name = "elsewhere"
events = "{name}-a"
[score]
protocol = "{protocol}"
{more}
"""


def tell_falls(folder, without=()):
    """What somebody's detector said of each person: every fall, but those that are named."""
    os.makedirs(path(folder))
    for k in range(8):
        rows = [f"{t + 4},{t},0.9" for t in FALLS if (k, t) not in without]
        put(f"{folder}/p{k}.csv", "t_s,t_impact_s,score\n" + "".join(row + "\n" for row in rows))


def tell_windows(folder, wrong):
    """An answer for every 10 s; the first of each person are not what they were: `wrong` of p0, one more of p1 ..."""
    os.makedirs(path(folder))
    for k in range(8):
        answers = ["walk" if i >= 15 else "rest" for i in range(30)]
        for i in range(wrong + k % 5 if wrong else 0):
            answers[i] = "walk"
        put(f"{folder}/p{k}.csv", "t_start_s,t_end_s,label,score\n" +
            "".join(f"{10 * i},{10 * i + 10},{label},0.8\n" for i, label in enumerate(answers)))


class Stored(unittest.TestCase):
    """Events and windows of people with an accelerometer."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(path("own"))
        for k in range(8):
            z = [3.5 if min(abs(i / 20 - t) for t in FALLS) < 0.1 else 1 + 0.001 * ((7 * i + k) % 11) for i in range(6000)]
            put(f"own/p{k}.csv", "t_s,acc_x_g,acc_y_g,acc_z_g\n" + "".join(f"{i / 20},0.01,0.02,{v:.3f}\n" for i, v in enumerate(z)))
            put(f"own/p{k}.ann.csv", "t_start_s,t_end_s,track,label\n0,300,worn,\n0,150,activity,rest\n150,300,activity,walk\n" +
                "".join(f"{t},,falls,forward\n" for t in FALLS))
        put("own/dataset.csv", "recording,file,subject\n" + "".join(f"p{k},p{k}.csv,p{k}\n" for k in range(8)))
        assert vagus("data", "add", "own")[0] == 0

    def gate(self, name, folder, code, verdict):
        done, out, err = vagus("release", "check", name, "--events", folder, "--no-cost", "-o", f"gate-{folder}")
        self.assertEqual((done, err), (code, ""))
        self.assertEqual(out.splitlines()[-1].split("\t")[0], verdict, out)
        return json.loads(read(f"gate-{folder}/check.json")), read(f"gate-{folder}/report.html").decode()

    def freeze(self, name, protocol, more):
        put(f"{name}.toml", STORED.format(name=name, protocol=protocol, more=more))
        code, out, err = vagus("release", "freeze", name, f"{name}.toml", "--no-cost")
        self.assertEqual((code, err), (0, ""))
        return out

    def test_windows_are_kept_and_a_worse_candidate_is_refused(self):
        tell_windows("steps-a", 0)
        out = self.freeze("steps", "windows", """reference = "activity"
window_s = 10
[[requirement]]
name = "answered rightly"
statistic = "windows.accuracy"
direction = "at_least"
bound = 0.8
margin = 0.05
[[requirement]]
name = "every class"
statistic = "windows.macro_f1"
direction = "at_least"
bound = 0.8
margin = 0.05
""")
        self.assertIn("240 windows of 8 recordings", out)
        found, page = self.gate("steps", "steps-a", 0, "release")
        self.assertTrue(found["identical"])
        tell_windows("steps-b", 4)
        found, page = self.gate("steps", "steps-b", 1, "do not release")
        self.assertEqual([test["outcome"] for test in found["tests"]], ["refused", "refused"])
        self.assertEqual((found["events"]["lost"], found["events"]["gained"], found["events"]["frozen"]), (45, 0, 240))
        self.assertEqual([found["changes"][0][key] for key in ("recording", "t_s", "t_end_s", "truth", "frozen_answer", "candidate_answer")],
                         ["own:p0", 0, 10, "rest", "rest", "walk"])
        self.assertIn("right answer lost, it is &quot;rest&quot;", page)
        self.assertIn("<figure><svg", page)
        code, _, err = vagus("release", "check", "steps", "--set", "threshold=0.5")
        self.assertEqual(code, 2)
        self.assertIn("no rule to set", err)

    def test_falls_lost_are_drawn_on_the_accelerometer_unless_told_not_to(self):
        tell_falls("falls-a")
        self.freeze("falls", "events", """[[requirement]]
name = "found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.5
margin = 0.02
""")
        tell_falls("falls-b", [(k, 150) for k in range(8)])
        found, page = self.gate("falls", "falls-b", 1, "not shown")
        self.assertEqual((found["events"]["lost"], found["events"]["same"]), (8, 16))
        self.assertEqual(page.count("<figure><svg"), 8)
        self.assertIn("Drawn: magnitude of the acceleration, and its axes below.", page)
        self.assertIn("one of an event lost", page)
        code, _, err = vagus("release", "check", "falls", "--events", "falls-b", "--no-cost", "--no-waveforms", "-o", "blind")
        self.assertEqual((code, err), (1, ""))
        self.assertNotIn("<figure>", read("blind/report.html").decode())

    def test_without_signals_the_page_says_so(self):
        put("people.toml", """
name = "people"
[data]
simulate = {kind = "events", subjects = 8, set = {days = 2}}
[detector]
name = "simulated.events"
config = {threshold = 0.8}
[score]
protocol = "events"
[[requirement]]
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.2
""")
        self.assertEqual(vagus("release", "freeze", "people", "people.toml", "--no-cost")[0], 0)
        code, out, err = vagus("release", "check", "people", "--set", "threshold=0.95", "--no-cost", "-o", "people")
        self.assertEqual((code, err), (1, ""), out)
        page = read("people/report.html").decode()
        self.assertIn("No waveform is drawn", page)
        self.assertIn("simulated events have no signals", page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
