"""The application of apps/firmware on an emulated core: it says what `vagus run` says, and its flight record gives the same bits
again, whole, from the middle of a stream, and with blocks lost or damaged.

Usage: firmware_test.py CORE PROGRAM SOURCE_ROOT SCRATCH_FOLDER
"""
import csv
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import unittest
import zlib

CORE, PROGRAM, ROOT, SCRATCH = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]), os.path.abspath(sys.argv[4])
BLOCK = 512


def call(*arguments):
    done = subprocess.run(arguments, capture_output=True, cwd=SCRATCH, timeout=300, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def must(*arguments):
    code, out, err = call(*arguments)
    assert code == 0, " ".join(arguments) + "\n" + out + err
    return out


def sequence(block):
    return struct.unpack_from("<I", block, 4)[0]


class Firmware(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = os.path.join(SCRATCH, "build")
        os.makedirs(SCRATCH, exist_ok=True)
        must("cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "--toolchain", os.path.join(ROOT, "cmake/toolchains", CORE + ".cmake"),
             "-DCMAKE_BUILD_TYPE=Release")
        must("cmake", "--build", build, "--target", "firmware")
        must(PROGRAM, "simulate", "ecg", "--seed", "3", "--duration-s", "120", "--set", "rate_hz=250", "--set", "pvc_share=0.05", "-o", "ecg")
        must(PROGRAM, "convert", "ecg.hea", "ecg.csv")
        with open(os.path.join(SCRATCH, "ecg.csv")) as file:
            rows = list(csv.reader(file))[1:]
        with open(os.path.join(SCRATCH, "signal.bin"), "wb") as file:
            file.write(b"".join(struct.pack("<f", float(row[1])) for row in rows))
        cls.samples = len(rows)
        cls.printed = must(os.path.join(ROOT, "apps/firmware/board/emulate"), CORE, os.path.join(build, "apps/firmware/app/firmware"))
        with open(os.path.join(SCRATCH, "flight.bin"), "rb") as file:
            whole = file.read()
        assert len(whole) % BLOCK == 0
        cls.blocks = [whole[at:at + BLOCK] for at in range(0, len(whole), BLOCK)]

    def replay(self, blocks):
        with open(os.path.join(SCRATCH, "some.bin"), "wb") as file:
            file.write(b"".join(blocks))
        code, out, err = call(PROGRAM, "replay", "some.bin", "--json")
        return code, json.loads(out) if out else err

    def test_it_prints_the_events_of_run(self):
        out = must(PROGRAM, "run", "health.beats", "ecg.csv", "--json")
        wanted = ["beat sample %d quality 0x%08x" % (e["sample"], struct.unpack("<I", struct.pack("<f", e["quality"]))[0])
                  for e in map(json.loads, out.splitlines()) if "kind" not in e and "summary" not in e]
        self.assertGreater(len(wanted), 100)
        self.assertEqual(self.printed.splitlines(), wanted + ["done"])

    def test_its_record_gives_the_same_bits(self):
        code, told = self.replay(self.blocks)
        self.assertEqual(code, 0, told)
        self.assertTrue(told["same"])
        self.assertGreater(told["windows"][0]["sample"], 0, "the ring overwrote its beginning")
        self.assertEqual(told["lost_blocks"], [])
        self.assertGreater(told["answers"], 10)
        self.assertEqual(told["samples"], self.samples - told["windows"][0]["sample"])
        self.assertEqual(bytes.fromhex(told["hardware"]).rstrip(b"\0"), b"emulated board")
        self.assertEqual(told["counters"]["pushed"], self.samples)

    def test_every_lost_or_damaged_block_is_named_and_the_rest_replays(self):
        rng = random.Random(1)
        last = sequence(self.blocks[-1])
        for _ in range(40):
            blocks, gone = list(self.blocks), set()
            for at in sorted(rng.sample(range(1, len(blocks) - 1), 3), reverse=True):
                gone.add(sequence(blocks[at]))
                if rng.random() < 0.5:
                    del blocks[at]
                else:
                    hit = bytearray(blocks[at])
                    hit[rng.randrange(24)] ^= 1 << rng.randrange(8)
                    blocks[at] = bytes(hit)
            code, told = self.replay(blocks)
            self.assertEqual(code, 0, told)
            certain, all_of = set(), set()
            for lost in told["lost_blocks"]:
                numbers = set(range(lost["first"], lost["last"] + 1))
                all_of |= numbers
                certain |= numbers if lost["certain"] else set()
            self.assertEqual(all_of, gone, (gone, told["lost_blocks"], last))
            self.assertLessEqual(certain, gone)

    def test_from_the_middle_of_the_file(self):
        for start in range(0, len(self.blocks) - 40, 7):
            code, told = self.replay(self.blocks[start:])
            self.assertEqual(code, 0, (start, told))
            self.assertGreater(told["samples"], 0)

    def test_a_changed_sample_is_a_difference_and_named(self):
        code, told = 0, None
        for at in range(len(self.blocks)):
            hit = bytearray(self.blocks[at])
            used = struct.unpack_from("<H", hit, BLOCK - 8)[0]
            place = 24
            while place < 24 + used:
                if hit[place] == 11:  # an event: its quality's lowest bit
                    hit[place + 2 + 9 + 8] ^= 1
                    break
                place += 2 + hit[place + 1]
            else:
                continue
            struct.pack_into("<I", hit, BLOCK - 4, zlib.crc32(bytes(hit[:24 + used]) + bytes(hit[BLOCK - 8:BLOCK - 4])))
            code, told = self.replay(self.blocks[:at] + [bytes(hit)] + self.blocks[at + 1:])
            break
        self.assertEqual(code, 1, told)
        first = told["first_difference"]
        self.assertEqual((first["what"], first["field"]), ("event", "quality"))
        self.assertNotEqual(first["recorded"], first["here"])
        self.assertGreater(first["sample"], 0)


if __name__ == "__main__":
    missing = [tool for tool in ("arm-none-eabi-g++", "qemu-system-arm", "ninja") if shutil.which(tool) is None]
    if missing:
        print("SKIPPED: no " + ", ".join(missing))
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
