"""counting_test.py COMMAND... : runs the counting program under the plugin and checks what was counted.

The command's last argument takes `,out=FILE` for the plugin's file.
"""
import json
import subprocess
import sys
import tempfile

with tempfile.NamedTemporaryFile(suffix=".json") as out:
    command = sys.argv[1:-1] + [f"{sys.argv[-1]},out={out.name}"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts = json.load(open(out.name))
assert "PASS" in printed, printed
region = {r["id"]: r for r in counts["regions"]}
assert set(region) == {0, 1, 2}, region.keys()

known = {"entries": 1, "instructions": 72, "loads": 20, "stores": 20, "bytes_read": 50, "bytes_written": 80,
         "taken_branches": 9}
assert {key: region[0][key] for key in known} == known, region[0]
assert region[0]["windows"] == 0 and region[0]["worst_window"] is None

# Each reading of the timer is part of what it measures.
for line in printed.splitlines():
    if line.startswith("systick"):
        _, number, instructions = line.split()
        extra = int(instructions) - region[int(number)]["instructions"]
        assert 0 <= extra <= 20, f"region {number}: {line} against {region[int(number)]['instructions']}"

assert region[2]["entries"] == 6 and region[2]["instructions"] == 6 * 72
assert region[2]["windows"] == 3 and region[2]["most_per_entry"] == 72
worst = region[2]["worst_window"]
assert worst["index"] == 1 and worst["entries"] == 3 and worst["instructions"] == 3 * 72

for r in counts["regions"]:
    assert sum(c[3] for c in r["code"]) == r["instructions"]
    assert sum(c[4] for c in r["code"]) == r["taken_branches"]
print(printed, "PASS", sep="")
