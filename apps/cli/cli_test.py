"""The program from outside: what OUTPUTS promises of `vagus run` and its neighbours, on signals the project simulates.

Usage: cli_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def vagus(*arguments, stdin=None, env=None, cwd=None):
    environment = dict(os.environ, VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"))
    environment.update(env or {})
    done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, env=environment, cwd=cwd or SCRATCH, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)
        code, _, err = vagus("simulate", "ecg", "--seed", "1", "--duration-s", "60", "-o", "ecg")
        assert code == 0, err
        code, _, err = vagus("convert", "ecg.hea", "ecg.csv")
        assert code == 0, err

    def refused(self, code, *arguments, **keywords):
        """One clear error: the exit code, at most three lines, nothing on standard output, nothing new in the folder."""
        before = sorted(os.listdir(SCRATCH))
        got, out, err = vagus(*arguments, **keywords)
        self.assertEqual(got, code, err)
        self.assertEqual(out, "")
        self.assertTrue(1 <= len(err.splitlines()) <= 3, err)
        self.assertEqual(sorted(os.listdir(SCRATCH)), before)
        return err

    def test_results_that_cannot_be_written_are_an_error(self):
        for arguments in (("run", "health.beats", "ecg.hea", "--json"), ("run", "health.beats", "ecg.hea"), ("info", "ecg.hea"),
                          ("detectors",), ("--version",)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, cwd=SCRATCH, timeout=60)
            self.assertEqual(done.returncode, 3, arguments)
            self.assertEqual(len(done.stderr.splitlines()), 1, arguments)

    def test_a_limit_on_file_sizes_is_told_and_leaves_nothing(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        before = sorted(os.listdir(SCRATCH))
        for arguments in (("run", "health.beats", "ecg.hea", "--json", "-o", "big.json"), ("convert", "ecg.hea", "big.csv")):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, cwd=SCRATCH, timeout=60, preexec_fn=limited)
            self.assertEqual(done.returncode, 3, arguments)
            self.assertEqual(sorted(os.listdir(SCRATCH)), before)

    def test_annotation_files_do_not_replace_signals_or_reference_labels(self):
        for extension in ("hea", "dat", "a/b", "../x", "atr"):
            self.refused(2, "run", "health.beats", "ecg.hea", "--wfdb", extension)

    def test_standard_input_is_one_recording_and_needs_no_file_for_its_answer(self):
        self.refused(2, "run", "health.beats", "-", "--wfdb", "vgs", stdin=b"")
        self.refused(2, "run", "health.beats", "-", "--report", "page.html", stdin=b"")
        self.refused(2, "run", "health.beats", "-", "ecg.hea", stdin=b"")

    def test_evidence_is_locked_verified_explained_and_compared(self):
        text = ('name = "q"\nseed = 3\n[data]\nsimulate = {kind = "ecg", subjects = 3, duration_s = 60}\n[detector]\nname = "health.beats"\n'
                '[score]\nstart_s = 5\n[[requirement]]\nname = "found"\nstatistic = "ec57.sensitivity_gross"\ndirection = "at_least"\nbound = 0.5\n')
        folder = os.path.join(SCRATCH, "evidence")
        os.makedirs(folder)
        spec = os.path.join(folder, "q.toml")

        def write(path, content):
            with open(path, "w") as file:
                file.write(content)
            return path

        write(spec, text)
        self.assertIn("locked", vagus("study", "lock", spec)[1])
        code, out, err = vagus("study", "run", spec, "-o", os.path.join(folder, "a"))
        self.assertIn(code, (0, 1), err)
        with open(os.path.join(folder, "a", "results.json")) as file:
            whole = file.read()
        result = json.loads(whole)
        self.assertEqual((result["looks"], result["exploratory"]), (1, []))
        self.assertEqual(vagus("study", "verify", os.path.join(folder, "a"))[0], 0)
        for before, after in (('"estimate": 0.9', '"estimate": 0.8'), ('"looks": 1', '"looks": 2'), ('"seed": 3', '"seed": 4'),
                              (result["scoring_code"], "0" * 64), (result["environment"]["boost"], "none")):
            self.assertIn(before, whole)
            changed = write(os.path.join(folder, "changed.json"), whole.replace(before, after, 1))
            self.assertEqual(vagus("study", "verify", changed)[0], 1, before)
        self.refused(3, "study", "verify", spec)
        self.refused(3, "study", "verify", os.path.join(folder, "nothing"))
        code, out, _ = vagus("study", "explain", os.path.join(folder, "a"), "found", "--json")
        self.assertEqual((code, len(json.loads(out))), (0, 1))
        self.refused(2, "study", "explain", os.path.join(folder, "a"), "fond")
        vagus("study", "run", spec, "-o", os.path.join(folder, "again"))
        code, out, _ = vagus("study", "compare", os.path.join(folder, "a"), os.path.join(folder, "again"), "--json")
        self.assertEqual((code, json.loads(out)["change"]), (0, "equal"))
        write(spec, text.replace("start_s = 5", "start_s = 6"))
        out = vagus("study", "run", spec, "-o", os.path.join(folder, "b"))[1]
        self.assertIn("changed: score.start_s from 5 to 6", out)
        ledger = os.path.join(SCRATCH, "store", "ledger.jsonl")
        with open(ledger) as file:
            kept = file.read()
        write(ledger, kept.replace('"lock"', '"look"', 1))
        self.assertIn("ledger.jsonl line 2", self.refused(3, "study", "run", spec, "-o", os.path.join(folder, "c")))
        write(ledger, kept)

    def test_json_is_events_then_exactly_one_summary(self):
        code, out, err = vagus("run", "health.beats", "ecg.hea", "--json")
        self.assertEqual(code, 0, err)
        said = lines(out)
        self.assertEqual([line.get("summary") for line in said].count(True), 1)
        self.assertTrue(said[-1]["summary"])
        for key in ("detector", "version", "config", "duration_s", "start", "rate_hz", "jitter_ms", "unreadable_s", "gaps", "repairs",
                    "beats", "mean_hr_bpm"):
            self.assertIn(key, said[-1])
        beats = [line for line in said[:-1] if "kind" not in line]
        self.assertEqual(len(beats), said[-1]["beats"])
        self.assertGreater(len(beats), 30)
        rate = said[-1]["rate_hz"]
        for beat in beats:
            self.assertTrue(0 <= beat["quality"] <= 1)
            self.assertAlmostEqual(beat["t_s"], beat["sample"] / rate, places=9)
            self.assertGreaterEqual(beat["t_known_s"] + 1e-9, beat["t_s"])
        known = [line["t_known_s"] for line in said[:-1]]
        self.assertEqual(known, sorted(known))
        self.assertTrue(all("kind" not in line or line["kind"] == "unreadable" for line in said[:-1]))

    def test_the_simulated_truth_is_found(self):
        code, out, err = vagus("run", "health.beats", "ecg.hea", "--wfdb", "vgs", "-o", "marks")
        self.assertEqual((code, out), (0, ""), err)
        self.assertEqual(os.listdir(os.path.join(SCRATCH, "marks")), ["ecg.vgs"])
        shutil.copy(os.path.join(SCRATCH, "ecg.hea"), os.path.join(SCRATCH, "marks", "ecg.hea"))
        code, out, err = vagus("score", "ec57", "ecg.atr", "marks/ecg.vgs", "--from-s", "0", "--json")
        self.assertEqual(code, 0, err)
        score = json.loads(out)
        self.assertGreater(score["se"], 0.98)
        self.assertGreater(score["ppv"], 0.98)
        for key in ("tp", "fn", "fp", "shutdown_s", "matrix", "rr_rms_ms"):
            self.assertIn(key, score)

    def test_events_and_windows_are_scored_from_tables(self):
        def write(name, *rows):
            with open(os.path.join(SCRATCH, name), "w") as file:
                file.write("\n".join(rows) + "\n")
        write("falls.csv", "t_start_s,t_impact_s,t_end_s,kind,label", "100,,86500,worn,", "5000,5001,5003,,trip",
              "9000,9001,9002,,slip", "0,,20,fall_trial,F01", "20,,40,activity_trial,D01")
        write("found.csv", "t_s,t_impact_s,score,kind", "5004,5001.2,0.9,", "60000,,0.8,", "70000,,0.1,candidate", "25,,0.7,", "3,,0.9,")
        code, out, err = vagus("score", "events", "falls.csv", "found.csv", "--json")
        self.assertEqual(code, 0, err)
        score = json.loads(out)
        self.assertEqual((score["detected"], score["missed"], score["false_alarms"]), (2, 1, 2))
        self.assertEqual(score["alarms_per_day"], 1)
        self.assertEqual(score["specificity"], 0)
        self.assertEqual((score["latency_median_s"], score["latency_p90_s"]), (3, None))  # one of two is never found
        self.assertEqual(json.loads(vagus("score", "events", "falls.csv", "found.csv", "--from-s", "8000", "--json")[1])["detected"], 0)
        self.assertEqual(vagus("score", "events", "ecg.atr", "found.csv")[0], 3)
        self.assertEqual(vagus("score", "events", "falls.csv", "found.csv", "--rule", "bump")[0], 2)
        write("truth.csv", "t_start_s,t_end_s,label", "0,10,walk", "10,20,sit")
        write("said.csv", "t_s,label", "2,walk", "4,sit", "6,unknown", "12,sit", "14,sit")
        code, out, err = vagus("score", "windows", "truth.csv", "said.csv", "--window-s", "2", "--json")
        self.assertEqual(code, 0, err)
        score = json.loads(out)
        self.assertEqual((score["windows"], score["unreadable"], score["uncovered_s"]), (5, 1, 10))
        self.assertEqual(score["all"]["accuracy"], 0.6)
        self.assertEqual(score["all_readable"]["accuracy"], 0.75)

    def test_simulated_events_are_found_by_their_own_scores(self):
        code, out, err = vagus("simulate", "events", "--subjects", "2", "--set", "days=2", "--set", "events_per_day=8",
                               "--set", "separation=9", "--set", "gate_missed=0", "-o", "falls")
        self.assertEqual(code, 0, err)
        code, out, err = vagus("score", "events", "falls/s0001-d02.ref.csv", "falls/s0001-d02.test.csv", "--json")
        self.assertEqual(code, 0, err)
        score = json.loads(out)
        self.assertEqual((score["missed"], score["worn_s"]), (0, 72000))
        self.assertEqual(vagus("simulate", "events", "--set", "evnts_per_day=8", "-o", "falls")[0], 2)

    def test_csv_and_wfdb_of_the_same_signal_give_the_same_beats(self):
        of_wfdb = [l["sample"] for l in lines(vagus("run", "health.beats", "ecg.hea", "--json")[1]) if "sample" in l and "kind" not in l]
        of_csv = [l["sample"] for l in lines(vagus("run", "health.beats", "ecg.csv", "--json")[1]) if "sample" in l and "kind" not in l]
        self.assertEqual(of_wfdb, of_csv)

    def test_standard_input_answers_like_the_file(self):
        with open(os.path.join(SCRATCH, "ecg.csv"), "rb") as file:
            content = file.read()
        code, out, err = vagus("run", "health.beats", "-", "--json", stdin=content)
        self.assertEqual(code, 0, err)
        of_file = [(l["sample"], l["quality"]) for l in lines(vagus("run", "health.beats", "ecg.csv", "--json")[1]) if "quality" in l]
        self.assertEqual([(l["sample"], l["quality"]) for l in lines(out) if "quality" in l], of_file)

    def test_a_sample_is_the_row_of_the_input_where_rows_were_dropped(self):
        clean = lines(vagus("run", "health.beats", "ecg.csv", "--json")[1])
        with open(os.path.join(SCRATCH, "ecg.csv")) as file:
            header, *rows = file.read().splitlines()
        extra = 0
        given, row_in_input = [], []
        for i, row in enumerate(rows):
            row_in_input.append(i + extra)
            given.append(row)
            if i % 500 == 250 or i == len(rows) // 2:  # said twice, before and after the rate is known
                given.append(row)
                extra += 1
            if i % 1000 == 900:  # a stamp far in the past
                given.append("-100," + row.split(",", 1)[1])
                extra += 1
        with open(os.path.join(SCRATCH, "repeated.csv"), "w") as file:
            file.write("\n".join([header, *given]) + "\n")
        expected = [(row_in_input[l["sample"]], l["t_s"]) for l in clean if "sample" in l and "kind" not in l]
        with open(os.path.join(SCRATCH, "repeated.csv"), "rb") as file:
            content = file.read()
        for arguments, stdin in ((["repeated.csv"], None), (["-"], content)):
            with self.subTest(arguments):
                code, out, err = vagus("run", "health.beats", *arguments, "--json", stdin=stdin)
                self.assertEqual(code, 0, err)
                said = lines(out)
                self.assertEqual(sum(said[-1]["repairs"].values()), extra)
                self.assertEqual([(l["sample"], l["t_s"]) for l in said if "sample" in l and "kind" not in l], expected)

    def test_csv_output_has_the_event_fields_as_header(self):
        code, out, err = vagus("run", "health.beats", "ecg.hea", "--csv")
        self.assertEqual(code, 0, err)
        self.assertEqual(out.splitlines()[0].split(",")[:3], ["t_s", "sample", "quality"])

    def test_scores_and_probes_come_only_when_asked_for(self):
        probes = json.loads(vagus("detectors", "health.beats", "--json")[1])["probes"]
        code, out, err = vagus("run", "health.beats", "ecg.hea", "--json", "--scores", "--probes", probes[0]["name"])
        self.assertEqual(code, 0, err)
        kinds = {line.get("kind") for line in lines(out)}
        self.assertIn("probe", kinds)
        self.assertTrue(kinds <= {None, "probe", "candidate", "score", "unreadable"})

    def test_each_tells_the_recording_on_every_line(self):
        code, out, err = vagus("run", "health.beats", "ecg.hea", "ecg.csv", "--each", "--json")
        self.assertEqual(code, 0, err)
        said = lines(out)
        self.assertEqual({line["recording"] for line in said}, {"ecg.hea", "ecg.csv"})
        self.assertEqual(sum(1 for line in said if line.get("summary")), 2)

    def test_output_file_is_what_standard_output_would_be(self):
        _, out, _ = vagus("run", "health.beats", "ecg.hea", "--json")
        code, printed, err = vagus("run", "health.beats", "ecg.hea", "--json", "-o", "said.jsonl")
        self.assertEqual((code, printed), (0, ""), err)
        with open(os.path.join(SCRATCH, "said.jsonl")) as file:
            self.assertEqual(file.read(), out)
        os.remove(os.path.join(SCRATCH, "said.jsonl"))

    def test_quality_says_a_reason_for_every_second(self):
        code, out, err = vagus("run", "health.quality", "ecg.hea", "--json")
        self.assertEqual(code, 0, err)
        seconds = [line for line in lines(out) if "reason" in line and "quality" in line]
        self.assertTrue(58 <= len(seconds) <= 61, len(seconds))

    def test_usage_errors_end_in_2_with_the_nearest_right_name(self):
        self.assertIn("health.beats", self.refused(2, "run", "health.beat", "ecg.hea"))
        self.assertIn("did you mean", self.refused(2, "runn"))
        self.refused(2, "run", "health.beats", "ecg.hea", "--no-such-option")
        key = json.loads(vagus("detectors", "health.beats", "--json")[1])["config"][-1]["key"]
        self.assertIn(key, self.refused(2, "run", "health.beats", "ecg.hea", "--set", key + "x=1"))

    def test_bad_input_ends_in_3_and_names_the_file(self):
        def file(name, content):
            with open(os.path.join(SCRATCH, name), "wb") as f:
                f.write(content)
            return name
        self.assertIn("none.hea", self.refused(3, "run", "health.beats", "none.hea"))
        self.refused(3, "run", "health.beats", SCRATCH)
        cases = {
            "empty.csv": b"", "empty.hea": b"", "rubbish.bin": os.urandom(4096), "header-only.csv": b"t_s,ecg_mv\n",
            "unknown-column.csv": b"t_s,ecq_mv\n0,1\n0.004,1\n", "unknown-unit.csv": b"t_s,ecg_furlong\n0,1\n0.004,1\n",
            "no-time.csv": b"ecg_mv\n1\n2\n", "text.csv": b"t_s,ecg_mv\n0,one\n0.004,two\n",
            "acc.csv": b"t_s,acc_x_g\n" + b"".join(b"%g,1\n" % (i / 100) for i in range(500)),
            "lying.hea": b"lying 1 360 99999999999999\nlying.dat 212 200 11 1024 0 0 0 MLII\n",
            "loop.hea": b"loop/2 1 360 100\nloop 50\nloop 50\n", "traversal.hea": b"t 1 360 100\n../../../etc/passwd 16 200 16 0 0 0 0 I\n",
        }
        for name, content in cases.items():
            with self.subTest(name):
                file(name, content)
                self.assertIn(name.split(".")[0], self.refused(3, "run", "health.beats", name, "--json"))

    def test_a_specification_that_is_no_toml_ends_in_3(self):
        for i, content in enumerate((b"[,", b"", b"name = ", os.urandom(200), b"[" * 5000, b"a = " + b"[" * 5000)):
            with open(os.path.join(SCRATCH, "spec.toml"), "wb") as f:
                f.write(content)
            with self.subTest(i):
                self.assertIn("spec.toml", self.refused(3, "study", "run", "spec.toml"))

    def test_a_missing_channel_is_named(self):
        with open(os.path.join(SCRATCH, "motion.csv"), "w") as f:
            f.write("t_s,acc_x_g\n" + "".join(f"{i / 100},1\n" for i in range(500)))
        self.assertIn("ecg", self.refused(3, "run", "health.beats", "motion.csv"))

    def test_a_signal_file_cut_short_is_read_as_far_as_it_goes_and_said(self):
        os.makedirs(os.path.join(SCRATCH, "cut"), exist_ok=True)
        for ending in ("hea", "dat"):
            shutil.copy(os.path.join(SCRATCH, "ecg." + ending), os.path.join(SCRATCH, "cut", "ecg." + ending))
        path = os.path.join(SCRATCH, "cut", "ecg.dat")
        os.truncate(path, os.path.getsize(path) // 2)
        code, out, err = vagus("run", "health.beats", "cut/ecg.hea", "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(len(err.splitlines()), 1)
        self.assertTrue(lines(out)[-1]["repairs"])

    def test_info_reads_what_simulate_wrote(self):
        code, out, err = vagus("info", "ecg.hea", "--json")
        self.assertEqual(code, 0, err)
        self.assertIn("channels", json.loads(out))

    def test_help_has_examples_and_ends_in_0(self):
        for command in ("run", "detectors", "info", "convert", "data", "score", "study", "simulate", "completion"):
            code, out, _ = vagus(command, "--help")
            self.assertEqual(code, 0)
            self.assertIn("vagus " + command, out)

    def test_completion_knows_the_commands(self):
        for shell in ("bash", "zsh", "fish"):
            code, out, _ = vagus("completion", shell)
            self.assertEqual(code, 0)
            self.assertIn("health.beats", out)

    def test_the_program_runs_from_anywhere_with_an_empty_home(self):
        empty = os.path.join(SCRATCH, "empty-home")
        os.makedirs(empty, exist_ok=True)
        code, out, err = vagus("run", "health.beats", os.path.join(SCRATCH, "ecg.hea"), "--json", cwd=empty,
                               env={"HOME": empty, "VAGUS_STORE": os.path.join(empty, "s"), "XDG_CACHE_HOME": os.path.join(empty, "c")})
        self.assertEqual(code, 0, err)
        self.assertEqual(os.listdir(empty), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
