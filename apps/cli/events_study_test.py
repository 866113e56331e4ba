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

    def test_where_alarms_gather_is_found_told_and_undone(self):
        people = ('simulate = {kind = "events", subjects = 40, set = {days = 3, events_per_day = 0.6, candidates_per_day = 20, '
                  'candidate_shape = 20, watch_factor = 6, person_sd = 0.1}}')
        path = os.path.join(SCRATCH, "watches.toml")
        with open(path, "w") as out:
            out.write(f'name = "watches"\nseed = 3\n[data]\n{people}\n[detector]\nname = "simulated.events"\nconfig = {{threshold = 0.8}}\n[score]\nprotocol = "events"\n')
        self.assertIn(vagus("study", "run", path)[0], (0, 1))
        code, out, err = vagus("study", "failures", "results/watches", "--json")
        self.assertEqual(code, 0, err)
        found = json.loads(out)
        of_alarms = [s for s in found["slices"] if s["kind"] == "false"]
        self.assertTrue(of_alarms)
        self.assertTrue({"device", "placement"} & set(of_alarms[0]["conditions"]), of_alarms[0])
        self.assertIn("false alarms come from", of_alarms[0]["where"])
        counts = results("watches")["groups"][0]["counts"]
        self.assertTrue(counts)
        for one in found["exemplars"]:
            self.assertEqual(set(one), {"recording", "t_s", "kind", "slice", "score", "threshold", "margin", "correct_neighbours_s", "context"})
            if one["margin"] is not None:
                self.assertGreaterEqual(one["margin"], 0)
            self.assertIn("place", one["context"])
        self.assertIn("stretches of", found["notes"][0])
        code, out, err = vagus("study", "failures", "results/watches", "--set", "watch_factor=1", "--set", "candidates_per_day=5")
        self.assertEqual(code, 0, err)
        self.assertIn("worst subjects", out)
        self.assertIn("it makes fewer", out)
        with open(os.path.join(SCRATCH, "results", "watches", "report.html")) as file:
            self.assertIn(of_alarms[0]["where"], file.read())
        code, _, err = vagus("study", "failures", "results/watches", "--add", "muscle")
        self.assertEqual(code, 2)
        self.assertIn("beats alone", err)

    def test_a_release_of_events_is_held_to(self):
        group = '\n[[group]]\nname = "watches"\nwhere = "device == \'watch\'"\n'
        spec = specification("kept", 'name = "simulated.events"\nconfig = {threshold = 0.9}', REQUIREMENTS + group)
        code, out, err = vagus("release", "freeze", "one", spec)
        self.assertEqual(code, 0, err)
        self.assertIn("frozen", out)
        self.assertIn("was frozen already", vagus("release", "freeze", "one", spec)[1])
        code, out, err = vagus("release", "check", "one", "-o", "same")
        self.assertEqual(code, 0, out + err)
        self.assertTrue(out.strip().splitlines()[-1].startswith("release\t"))
        code, out, err = vagus("release", "check", "one", "--set", "threshold=0.999", "--json", "-o", "deaf")
        self.assertEqual(code, 1, err)
        gate = json.loads(out)
        self.assertEqual(gate["verdict"], "do not release")
        self.assertGreater(gate["events"]["lost"], 0)
        self.assertEqual(gate["events"]["gained"], 0)
        parts = {(t["requirement"], t["part"]): t["outcome"] for t in gate["tests"]}
        self.assertEqual(parts[("found", "what is judged")], "refused")
        self.assertEqual(parts[("quiet", "watches")], "passed")
        with open(os.path.join(SCRATCH, "deaf", "report.html")) as file:
            page = file.read()
        self.assertIn("do not release", page)
        self.assertIn("lost, it had been reported", page)
        self.assertEqual(vagus("release", "check", "one", "--set", "treshold=0.5")[0], 2)

    def test_a_release_of_stored_events_is_held_against_another_folder_and_a_budget(self):
        for folder, threshold in (("said-then", "0.9"), ("said-now", "0.9"), ("said-deaf", "0.999")):
            code, _, err = vagus("simulate", "events", "--seed", "3", "--subjects", "20", "--set", "days=4", "--set", "events_per_day=0.6",
                                 "--set", "separation=5", "--set", f"threshold={threshold}", "-o", folder)
            self.assertEqual(code, 0, err)
        spec = specification("kept-stored", 'name = "elsewhere"\nevents = "said-then"')
        self.assertEqual(vagus("release", "freeze", "stored", spec)[0], 0)
        code, out, err = vagus("release", "check", "stored", "--events", "said-now", "-o", "gate-now")
        self.assertEqual(code, 0, out + err)
        self.assertIn("says the same", out)
        code, out, err = vagus("release", "check", "stored", "--events", "said-deaf", "-o", "gate-deaf")
        self.assertEqual(code, 1, out + err)
        self.assertIn("do not release", out)
        with_budget = specification("kept-budget", 'name = "elsewhere"\nevents = "said-then"', REQUIREMENTS + "[budget]\nram_bytes = 4096\n")
        self.assertEqual(vagus("release", "freeze", "with-budget", with_budget)[0], 0)
        code, out, err = vagus("release", "check", "with-budget", "-o", "gate-budget")
        self.assertEqual(code, 1, out + err)
        self.assertIn("ram_bytes is not known", out)
        self.assertEqual(vagus("release", "check", "with-budget", "--no-cost", "-o", "gate-budget")[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
