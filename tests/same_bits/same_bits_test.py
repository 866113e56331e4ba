"""The same bits from the program, C, Octave and Python: every field of every event, and every stretch that could not be read, of
simulated recordings, and of MIT-BIH records where VAGUS_DATA is set (five; all 48 with VAGUS_LONG).

Usage: same_bits_test.py PROGRAM PREFIX COMPILER OCTAVE PYTHON SCRATCH       OCTAVE, PYTHON may be "": left out, and said so
"""
import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import tarfile
import time

PROGRAM, PREFIX, COMPILER, OCTAVE, PYTHON, SCRATCH = sys.argv[1:7]
HERE = os.path.dirname(os.path.abspath(__file__))
FEW = ["100", "106", "108", "203", "222"]
ENVIRONMENT = dict(os.environ, PKG_CONFIG_PATH=os.path.join(PREFIX, "lib", "pkgconfig"), HOME=SCRATCH,
                   VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"))
ENVIRONMENT.pop("VAGUS_DATA", None)


def run(*command):
    done = subprocess.run(command, cwd=SCRATCH, env=ENVIRONMENT, capture_output=True, timeout=1500)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command[:4])} ... ended in {done.returncode}\n{done.stderr.decode()[-3000:]}")
    return done.stdout.decode()


def simulated():
    """Clean, noisy, fast and irregular, and one with a hole."""
    names = []
    for seed, more in ((1, []), (2, ["--set", "muscle_mv=0.3"]), (3, ["--set", "rhythm=af", "--set", "hr_bpm=150"])):
        run(PROGRAM, "simulate", "ecg", "--seed", str(seed), "--duration-s", "120", *more, "-o", f"sim{seed}")
        names.append(f"sim{seed}.hea")
    run(PROGRAM, "convert", "sim1.hea", "torn.csv")
    with open(os.path.join(SCRATCH, "torn.csv")) as file:
        lines = file.read().splitlines()
    with open(os.path.join(SCRATCH, "torn.csv"), "w") as file:
        file.write("\n".join(lines[:9000] + lines[15000:]) + "\n")
    return [*names, "torn.csv"]


def mitdb():
    data = os.environ.get("VAGUS_DATA")
    if not data or not os.path.exists(os.path.join(data, "mitdb.tar.xz")):
        print("SKIPPED MIT-BIH: VAGUS_DATA holds no mitdb.tar.xz")
        return []
    with tarfile.open(os.path.join(data, "mitdb.tar.xz")) as archive:
        names = []
        for member in archive:
            base, ending = os.path.splitext(os.path.basename(member.name))
            if ending not in (".hea", ".dat") or not base.isdigit() or not (base in FEW or os.environ.get("VAGUS_LONG")):
                continue
            with open(os.path.join(SCRATCH, base + ending), "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
            names += [base + ".hea"] if ending == ".hea" else []
    return sorted(names)


def as_text(kind, value):
    if kind == "t":
        return value
    if kind == "b":
        return "1" if value else "0"
    if kind == "i8":
        return str(value)
    if value is None:
        return "nan"
    # The nearest float to the shortest decimal is the float.
    return "%.9g" % struct.unpack("f", struct.pack("f", value))[0] if kind == "f4" else "%.17g" % value


def program_tables(detectors, names, heads):
    """What the program says in JSON Lines, in the columns that C names."""
    tables = {}
    for detector in detectors:
        for name in names:
            rows, unreadable = [], []
            columns = [head.split(":") for head in heads[detector]]
            for line in run(PROGRAM, "run", detector, name, "--json").splitlines():
                said = json.loads(line)
                if "summary" in said:
                    continue
                if said.get("kind") == "unreadable":
                    unreadable.append("unreadable,%.17g,%.17g,%s" % (said["t_start_s"], said["t_end_s"], said["reason"]))
                else:
                    said.setdefault("at_end", False)
                    if set(said) != {field for field, _ in columns}:
                        sys.exit(f"the program's fields are {sorted(said)}, and C's {heads[detector]}")
                    rows.append(",".join(as_text(kind, said[field]) for field, kind in columns))
            tables[f"{detector} {name}"] = rows + unreadable
    return tables


def parsed(text):
    """Tables by detector and recording, and the columns by detector."""
    tables, heads = {}, {}
    for part in text.split("# ")[1:]:
        lines = part.splitlines()
        heads[lines[0].split()[0]] = lines[1].split(",")
        tables[lines[0]] = lines[2:]
    return tables, heads


def compare(who, tables, reference):
    if set(tables) != set(reference):
        sys.exit(f"{who} answers {len(tables)} of {len(reference)} runs")
    for run_name, rows in reference.items():
        if tables[run_name] == rows:
            continue
        for number, (a, b) in enumerate(zip(tables[run_name] + [None] * len(rows), rows + [None] * len(tables[run_name]))):
            if a != b:
                sys.exit(f"{who} differs from C on {run_name}, row {number}: {a} and {b}")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    names = simulated() + mitdb()
    known = json.loads(run(PROGRAM, "detectors", "--json"))
    detectors = [one["name"] for one in known if [need["channel"] for need in one["reads"]] == ["ecg"]]
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "vagus"))
    run(COMPILER, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", os.path.join(HERE, "table.c"), "-o", "table", *flags)
    began = time.time()
    reference, heads = parsed(run(os.path.join(SCRATCH, "table"), ",".join(detectors), *names))
    seconds = {"C": time.time() - began}
    rows = sum(len(table) for table in reference.values())
    if len(reference) != len(detectors) * len(names) or rows < 100 * len(names):
        sys.exit(f"C answers {len(reference)} runs with {rows} rows")

    began = time.time()
    compare("the program", program_tables(detectors, names, heads), reference)
    seconds["program"] = time.time() - began
    others = {}
    if OCTAVE:
        package = os.path.join(PREFIX, "share", "vagus", "octave")
        others["Octave"] = [OCTAVE, "--no-init-file", "--no-history", "--path", package, os.path.join(HERE, "table.m")]
    if PYTHON and os.path.exists(PYTHON):
        others["Python"] = [PYTHON, "-P", os.path.join(HERE, "table.py")]
    for who in {"Octave", "Python"} - set(others):
        print(f"SKIPPED {who}: it is not here")
    for who, command in others.items():
        began = time.time()
        text = run(*command, ",".join(detectors), *names)
        seconds[who] = time.time() - began
        # Octave tells whole numbers as doubles: its name of the kind alone differs.
        tables, told = parsed(text)
        if {d: [h.split(":")[0] for h in told[d]] for d in told} != {d: [h.split(":")[0] for h in heads[d]] for d in heads}:
            sys.exit(f"{who} has other columns: {told} and {heads}")
        compare(who, tables, reference)
    print(f"{len(names)} recordings, {len(detectors)} detectors, {rows} rows: the same bits from the program, C, "
          f"{', '.join(others) or 'and nobody else'}")
    print("seconds, files to tables: " + ", ".join(f"{who} {value:.1f}" for who, value in seconds.items()))


main()
