#!/usr/bin/env python3
"""Section 6 of the walk from a notebook to a wrist: what it prints puts the port among the device's detectors. Its lines before the
build are run in a copy of the sources that they touch; the registry that comes of it must compile and hold the port.
Usage: walk_cost_check.py SOURCE FOLDER COMPILER"""
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE, FOLDER, COMPILER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
shutil.rmtree(FOLDER, ignore_errors=True)
for part in ("device", "examples/port"):
    shutil.copytree(SOURCE / part, FOLDER / part)

walk = (SOURCE / "docs/from-a-notebook-to-a-wrist.md").read_text()
printed = re.search(r"## 6\. .*?```sh\n(.*?)```", walk, re.S).group(1)
edits, found, build = printed.partition("cmake --build")
assert found and "vagus cost example.pan_tompkins" in build, printed
before = (FOLDER / "device/registry.h").read_text()
subprocess.run(["sh", "-euc", edits], cwd=FOLDER, check=True)
after = (FOLDER / "device/registry.h").read_text()
assert len(after.splitlines()) == len(before.splitlines()) + 2, after

(FOLDER / "registry_test.cpp").write_text('''
#include <string_view>
#include "device/registry.h"
template <class... All>
constexpr bool holds(vagus::TypeList<All...>, std::string_view name) { return ((std::string_view(All::contract.name) == name) || ...); }
static_assert(holds(vagus::Registry{}, "example.pan_tompkins") && holds(vagus::Registry{}, "health.beats"));
''')
subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-I.", "registry_test.cpp"], cwd=FOLDER, check=True)
measured = re.search(r"vagus cost --library-sources (\S+)`", walk).group(1)
assert (SOURCE / measured).is_file(), measured
print("walk_cost_check: passed")
