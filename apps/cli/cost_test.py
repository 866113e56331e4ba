"""`vagus cost` from outside: the JSON that OUTPUTS promises, exit codes, comparison, budgets.

Usage: cost_test.py PROGRAM SCRATCH_FOLDER BUDGETS.toml contract|budgets|library
Prints SKIPPED where cross compiler or emulator are not installed.
"""
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

PROGRAM, SCRATCH, BUDGETS, PART = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]), sys.argv[4]
METRICS = ("instructions_per_sample", "instructions_per_sample_worst", "ram_bytes", "flash_bytes", "stack_bytes")


def vagus(*arguments, env=None):
    environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"), **(env or {}))
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment, cwd=SCRATCH, timeout=280)
    return done.returncode, done.stdout, done.stderr


def write(name, text):
    with open(os.path.join(SCRATCH, name), "w") as file:
        file.write(text)
    return name


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)
        code, out, err = vagus("cost", "health.beats", "--json")
        assert code == 0, err
        cls.text = out
        cls.beats = json.loads(out)
        write("now.json", out)

    def test_the_promised_keys_are_there(self):
        self.assertEqual(self.beats["detector"], "health.beats")
        self.assertEqual(self.beats["rate_hz"], 250)
        self.assertIn("version", self.beats)
        for core in ("m4f", "m55"):
            figures = self.beats["cores"][core]
            for key in (*METRICS, "instructions_per_second"):
                self.assertGreater(figures[key], 0, (core, key))
            self.assertAlmostEqual(figures["instructions_per_second"], 250 * figures["instructions_per_sample"], delta=1)
            self.assertGreaterEqual(figures["instructions_per_sample_worst"], figures["instructions_per_sample"])
        low, high = self.beats["cores"]["m4f"]["cycles_per_sample"]
        self.assertTrue(self.beats["cores"]["m4f"]["instructions_per_sample"] * 0.9 < low < high, (low, high))
        self.assertIsNone(self.beats["cores"]["m55"]["cycles_per_sample"])
        for core, metrics in self.beats["budget"].items():
            for metric, held in metrics.items():
                self.assertEqual(held["ok"], held["measured"] <= held["limit"], (core, metric))
                self.assertAlmostEqual(held["measured"], self.beats["cores"][core][metric], places=3)

    def test_energy_is_a_range_for_every_part(self):
        parts = self.beats["energy"]
        for name in ("STM32L476", "nRF52840", "Apollo4", "STM32U575", "nRF5340"):
            self.assertIn(name, parts)
        for name, part in parts.items():
            self.assertIn(part["core"], ("m4f", "m33", "m55"))
            self.assertIs(part["measured"], False)
            for key in ("sensor_mj_per_day", "compute_mj_per_day", "sleep_mj_per_day"):
                low, high = part[key]
                self.assertTrue(0 < low <= high, (name, key))

    def test_the_parts_of_the_functions_add_up(self):
        for core in self.beats["cores"].values():
            total = sum(f["instructions_per_sample"] for f in core["functions"].values())
            self.assertAlmostEqual(total, core["instructions_per_sample"], delta=0.05)
            self.assertLessEqual(sum(f["flash_bytes"] for f in core["functions"].values()), core["flash_bytes"])

    def test_the_state_is_what_the_detector_declares(self):
        declared = json.loads(vagus("detectors", "health.beats", "--json")[1])
        for core in self.beats["cores"].values():
            self.assertLessEqual(core["ram_bytes"], declared["ram_bytes_at_most"])
            if core["stack_bound_bytes"] is not None:
                # libgcc's frames are not in the bound, what is saved around the call is not in it either
                self.assertLessEqual(core["stack_run_bytes"], core["stack_bound_bytes"] + 128)

    def test_a_second_call_says_the_same_at_once(self):
        start = time.monotonic()
        self.assertEqual(vagus("cost", "health.beats", "--json")[1], self.text)
        self.assertLess(time.monotonic() - start, 5)

    def test_the_timer_agrees_with_the_plugin(self):
        timed = json.loads(vagus("cost", "health.beats", "--json", "--timer")[1])
        for core, figures in self.beats["cores"].items():
            other = timed["cores"][core]
            # Marks and their like: the same few instructions in every push.
            self.assertTrue(0 <= other["instructions_per_sample"] - figures["instructions_per_sample"] <= 6)
            for key in ("ram_bytes", "flash_bytes"):
                self.assertEqual(other[key], figures[key])
            self.assertIsNone(other["cycles_per_sample"])

    def test_the_configuration_counts(self):
        code, out, err = vagus("cost", "health.beats", "--set", "rate_hz=500", "--json")
        self.assertEqual(code, 0, err)
        at_500 = json.loads(out)
        self.assertEqual(at_500["rate_hz"], 500)
        self.assertNotEqual(at_500["cores"]["m4f"]["instructions_per_sample"], self.beats["cores"]["m4f"]["instructions_per_sample"])
        self.assertEqual(at_500["budget"], {})
        write("config.toml", "rate_hz = 500\n")
        self.assertEqual(json.loads(vagus("cost", "health.beats", "--config", "config.toml", "--json")[1]), at_500)

    def test_duty_and_bench_currents_change_the_energy(self):
        half = json.loads(vagus("cost", "health.beats", "--json", "--duty", "30/60")[1])
        for name, part in self.beats["energy"].items():
            for end in (0, 1):
                self.assertAlmostEqual(half["energy"][name]["compute_mj_per_day"][end] / part["compute_mj_per_day"][end], 0.5, places=2)
        write("bench.toml", "[part.nRF52840]\nrun_ua_per_mhz = 50\nsleep_ua = 2\n")
        bench = json.loads(vagus("cost", "health.beats", "--json", "--measured", "bench.toml")[1])["energy"]
        self.assertEqual({name for name, part in bench.items() if part["measured"]}, {"nRF52840"})
        low, high = self.beats["cores"]["m4f"]["cycles_per_sample"]
        for cycles, mj in zip((low, high), bench["nRF52840"]["compute_mj_per_day"]):
            self.assertAlmostEqual(mj / (cycles * 250 * 86400 * 50e-12 * 3 * 1e3), 1, places=3)

    def test_all_is_one_array(self):
        code, out, err = vagus("cost", "--all", "--json")
        self.assertEqual(code, 0, err)
        names = [d["name"] for d in json.loads(vagus("detectors", "--json")[1])]
        self.assertEqual([one["detector"] for one in json.loads(out)], names)

    def test_comparison_ends_in_1_where_something_grew_and_names_the_function(self):
        code, out, err = vagus("cost", "health.beats", "--compare", "now.json")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(vagus("cost", "--compare", "now.json")[:2], (code, out), "what was measured then is measured now")
        write("nothing.json", "[]")
        self.assertEqual(vagus("cost", "--compare", "nothing.json")[0], 3)
        old = json.loads(self.text)
        figures = old["cores"]["m4f"]
        name, function = max(figures["functions"].items(), key=lambda f: f[1]["instructions_per_sample"])
        figures["instructions_per_sample"] *= 0.98
        function["instructions_per_sample"] *= 0.5
        write("less.json", json.dumps([old]))
        code, out, err = vagus("cost", "health.beats", "--compare", "less.json")
        self.assertEqual(code, 1, out + err)
        self.assertIn("instructions_per_sample grew", out)
        self.assertIn(name, out)
        figures["instructions_per_sample"] /= 0.98 * 1.005
        write("hardly.json", json.dumps(old))
        self.assertEqual(vagus("cost", "health.beats", "--compare", "hardly.json")[0], 0)

    def test_a_budget_that_does_not_hold_ends_in_1_with_what_grew(self):
        with open(BUDGETS) as file:
            text = file.read()
        name, function = max(self.beats["cores"]["m4f"]["functions"].items(), key=lambda f: f[1]["instructions_per_sample"])
        budget = ('compiler = "{}"\n' + "".join(
            f'[[budget]]\ndetector = "health.beats"\ncore = "{core}"\ninstructions_per_sample = {{}}\n[budget.functions]\n"{name}" = [1, 1]\n'
            for core in ("m4f", "m55")))
        figures = self.beats["cores"]
        for factor, verdict in ((0.9, "over the limit"), (1.1, "tighten it"), (1.01, None)):
            write("limits.toml", budget.format(self.beats["compiler"], *(factor * figures[c]["instructions_per_sample"] for c in ("m4f", "m55"))))
            code, out, err = vagus("cost", "health.beats", "--check", "--budgets", "limits.toml")
            self.assertEqual(code, 0 if verdict is None else 1, err)
            if verdict:
                self.assertIn(verdict, err)
            if factor < 1:
                self.assertIn(name, err)
        self.assertIn("compiler", text)

    def test_errors_end_in_2_and_3(self):
        self.assertEqual(vagus("cost")[0], 2)
        self.assertEqual(vagus("cost", "health.beat")[0], 2)
        self.assertIn("health.beats", vagus("cost", "health.beat")[2])
        self.assertEqual(vagus("cost", "health.beats", "--set", "rate=1")[0], 2)
        self.assertEqual(vagus("cost", "health.beats", "--duty", "2")[0], 2)
        self.assertEqual(vagus("cost", "health.beats", "--sensor", "BMI270")[0], 2)
        self.assertEqual(vagus("cost", "health.beats", "--compare", "none.json")[0], 3)
        write("bad.json", '{"detector": "health.beats"}')
        self.assertEqual(vagus("cost", "health.beats", "--compare", "bad.json")[0], 3)
        write("bad.toml", 'compiler = "x"\n[[budget]]\ndetector = "a"\ncore = "m4f"\nflash = 1\n')
        code, _, err = vagus("cost", "health.beats", "--check", "--budgets", "bad.toml")
        self.assertEqual(code, 3)
        self.assertIn("bad.toml line 5", err)
        write("bench-bad.toml", "[part.nRF52480]\nsleep_ua = 1\n")
        code, _, err = vagus("cost", "health.beats", "--measured", "bench-bad.toml")
        self.assertEqual(code, 3)
        self.assertIn("bench-bad.toml line 1", err)

    def test_without_the_tools_it_names_their_packages(self):
        code, out, err = vagus("cost", "health.beats", "--json", env={"PATH": "/nowhere"})
        self.assertEqual((code, out), (3, ""))
        for package in ("gcc-arm-none-eabi", "qemu-system-arm"):
            self.assertIn(package, err)


