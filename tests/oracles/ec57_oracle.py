"""`vagus score ec57` against a slow reading of the rules, on random annotation files.

Usage: ec57_oracle.py PROGRAM [CASES [SEED]]

The rules, as EC57 and the WFDB Applications Guide state them for bxb:
 1. Beats are the marks that have a class. Marks from [ to ] are not read; a test beat there that answers no reference
    beat is not counted.
 2. Times are whole ticks of the record's clock, rounded half up; the window is 150 ms, both ends in it.
 3. Scoring begins with the first reference beat at or after the start. The last test beat before the start may answer it,
    if it lies in the window and is nearer than the next one. Otherwise a test beat up to one window after the start is
    passed over if the one behind it is nearer to that reference beat.
 4. Of the next beat of either side, the earlier is decided: it is answered by the other side's if that lies in the window
    and either no later beat of its own side lies nearer to it, or that later beat has a nearer partner of its own.
 5. Unanswered, a reference beat is missed (o; x while the test is unreadable), a test beat is extra (O; X while the
    reference is).
 6. It ends when the next beats of both sides lie after the end. The test's unreadable time, from the record's start, is
    what was read till then (one beat further), in whole seconds.
"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
import wfdb

PROGRAM = sys.argv[1]
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 250
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
CLASSES = {"bxb": {"N": "NLRB", "S": "AaJSnej", "V": "VEr", "F": "F", "Q": "/fQ?"},
           "ec57": {"N": "NLRBej", "S": "AaJSn", "V": "VEr", "F": "F", "Q": "/fQ?"}}
NEVER = math.inf


def half_up(x):
    return math.floor(x + 0.5)


class Side:
    """Beats (tick, class) and the stretches of flutter and of unreadable signal."""

    def __init__(self, marks, scale, classes):
        self.beats, self.flutter, self.unreadable = [], [], []
        inside = None
        for place, (tick, symbol, subtype) in enumerate(marks):
            tick = half_up(tick * scale)
            if inside is not None:
                if symbol == "]":
                    self.flutter.append((inside, tick))
                    inside = None
            elif symbol == "[":
                inside = tick
            elif symbol == "~":
                if subtype == -1:
                    self.unreadable.append((tick, half_up(marks[place + 1][0] * scale)))
            else:
                for name, members in classes.items():
                    if symbol in members:
                        self.beats.append((tick, name))

    def beat(self, i):
        return self.beats[i] if 0 <= i < len(self.beats) else (NEVER, None)

    def within(self, stretches, tick):
        return any(on <= tick <= off for on, off in stretches)

    def cut(self, before, after):
        return any(before <= on < after for on, _ in self.flutter + self.unreadable)


def score(reference, test, hz, start, end):
    window = half_up(0.15 * hz)
    cells, answered = {}, []

    def count(row, column):
        cells[row + column] = cells.get(row + column, 0) + 1

    j = sum(1 for tick, _ in reference.beats if tick < start)
    i = sum(1 for tick, _ in test.beats if tick < start)
    first = reference.beat(j)[0]
    if start > 0:
        if i > 0 and first - test.beat(i - 1)[0] <= window and first - test.beat(i - 1)[0] < abs(first - test.beat(i)[0]):
            i -= 1
            count(reference.beat(j)[1], test.beat(i)[1].lower())
            answered.append((j, i))
            i, j = i + 1, j + 1
        elif test.beat(i)[0] - start <= window:
            nearer_behind = abs(first - test.beat(i + 1)[0]) < abs(first - test.beat(i)[0]) if first != NEVER else True
            i += 1 if nearer_behind else 0
    begun = answered[0] if answered else (j, i)
    while reference.beat(j)[0] <= end or test.beat(i)[0] <= end:
        r, t = reference.beat(j)[0], test.beat(i)[0]
        r2, t2 = reference.beat(j + 1)[0], test.beat(i + 1)[0]
        later = abs(r - t2) if t < r else abs(t - r2)
        own = 0 if r2 == t2 == NEVER else abs(r2 - t2)
        if abs(r - t) <= window and (abs(r - t) < later or own < later):
            count(reference.beat(j)[1], test.beat(i)[1].lower())
            answered.append((j, i))
            i, j = i + 1, j + 1
        elif t < r:
            if not reference.within(reference.flutter, t):
                count("X" if reference.within(reference.unreadable, t) else "O", test.beat(i)[1].lower())
            i += 1
        else:
            count(reference.beat(j)[1], "x" if test.within(test.unreadable, r) else "o")
            j += 1

    shutdown = sum(off - on for on, off in test.unreadable if on < test.beat(i + 1)[0])
    squares = []
    for place, (j, i) in enumerate(answered):
        if j == 0 or i == 0:
            continue
        (r0, _), (r1, _), (t0, _), (t1, _) = reference.beat(j - 1), reference.beat(j), test.beat(i - 1), test.beat(i)
        pair_before = answered[place - 1] == (j - 1, i - 1) if place else (j, i) == begun and abs(r0 - t0) <= window
        if pair_before and not reference.cut(r0, r1) and not test.cut(t0, t1):
            squares.append((((r1 - r0) - (t1 - t0)) * 1000 / half_up(hz)) ** 2)
    rms = math.sqrt(sum(squares) / len(squares)) if squares else None
    return cells, rms, (half_up(0.5 * hz) + shutdown) // half_up(hz)


def stretches(dice, frames, beats):
    """Well-formed marks: no two stretches touch, and a beat lies between any two."""
    out, at = [], 0
    for _ in range(dice.choice([0, 0, 1, 2])):
        inside = [t for t, _, _ in beats if t > at]
        if len(inside) < 4:
            break
        on = dice.choice(inside[1:]) + dice.randrange(-2, 3)
        off = on + dice.randrange(3, max(4, frames // 4))
        if off >= frames or on <= at:
            break
        kind = dice.choice(["[", "~"])
        out += [(on, "[", 0), (off, "]", 0)] if kind == "[" else [(on, "~", -1), (off, "~", 0)]
        at = next((t for t, _, _ in beats if t > off), frames)
    return out


def marks_of(dice, frames, beats):
    marks = stretches(dice, frames, beats)
    blocked = [(marks[k][0], marks[k + 1][0], marks[k][1]) for k in range(0, len(marks), 2)]
    # Beats in an unreadable stretch would part its two marks, which then mean something else.
    keep = [b for b in beats if not any(kind == "~" and on <= b[0] <= off for on, off, kind in blocked)]
    return sorted(marks + keep, key=lambda m: m[0])


def write(folder, extension, marks, hz):
    if not marks:
        with open(os.path.join(folder, "r." + extension), "wb") as out:
            out.write(b"\0\0")
        return
    wfdb.wrann("r", extension, np.array([m[0] for m in marks]), [m[1] for m in marks],
               subtype=np.array([m[2] for m in marks]), fs=hz, write_dir=folder)


def case(dice, folder):
    hz = dice.choice([100, 128, 250, 360, 500])
    test_hz = hz if dice.random() < 0.7 else dice.choice([125, 200, 256, 1000])
    seconds = dice.choice([10, 30])
    frames = seconds * hz
    symbols = "NNNNNNLRBAaJSnejVVVErF/fQ"
    beats, found, tick = [], [], dice.randrange(1, hz)
    pace, jitter = dice.choice([0.15, 0.25, 0.5, 0.9]), dice.choice([0.01, 0.05, 0.12])
    while tick < frames:
        beats.append((tick, dice.choice(symbols), 0))
        if dice.random() < 0.92:
            found.append((max(1, int(tick + hz * dice.gauss(0, jitter))), dice.choice(symbols), 0))
        if dice.random() < 0.12:
            found.append((max(1, int(tick + hz * dice.uniform(-0.3, 0.3))), "N", 0))
        tick += max(1, int(hz * pace * dice.uniform(0.3, 1.7)))
    found = [(max(1, round(t * test_hz / hz)), s, 0) for t, s, _ in found]
    found = sorted({t: (t, s, u) for t, s, u in found}.values())
    if dice.random() < 0.05:
        found = []
    if dice.random() < 0.05:
        beats = []
    reference = marks_of(dice, frames, beats)
    test = marks_of(dice, seconds * test_hz, found)
    start_s = dice.choice([0, 0, 2, 3.5])
    end_s = dice.choice([None, None, seconds - 2.5])
    which = dice.choice(["bxb", "bxb", "ec57"])

    with open(os.path.join(folder, "r.hea"), "w") as out:
        out.write(f"r 0 {hz} {frames}\n")
    write(folder, "ref", reference, None)
    write(folder, "tst", test, test_hz if test_hz != hz else None)
    command = [PROGRAM, "score", "ec57", folder + "/r.ref", folder + "/r.tst", "--from-s", str(start_s), "--map", which, "--json"]
    if end_s is not None:
        command += ["--to-s", str(end_s)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    ours = json.loads(done.stdout)

    classes = CLASSES[which]
    start, end = half_up(start_s * hz), frames if end_s is None else half_up(end_s * hz)
    cells, rms, shutdown = score(Side(reference, 1, classes), Side(test, hz / test_hz, classes), hz, start, end)
    got = {cell: n for cell, n in ours["matrix"].items() if n}
    if got != cells or ours["shutdown_s"] != shutdown or (rms is None) != (ours["rr_rms_ms"] is None) or \
            (rms is not None and abs(rms - ours["rr_rms_ms"]) > 1e-9 * (1 + rms)):
        raise SystemExit(f"case differs: {' '.join(command)}\n vagus {got} {ours['rr_rms_ms']} {ours['shutdown_s']}\n "
                         f"rules {cells} {rms} {shutdown}\n reference {reference}\n test {test}")
    tp = sum(n for cell, n in cells.items() if cell[0] in "NSVFQ" and cell[1] in "nsvfq")
    fn = sum(n for cell, n in cells.items() if cell[1] in "ox")
    fp = sum(n for cell, n in cells.items() if cell[0] in "OX")
    assert (ours["tp"], ours["fn"], ours["fp"]) == (tp, fn, fp), command
    return tp, fn, fp


def rough_check_with_wfdb(dice, folder):
    """Where beats are far apart, every rule of matching agrees: PyPI wfdb's comparison finds the same pairs."""
    hz, frames = 360, 360 * 60
    reference = list(range(400, frames - 400, 300))
    test = sorted(t + dice.randrange(-53, 54) for t in reference if dice.random() < 0.9)
    with open(os.path.join(folder, "r.hea"), "w") as out:
        out.write(f"r 0 {hz} {frames}\n")
    write(folder, "ref", [(t, "N", 0) for t in reference], None)
    write(folder, "tst", [(t, "N", 0) for t in test], None)
    done = subprocess.run([PROGRAM, "score", "ec57", folder + "/r.ref", folder + "/r.tst", "--from-s", "0", "--json"],
                          capture_output=True, text=True, check=True)
    ours = json.loads(done.stdout)
    theirs = wfdb.processing.compare_annotations(np.array(reference), np.array(test), 54)
    assert (ours["tp"], ours["fn"], ours["fp"]) == (theirs.tp, theirs.fn, theirs.fp), (ours, theirs.tp, theirs.fn, theirs.fp)


def main():
    import wfdb.processing  # noqa: F401  (not imported by wfdb itself in every version)
    dice = random.Random(SEED)
    totals = [0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(CASES):
            totals = [a + b for a, b in zip(totals, case(dice, folder))]
        for _ in range(10):
            rough_check_with_wfdb(dice, folder)
    print(f"{CASES} random files agree cell by cell with the rules: {totals[0]} pairs, {totals[1]} missed, {totals[2]} extra")


if __name__ == "__main__":
    main()
