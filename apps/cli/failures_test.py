"""`vagus study failures` from outside: noise that some simulated people have is found as where the errors gather.

Usage: failures_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NOISY = (2, 5, 7, 11)
SPEC = """
name = "planted"
seed = 1
[data]
sets = ["planted"]
[detector]
name = "health.beats"
[score]
start_s = 20
"""


def vagus(*arguments):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def put(path, text):
    with open(os.path.join(SCRATCH, path), "w") as out:
        out.write(text)


class Failures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Twelve people, four of whom have bouts of muscle noise; nothing else about them is special."""
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(os.path.join(SCRATCH, "planted"))
        table = "recording,file,subject,side\n"
        for person in range(1, 13):
            noise = ("muscle_mv=2.5", "artefact_share=0.15") if person in NOISY else ("muscle_mv=0.02",)
            settings = ("leads=1", "rate_hz=250", "pvc_share=0.05", f"amplitude_mv={0.6 + 0.05 * person}", *noise)
            options = [part for setting in settings for part in ("--set", setting)]
            code, _, err = vagus("simulate", "ecg", "--seed", str(person), "--duration-s", "480", *options, "-o", f"planted/p{person}")
            assert code == 0, err
            table += f"p{person},p{person}.hea,p{person},{'left' if person % 2 else 'right'}\n"
        put("planted/dataset.csv", table)
        put("planted.toml", SPEC)
        code, _, err = vagus("data", "add", "planted")
        assert code == 0, err
        code, _, err = vagus("study", "run", "planted.toml", "-o", "result")
        assert code in (0, 1), err
        code, out, err = vagus("study", "failures", "result", "--json")
        assert code == 0, err
        cls.found = json.loads(out)
        cls.text = out

    def test_the_planted_noise_is_the_first_slice(self):
        first = self.found["slices"][0]
        self.assertTrue(set(first["conditions"]) & {"muscle_noise_mv", "muscle_noise_over_qrs"}, first)
        self.assertIn("muscle noise", first["where"])
        self.assertGreater(first["ratio"], 4)
        self.assertGreater(first["share_of_errors"], 3 * first["share_of_signal"])
        self.assertLessEqual(first["p_corrected"], 0.02)
        self.assertIn(first["confirmed"], ("yes", "too few"))

    def test_what_has_nothing_to_do_with_it_is_not_reported(self):
        for one in self.found["slices"]:
            self.assertNotIn("side", one["conditions"], one)
            self.assertNotIn("position", one["conditions"], one)

    def test_exemplars_tell_where_to_look(self):
        self.assertTrue(self.found["exemplars"])
        noisy = {f"planted:p{person}" for person in NOISY}
        self.assertIn(self.found["exemplars"][0]["recording"], noisy)
        for one in self.found["exemplars"]:
            self.assertIn(one["kind"], ("missed", "false"))
            self.assertGreaterEqual(one["t_s"], 20)
            self.assertLessEqual(len(one["correct_neighbours_s"]), 2)
            if one["margin"] is not None:
                self.assertAlmostEqual(one["margin"], abs(one["score"] - one["threshold"]), places=6)

    def test_the_same_again_is_the_same_text(self):
        self.assertEqual(vagus("study", "failures", "result/results.json", "--json", "--threads", "1"), (0, self.text, ""))

    def test_noise_added_makes_errors(self):
        code, out, err = vagus("study", "failures", "result", "--add", "muscle", "--snr-db", "-6", "--json")
        self.assertEqual(code, 0, err)
        missed, false = json.loads(out)["interventions"][0]["changes"]
        self.assertGreater(missed["interval"][0], 0)
        self.assertGreater(false["after"], false["before"])

    def test_people_get_a_table(self):
        code, out, err = vagus("study", "failures", "result")
        self.assertEqual(code, 0, err)
        self.assertIn("confirmed", out)
        self.assertIn("muscle noise", out)
        self.assertIn("worst subjects", out)

    def test_what_is_no_result_is_refused(self):
        os.makedirs(os.path.join(SCRATCH, "empty"), exist_ok=True)
        put("old.json", '{"schema": "vagus.study.results/1"}')
        put("none.json", "[]")
        for path in ("absent", "empty", "old.json", "none.json", "planted.toml"):
            code, out, err = vagus("study", "failures", path)
            self.assertEqual((code, out, len(err.splitlines()) in (1, 2)), (3, "", True), path + ": " + err)
        self.assertIn("did not keep the specification", vagus("study", "failures", "old.json")[2])
        self.assertEqual(vagus("study", "failures", "result", "--add", "mussle")[0], 2)
        self.assertEqual(vagus("study", "failures", "result", "--set", "muscle_mv")[0], 2)
        self.assertEqual(vagus("study", "failures", "result", "--set", "muscle_mv=0")[0], 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