class Budgets(unittest.TestCase):
    def test_every_detector_is_within_its_budget(self):
        os.makedirs(SCRATCH, exist_ok=True)
        code, out, err = vagus("cost", "--all", "--check", "--budgets", BUDGETS)
        print(out + err)
        self.assertEqual(code, 0, out + err)


SQUARES = """
#include "vagus_detector.h"
{head}
typedef struct {{ int64_t samples; float sum; char more[{more}]; }} state_t;
static int init(void *s, float rate_hz, const float *settings) {{
  state_t *st = s; st->samples = 0; st->sum = 0; return rate_hz < settings[0] ? 1 : 0;
}}
static void push(void *s, const float *v, const vagus_detector_sink *sink) {{
  state_t *st = s; st->sum += {what};
  if (++st->samples % 64 == 0) sink->event(sink->context, st->samples - 1, 1, NULL);
}}
static const vagus_detector_channel channels[] = {{{{"acc_x_g", 10, 400, 0}}, {{"acc_y_g", 10, 400, 0}}}};
static const vagus_detector_setting settings[] = {{{{"least_hz", "Hz", "taken", 20, 1, 400}}}};
static const vagus_detector_info info = {{ {version}, "my.squares", "0.1.0", "Sums \\"squares\\".", "events", 0, channels, 2,
  settings, 1, NULL, 0, NULL, 0, sizeof(state_t), sizeof(int64_t), init, push, NULL, NULL}};
{tail}
"""
DESCRIBES = "const vagus_detector_info *vagus_detector(void) { return &info; }"


