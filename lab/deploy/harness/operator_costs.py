#!/usr/bin/env python3
"""What the device's operators cost on an emulated core.

operator_costs.py CORE PROGRAM PLUGIN [--json FILE]
    runs `operators` under the counting plugin, prints the table and, where asked, writes the figures.
operator_costs.py --page NOW.json... --before BEFORE.json... > docs/cost-operators.md
    the table of several cores, beside the figures of an earlier state.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

emulate = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../../apps/firmware/board/emulate")
per_unit = ["instructions", "loads", "stores", "taken_branches"]


def measure(core, program, plugin):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "counts.json")
        run = subprocess.run([emulate, core, program, "-plugin", f"{plugin},out={out}"], stdout=subprocess.PIPE, check=True)
        printed = json.loads(run.stdout)
        with open(out) as file:
            regions = {region["id"]: region for region in json.load(file)["regions"]}
    if not printed["pass"]:
        raise SystemExit(f"{core}: the program did not pass")
    rows = []
    for operator in printed["operators"]:
        region = regions[operator["id"]]
        row = {"name": operator["name"], "per": operator["per"]}
        row |= {key: region[key] / operator["count"] for key in per_unit}
        row["bytes"] = (region["bytes_read"] + region["bytes_written"]) / operator["count"]
        rows.append(row)
    return {"core": core, "operators": rows}


def short(x):
    return f"{x:,.0f}" if x >= 1000 else f"{x:.2f}" if x < 10 else f"{x:.1f}"


def table(now):
    for row in now["operators"]:
        print(f"{now['core']}  {row['name']:<42}{short(row['instructions']):>9} instructions a {row['per']:<13}"
              f"{short(row['loads']):>8} loads{short(row['stores']):>8} stores{short(row['taken_branches']):>8} branches taken")


def page(now, before):
    cores = [n["core"] for n in now]
    old = {b["core"]: {row["name"]: row for row in b["operators"]} for b in before}
    print("# What the operators cost\n\nInstructions on emulated cores, GCC -O2, as `tools/operator-costs` counts them "
          "(written by it).\n`before` is the state that lab/deploy/harness/operators_before.json keeps.\n")
    print("| operator | per | " + " | ".join(f"{core} before | {core} now | {core} accesses" for core in cores) + " |")
    print("|---|---|" + "---:|" * (3 * len(cores)))
    for i, row in enumerate(now[0]["operators"]):
        cells = []
        for core, figures in zip(cores, now):
            this = figures["operators"][i]
            was = old.get(core, {}).get(row["name"])
            cells += [short(was["instructions"]) if was else "-", short(this["instructions"]),
                      short(this["loads"] + this["stores"])]
        print(f"| {row['name']} | {row['per']} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", nargs="*", metavar="CORE PROGRAM PLUGIN")
    parser.add_argument("--json")
    parser.add_argument("--page", nargs="+")
    parser.add_argument("--before")
    wanted = parser.parse_args()
    if wanted.page:
        with open(wanted.before) as file:
            before = json.load(file)
        page([json.load(open(name)) for name in wanted.page], before)
        return
    now = measure(*wanted.measured)
    table(now)
    if wanted.json:
        with open(wanted.json, "w") as file:
            json.dump(now, file, indent=1)
            file.write("\n")
    missing = [row["name"] for row in now["operators"] if row["instructions"] <= 0]
    if missing:
        sys.exit(f"not counted: {missing}")
    print("PASS")


main()
