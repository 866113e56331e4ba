"""Runs each study of studies/floors.toml and holds its figures against the floors there.

Usage: floors_test.py PROGRAM SCRATCH_FOLDER
       floors_test.py --compare FLOORS.toml SPEC RESULTS.json     only the comparison

Exit code 1: a figure lies below its floor, or beats it by more than its margin and the floor is to be raised.
A study whose data is not under VAGUS_DATA is skipped, and said to be.
"""
import json
import os
import shutil
import subprocess
import sys
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def there(data, name):
    return bool(data) and os.path.isdir(data) and any(entry == name or entry.startswith(name + ".") for entry in os.listdir(data))


def compare(floors, results):
    """Prints a line a floor; the number of those that are not held."""
    groups = {group["name"]: group for group in results["groups"]}
    wrong = 0
    if results["failed"]:
        print(f"FAILED: {len(results['failed'])} recordings failed, the first is {results['failed'][0]}")
        wrong += 1
    for one in floors:
        name = f"{one['group']}, {one['statistic']}"
        if one["floor"] < one.get("target", 0):
            print(f"FAILED: {name}: the floor {one['floor']} lies below the target {one['target']}")
            wrong += 1
        group = groups.get(one["group"])
        figure = group and group["figures"].get(one["statistic"])
        if not figure or figure["estimate"] is None:
            print(f"FAILED: {name}: the study does not have it")
            wrong += 1
            continue
        percent = 100 * figure["estimate"]
        verdict = "held"
        if percent < one["floor"]:
            verdict = "FAILED: below its floor"
        elif percent > one["floor"] + one["margin"]:
            verdict = f"FAILED: better by more than the margin of {one['margin']}; raise its floor in studies/floors.toml to {percent - one['margin'] / 4:.2f}"
        wrong += verdict != "held"
        print(f"{percent:8.3f} % (floor {one['floor']:g})  {name}: {verdict}")
    return wrong


def run(program, spec, scratch):
    folder = os.path.join(scratch, os.path.basename(spec))
    done = subprocess.run([program, "study", "run", os.path.join(ROOT, spec), "-o", folder], stdout=subprocess.DEVNULL,
                          env=dict(os.environ, VAGUS_STORE=os.path.join(scratch, "store"), XDG_CACHE_HOME=os.path.join(scratch, "cache")))
    if done.returncode not in (0, 1):
        sys.exit(f"{spec}: the study ended with {done.returncode}")
    with open(os.path.join(folder, "results.json")) as file:
        return json.load(file)


def main():
    if sys.argv[1] == "--compare":
        with open(sys.argv[2], "rb") as file:
            studies = tomllib.load(file)["study"]
        with open(sys.argv[4]) as file:
            results = json.load(file)
        sys.exit(1 if compare(next(s for s in studies if s["spec"] == sys.argv[3])["floors"], results) else 0)
    program, scratch = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    shutil.rmtree(scratch, ignore_errors=True)
    with open(os.path.join(ROOT, "studies", "floors.toml"), "rb") as file:
        studies = tomllib.load(file)["study"]
    wrong = 0
    for study in studies:
        needs = study.get("needs")
        if needs and not there(os.environ.get("VAGUS_DATA"), needs):
            print(f"SKIPPED {study['spec']}: {needs} is not under VAGUS_DATA")
            continue
        print(study["spec"])
        wrong += compare(study["floors"], run(program, study["spec"], scratch))
    shutil.rmtree(scratch, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
