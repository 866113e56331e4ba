"""`vagus export`: every detector's folder builds on its own, says what `vagus run` says, and is refused where it would harm.

Usage: export_test.py PROGRAM SCRATCH_FOLDER
"""
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
M4F = "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
M55 = "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -fno-tree-vectorize"
# What a wrist has: the memory functions and libgcc's integer helpers.
AT_HAND = re.compile(r"mem(cpy|set|move|cmp)|__aeabi_(mem(cpy|set|move|clr)[48]?|u?idiv(mod)?|u?ldivmod|lmul|l[ls]l|lasr|u?l2f)"
                     r"|__(clz|popcount)[sd]i2")


def call(*arguments, cwd=None, stdin=None):
    done = subprocess.run(arguments, input=stdin, capture_output=True, cwd=cwd or SCRATCH, timeout=300, text=True)
    return done.returncode, done.stdout, done.stderr


def bits(value):
    return struct.pack("<f", value) if isinstance(value, float) else value


def names(text):
    return "vagus_" + re.sub(r"[.-]", "_", text)


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(SCRATCH)
        code, out, err = call(PROGRAM, "detectors", "--json")
        assert code == 0, err
        cls.detectors = json.loads(out)
        for detector in cls.detectors:
            code, _, err = call(PROGRAM, "export", detector["name"], "-o", detector["name"])
            assert code == 0, err

    def must(self, *arguments, **keywords):
        code, out, err = call(*arguments, **keywords)
        self.assertEqual(code, 0, " ".join(arguments) + "\n" + out + err)
        return out, err

    @staticmethod
    def signal(detector):
        """A minute with waves as sharp as heart beats and steps in every channel, and rows of text of the same numbers."""
        rate = next((field["default"] for field in detector["config"] if field["key"] == "rate_hz"), 0) or detector["reads"][0]["min_rate_hz"]
        columns = [c["channel"] + ("_" + c["unit"] if c["unit"] else "") for c in detector["reads"]]
        csv, text = ["t_s," + ",".join(columns)], []
        for k in range(int(60 * rate)):
            beat = (k / rate) % 0.83
            row = ["%.4f" % (1.1 * math.exp(-0.5 * ((beat - 0.3) / 0.011) ** 2) + 0.28 * math.exp(-0.5 * ((beat - 0.57) / 0.05) ** 2) +
                             0.1 * math.sin(k / rate + i) + 0.01 * math.sin(1000 * math.sin(k + i))) for i in range(len(columns))]
            csv.append("%.6f," % (k / rate) + ",".join(row))
            text.append(" ".join(row))
        return rate, "\n".join(csv) + "\n", "\n".join(text) + "\n"

    def test_c_program_says_what_run_says(self):
        compilers = [c for c in (("gcc", "g++"), ("clang-14", "clang++-14")) if shutil.which(c[0]) and shutil.which(c[1])]
        self.assertTrue(compilers)
        for detector in self.detectors:
            rate, csv, text = self.signal(detector)
            with open(os.path.join(SCRATCH, "signal.csv"), "w") as file:
                file.write(csv)
            out, _ = self.must(PROGRAM, "run", detector["name"], "signal.csv", "--json")
            wanted = [line for line in map(json.loads, out.splitlines()) if "kind" not in line and "summary" not in line]
            self.assertGreater(len(wanted), 10, detector["name"])
            for c, cxx in compilers:
                folder = os.path.join(SCRATCH, detector["name"])
                self.must("make", "-s", "clean", cwd=folder)
                out, err = self.must("make", "-s", "CC=" + c, "CXX=" + cxx, "CPPFLAGS=-Werror", cwd=folder)
                self.assertEqual(err, "", "built with warnings")
                out, _ = self.must("./example", repr(rate), cwd=folder, stdin=text)
                heard = list(map(json.loads, out.splitlines()))
                self.assertEqual(len(heard), len(wanted), detector["name"])
                outputs = {field["name"]: field for field in detector["outputs"]}
                for mine, theirs in zip(heard, wanted):
                    for key, value in mine.items():
                        if key not in theirs:
                            continue  # an interval's samples are told as times by run
                        field = outputs[key]
                        if field["kind"] == "label":
                            value = field["labels"][value]
                        elif field["kind"] == "number":
                            value, theirs[key] = float(value), float(theirs[key])
                        self.assertEqual(bits(value), bits(theirs[key]), (detector["name"], mine, theirs))

    def test_header_is_c99_alone(self):
        for detector in self.detectors:
            header = names(detector["name"]) + ".h"
            source = os.path.join(SCRATCH, "alone.c")
            with open(source, "w") as file:
                file.write('#include "%s"\nint main(void) { return sizeof(%s) == 0; }\n' % (header, names(detector["name"])))
            for compiler in filter(shutil.which, ("gcc", "clang-14", "arm-none-eabi-gcc")):
                self.must(compiler, "-std=c99", "-pedantic", "-Wall", "-Werror", "-ffreestanding", "-I" + detector["name"], "-c", "alone.c",
                          "-o", "alone.o")

    def test_header_tells_the_contract(self):
        for detector in self.detectors:
            with open(os.path.join(SCRATCH, detector["name"], names(detector["name"]) + ".h")) as file:
                text = file.read()
            self.assertIn("%s %s" % (detector["name"], detector["version"]), text)
            self.assertIn("STATE_BYTES %d" % detector["ram_bytes"], text)
            for field in detector["config"] + detector["outputs"]:
                self.assertIn(field["meaning"], text)

    def test_library_for_m4f_and_m55_needs_nothing_that_a_wrist_lacks(self):
        if shutil.which("arm-none-eabi-g++") is None:
            print("SKIPPED: no arm-none-eabi-g++")
            return
        for detector in self.detectors:
            folder = os.path.join(SCRATCH, detector["name"])
            for cpu in (M4F, M55):
                self.must("make", "-s", "clean", cwd=folder)
                _, err = self.must("make", "-s", "lib", "CROSS=arm-none-eabi-", "CPU=" + cpu, cwd=folder)
                self.assertEqual(err, "", "built with warnings")
                out, _ = self.must("arm-none-eabi-nm", "-u", names(detector["name"]) + ".o", cwd=folder)
                for symbol in re.findall(r"U (\S+)", out):
                    self.assertTrue(AT_HAND.fullmatch(symbol), symbol)

    def test_cmake_builds_it_too(self):
        folder = os.path.join(SCRATCH, self.detectors[0]["name"])
        self.must("cmake", "-S", folder, "-B", "cmake-build")
        self.must("cmake", "--build", "cmake-build")
        self.assertTrue(os.path.exists(os.path.join(SCRATCH, "cmake-build", "example")))

    def test_nothing_is_overwritten_and_nothing_half_written(self):
        os.makedirs(os.path.join(SCRATCH, "taken"))
        with open(os.path.join(SCRATCH, "taken", "precious"), "w") as file:
            file.write("x")
        code, out, err = call(PROGRAM, "export", "health.beats", "-o", "taken")
        self.assertEqual((code, out), (3, ""), err)
        self.assertEqual(os.listdir(os.path.join(SCRATCH, "taken")), ["precious"])
        code, _, err = call(PROGRAM, "export", "health.beats", "-o", "missing/parent/folder")
        self.assertEqual(code, 0, err)
        before = sorted(os.listdir(SCRATCH))
        code, out, err = call(PROGRAM, "export", "health.beats", "-o", "taken/precious/below")
        self.assertEqual((code, out), (3, ""), err)
        self.assertEqual(sorted(os.listdir(SCRATCH)), before)
        os.makedirs(os.path.join(SCRATCH, "empty"))
        code, _, err = call(PROGRAM, "export", "health.beats", "-o", "empty/")
        self.assertEqual(code, 0, err)

    def test_an_unknown_detector_is_a_usage_error(self):
        code, out, err = call(PROGRAM, "export", "health.beat", "-o", "nothing")
        self.assertEqual((code, out), (2, ""))
        self.assertIn('did you mean "health.beats"', err)
        self.assertFalse(os.path.exists(os.path.join(SCRATCH, "nothing")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
