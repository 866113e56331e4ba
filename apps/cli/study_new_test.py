"""`vagus study new` from outside: what it writes runs as it is, and says what data and detector allow.

Usage: study_new_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def vagus(*arguments):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120, text=True)
    return done.returncode, done.stdout, done.stderr


def text_of(path):
    with open(os.path.join(SCRATCH, path)) as file:
        return file.read()


class New(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(os.path.join(SCRATCH, "pilot"))
        table = "recording,file,subject,side,age\n"
        for person in range(1, 5):
            code, _, err = vagus("simulate", "ecg", "--seed", str(person), "--duration-s", f"{60 + person / 7}", "--set", "leads=1", "-o", f"pilot/p{person}")
            assert code == 0, err
            table += f"p{person},p{person}.hea,s{person},{'left' if person % 2 else 'right'},{40 + person}\n"
        with open(os.path.join(SCRATCH, "pilot/dataset.csv"), "w") as out:
            out.write(table)
        code, _, err = vagus("data", "add", "pilot")
        assert code == 0, err
        code, cls.said, err = vagus("study", "new", "my.toml", "--detector", "health.beats", "--data", "pilot")
        assert code == 0, err

    def test_it_runs_as_it_is_written(self):
        code, out, err = vagus("study", "run", "my.toml")
        self.assertIn(code, (0, 1), err)
        with open(os.path.join(SCRATCH, "results/my/results.json")) as file:
            self.assertEqual(len(json.load(file)["requirements"]), 2)
        self.assertEqual(vagus("study", "lock", "my.toml")[0], 0)

    def test_every_choice_made_runs_too(self):
        text = text_of("my.toml")
        for line in ("# where = ", "# group = ", "# [[group]]", "# name = ", "# resample_hz = "):
            self.assertIn(line, text)
            text = text.replace(line, line[2:])
        group = text.index("[[group]]")
        text = text[:group] + text[group:].replace("# where", "where")
        config = [line[2:].split("  #")[0] for line in text.splitlines() if line.startswith("# ") and "threshold = " in line]
        self.assertTrue(config, text)
        text = text.replace("[detector.config]", "[detector.config]\n" + "\n".join(config) + "\n#")
        with open(os.path.join(SCRATCH, "chosen.toml"), "w") as out:
            out.write(text)
        code, _, err = vagus("study", "run", "chosen.toml", "-o", "chosen")
        self.assertIn(code, (0, 1), err + text)

    def test_it_says_what_data_and_detector_allow(self):
        text = text_of("my.toml")
        for wanted in ("4 recordings of 4 subjects", "'left' 2, 'right' 2", "41 to 44", "ec57.sensitivity_average", "label tracks: atr (4)",
                       'where = "side == \'left\'"'):
            self.assertIn(wanted, text)

    def test_numbers_have_no_more_digits_than_tell_something(self):
        text = text_of("my.toml")
        self.assertRegex(text, r"duration_s +60\.\d+ to 60\.\d+, median 60\.\d+")
        self.assertNotRegex(text, r"\d\.\d{7}")

    def test_nothing_is_written_over_and_wrong_names_are_refused(self):
        before = text_of("my.toml")
        self.assertEqual(vagus("study", "new", "my.toml", "--detector", "health.beats", "--data", "pilot")[0], 2)
        self.assertEqual(text_of("my.toml"), before)
        for arguments in (("x.toml", "--detector", "health.beets", "--data", "pilot"), ("x.toml", "--detector", "health.quality", "--data", "pilot"),
                          ("x.txt", "--detector", "health.beats", "--data", "pilot")):
            self.assertEqual(vagus("study", "new", *arguments)[0], 2, arguments)
        self.assertEqual(vagus("study", "new", "x.toml", "--detector", "health.beats", "--data", "absent")[0], 3)
        self.assertFalse(os.path.exists(os.path.join(SCRATCH, "x.toml")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
