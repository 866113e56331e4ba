"""Studies of events from outside: simulated people, detections stored in files, hypotheses, a sweep, a locked split.

Usage: events_study_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PEOPLE = 'simulate = {kind = "events", subjects = 20, set = {days = 4, events_per_day = 0.6, separation = 5}}'
REQUIREMENTS = """
[[requirement]]
name = "found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.5
[[requirement]]
name = "quiet"
statistic = "events.alarms_per_day"
direction = "at_most"
bound = 8
"""


def vagus(*arguments):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def specification(name, detector, more=REQUIREMENTS, split=""):
    path = os.path.join(SCRATCH, name + ".toml")
    with open(path, "w") as out:
        out.write(f'name = "{name}"\nseed = 3\n[data]\n{PEOPLE}\n{split}[detector]\n{detector}\n[score]\nprotocol = "events"\n{more}')
    return path


def results(name):
    with open(os.path.join(SCRATCH, "results", name, "results.json")) as file:
        return json.load(file)


class EventStudies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)

    def test_stored_files_give_what_the_simulation_gives_and_verify_again(self):
        code, _, err = vagus("simulate", "events", "--seed", "3", "--subjects", "20", "--set", "days=4", "--set", "events_per_day=0.6",
                             "--set", "separation=5", "-o", "folder")
        self.assertEqual(code, 0, err)
        code, out, err = vagus("study", "run", specification("simulated", 'name = "simulated.events"'))
        self.assertEqual(code, 0, out + err)
        code, out, err = vagus("study", "run", specification("stored", 'name = "elsewhere"\nevents = "folder"'))
        self.assertEqual(code, 0, out + err)
        simulated, stored = results("simulated"), results("stored")
        self.assertEqual([r["counts"] for r in simulated["records"]], [r["counts"] for r in stored["records"]])
        self.assertIsNone(stored["detector"]["causal"])
        for name in ("simulated", "stored"):
            code, out, err = vagus("study", "verify", f"results/{name}")
            self.assertEqual(code, 0, out + err)
        code, out, err = vagus("study", "compare", "results/simulated", "results/stored")
        self.assertEqual(code, 0, out + err)
        code, out, _ = vagus("study", "explain", "results/stored", "found")
        self.assertEqual(code, 0)
        self.assertIn("elsewhere", out)
        # One detection more in a file: the result is no longer derived from what is there.
        with open(os.path.join(SCRATCH, "folder", "s0001-d01.test.csv"), "a") as file:
            file.write("80000,80000,0.99,\n")
        self.assertEqual(vagus("study", "verify", "results/stored")[0], 1)
        os.rename(os.path.join(SCRATCH, "folder"), os.path.join(SCRATCH, "gone"))
        self.assertEqual(vagus("study", "verify", "results/stored")[0], 3)

    def test_the_page_holds_figures_claims_and_budget(self):
        more = REQUIREMENTS + """
[[hypothesis]]
name = "quieter than at 0.5"
kind = "superiority"
statistic = "events.alarms_per_day"
against = {config = {threshold = 0.5}}
[budget]
ram_bytes = 4096
"""
        code, out, err = vagus("study", "run", specification("claims", 'name = "simulated.events"', more))
        self.assertEqual(code, 1, out + err)  # the cost of a simulated detector is not known
        result = results("claims")
        self.assertEqual(result["verdict"], "not shown")
        self.assertEqual(result["hypotheses"][0]["verdict"], "met")
        self.assertEqual(result["budget"][0]["verdict"], "not shown")
        code, out, err = vagus("study", "explain", "results/claims", "quieter than at 0.5")
        self.assertEqual(code, 0, err)
        self.assertIn("threshold = 0.5", out)
        self.assertEqual(vagus("study", "verify", "results/claims")[0], 0)
        with open(os.path.join(SCRATCH, "results", "claims", "report.html")) as file:
            page = file.read()
        for text in ("Verdict: not shown", "events.alarms_per_day", "quieter than at 0.5", "ram_bytes", "SIMULATED"):
            self.assertIn(text, page)
        self.assertLess(len(page), 5_000_000)

    def test_a_sweep_is_judged_on_people_who_did_not_choose(self):
        spec = specification("swept", 'name = "simulated.events"', "[sweep]\nthresholds = 100\n" + REQUIREMENTS,
                             '[split]\nkind = "kfold"\nfolds = 4\n')
        code, out, err = vagus("study", "sweep", spec, "--json")
        self.assertIn(code, (0, 1), err)
        sweep = json.loads(out)
        self.assertEqual([c["fold"] for c in sweep["choices"]], ["1", "2", "3", "4"])
        self.assertEqual(sweep["judged_subjects"], 20)
        self.assertTrue(all(c["subjects"] == 15 for c in sweep["choices"]))
        self.assertGreaterEqual(sweep["looks"], 1)
        self.assertEqual(vagus("study", "sweep", spec)[0], code)

    def test_a_locked_split_is_run_only_after_it_was_locked(self):
        spec = specification("locked", 'name = "simulated.events"', split='[split]\nkind = "loso"\nlocked = true\n')
        for command in ("run", "sweep"):
            swept = specification("locked-sweep", 'name = "simulated.events"', "[sweep]\nthresholds = 50\n" + REQUIREMENTS,
                                  '[split]\nkind = "loso"\nlocked = true\n')
            code, _, err = vagus("study", command, spec if command == "run" else swept)
            self.assertEqual(code, 3)
            self.assertIn("vagus study lock", err)
        code, _, err = vagus("study", "run", spec)
        self.assertEqual(code, 3)
        self.assertIn("vagus study lock", err)
        self.assertEqual(vagus("study", "lock", spec)[0], 0)
        code, out, err = vagus("study", "run", spec)
        self.assertEqual(code, 0, out + err)

    def test_failures_are_found_of_beats_alone(self):
        vagus("study", "run", specification("short", 'name = "simulated.events"'))
        code, _, err = vagus("study", "failures", "results/short")
        self.assertEqual(code, 3)
        self.assertIn("beats alone", err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