def squares(name, what="v[0] * v[0]", head="", more=8, version="VAGUS_DETECTOR_INTERFACE", tail=DESCRIBES):
    return write(name, SQUARES.format(what=what, head=head, more=more, version=version, tail=tail))


class Library(unittest.TestCase):
    """Detectors in C, by their sources."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)

    def costed(self, *arguments):
        code, out, err = vagus("cost", "--json", "--library-sources", *arguments)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_the_example_is_costed_like_a_detector_that_is_built_in(self):
        example = os.path.join(os.path.dirname(BUDGETS), "examples/any_detector/beats.c")
        cost = self.costed(example)
        self.assertEqual((cost["detector"], cost["version"], cost["rate_hz"]), ("my.beats", "1.0.0", 250))
        for figures in cost["cores"].values():
            for key in (*METRICS, "instructions_per_second"):
                self.assertGreater(figures[key], 0, key)
            # 32 floats of a ring and some sixteen numbers beside it, two of them of 8 bytes
            self.assertTrue(190 <= figures["ram_bytes"] <= 220, figures["ram_bytes"])
            self.assertEqual(figures["static_ram_bytes"], 0)
            self.assertEqual(sum(figures["flash_parts"].values()), figures["flash_bytes"])
            self.assertEqual(figures["flash_parts"]["libm"], 0)
            # The remainder of a 64-bit number is libgcc's.
            self.assertEqual(figures["asks_for"].get("__aeabi_ldivmod"), "libgcc")
            self.assertIn("push", figures["functions"])
            total = sum(f["instructions_per_sample"] for f in figures["functions"].values())
            self.assertAlmostEqual(total, figures["instructions_per_sample"], delta=0.05)
        self.assertIsNotNone(cost["cores"]["m4f"]["cycles_per_sample"])
        low, high = cost["energy"]["nRF52840"]["compute_mj_per_day"]
        self.assertTrue(0 < low < high)
        start = time.monotonic()
        self.assertEqual(self.costed(example), cost)
        self.assertLess(time.monotonic() - start, 5)
        timed = self.costed(example, "--timer")
        for core, figures in cost["cores"].items():
            difference = timed["cores"][core]["instructions_per_sample"] - figures["instructions_per_sample"]
            self.assertTrue(0 <= difference <= 6, difference)

    def test_rate_settings_headers_and_other_files_count(self):
        os.makedirs(os.path.join(SCRATCH, "headers"), exist_ok=True)
        write("headers/rest.h", "float rest(float x);\n")
        write("rest.c", '#include "rest.h"\nfloat rest(float x) { return x * x * x; }\n')
        squares("two.c", head='#include "rest.h"', what="rest(v[1])")
        cost = self.costed("two.c", "rest.c", "--include", "headers", "--set", "rate_hz=50")
        self.assertEqual(cost["rate_hz"], 50)
        self.assertIn("rest", cost["cores"]["m4f"]["functions"])
        write("rest.c", '#include "rest.h"\nfloat rest(float x) { for (int i = 0; i < 40; ++i) x = x * x - 1; return x; }\n')
        more = self.costed("two.c", "rest.c", "--include", "headers", "--set", "rate_hz=50")
        grown = more["cores"]["m4f"]["instructions_per_sample"] - cost["cores"]["m4f"]["instructions_per_sample"]
        self.assertTrue(40 < grown < 200, grown)
        code, _, err = vagus("cost", "--library-sources", "two.c", "rest.c", "--include", "headers", "--set", "rate_hz=15")
        self.assertEqual(code, 3, err)
        self.assertIn("init refuses", err)
        self.assertEqual(vagus("cost", "--library-sources", "two.c", "rest.c", "--include", "headers", "--set", "rate_hz=5")[0], 2)

    def test_a_root_is_an_instruction_and_libm_is_counted_apart(self):
        squares("root.c", head="#include <math.h>\n#include <string.h>", what="sqrtf(v[0] * v[0])")
        self.assertEqual(self.costed("root.c")["cores"]["m4f"]["flash_parts"]["libm"], 0)
        squares("power.c", head="#include <math.h>", what="expf(v[0])")
        libm = subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mthumb", "-mfloat-abi=hard",
                               "-print-file-name=libm.a"], capture_output=True, text=True).stdout.strip()
        if os.path.isabs(libm):
            figures = self.costed("power.c")["cores"]["m4f"]
            self.assertEqual(figures["asks_for"]["expf"], "libm")
            self.assertGreater(figures["flash_parts"]["libm"], 50)
        else:
            code, _, err = vagus("cost", "--library-sources", "power.c")
            self.assertEqual(code, 3, err)
            for word in ("expf (in push)", "libnewlib-arm-none-eabi"):
                self.assertIn(word, err)

    def test_budgets_hold_for_it_too(self):
        squares("plain.c")
        code, out, err = vagus("cost", "--write-budgets", "--library-sources", "plain.c")
        self.assertEqual(code, 0, err)
        write("mine.toml", out)
        self.assertEqual(vagus("cost", "--check", "--budgets", "mine.toml", "--library-sources", "plain.c")[0], 0)
        squares("plain.c", what="v[0] / (1 + v[1] * v[1])")
        code, _, err = vagus("cost", "--check", "--budgets", "mine.toml", "--library-sources", "plain.c")
        self.assertEqual(code, 1, err)
        self.assertIn("my.squares on m4f: instructions_per_sample", err)
        self.assertEqual(vagus("cost", "--check", "--library-sources", "plain.c")[0], 2)

    def test_what_cannot_be_costed_is_one_clear_error(self):
        cases = {
            "broken.c": (squares("broken.c", what="v[0] +"), "error: expected expression"),
            "header.c": (squares("header.c", head='#include "nowhere.h"'), "nowhere.h: No such file"),
            "none.c": (squares("none.c", tail="const void *used = &info;"), "define no vagus_detector()"),
            "nothing.c": (squares("nothing.c", tail="const vagus_detector_info *vagus_detector(void) { return info.name ? NULL : &info; }"),
                          "vagus_detector() returns nothing"),
            "large.c": (squares("large.c", more=70000), "65536 are set aside"),
            "version.c": (squares("version.c", version="7"), "interface version 7"),
            "heap.c": (squares("heap.c", head="void *malloc(size_t);", what="*(float *)malloc(4)"), "malloc (in push)"),
            "crash.c": (squares("crash.c", what="*(volatile float *)0xffff0000"), "did not run on the emulated"),
        }
        for name, (file, words) in cases.items():
            code, out, err = vagus("cost", "--library-sources", file)
            self.assertEqual((code, out), (3, ""), (name, err))
            self.assertIn(words, err, name)
            self.assertEqual(len(err.strip().splitlines()), 1, err)
        self.assertEqual(vagus("cost", "--library-sources", "not_there.c")[0], 3)
        self.assertEqual(vagus("cost", "health.beats", "--library-sources", "broken.c")[0], 2)
        self.assertEqual(vagus("cost", "health.beats", "--include", ".")[0], 2)


if __name__ == "__main__":
    if not shutil.which("arm-none-eabi-g++") or not shutil.which("qemu-system-arm"):
        print("SKIPPED: gcc-arm-none-eabi or qemu-system-arm is not installed")
        sys.exit(0)
    case = {"contract": Contract, "budgets": Budgets, "library": Library}[PART]
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1)
