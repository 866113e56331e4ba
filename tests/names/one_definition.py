#!/usr/bin/env python3
"""Two types of one name in one namespace are one to the linker: each keeps what it takes for the destructor of both. This looks through
every source of the project (outside unnamed namespaces) and fails where a name has two definitions in two files.
Usage: one_definition.py ROOT"""
import collections
import os
import re
import sys

OPENS = re.compile(r"namespace ([\w:]+) \{")
DEFINES = re.compile(r"(?:struct|class|union|enum|enum class) (?:\[\[\w+\]\] |alignas\([^)]*\) )*([A-Za-z_]\w*)(?: final)?(?:\s*:[^:;][^;]*)?\s*\{")


def definitions(path):
    names = []
    for line in open(path, encoding="utf-8"):
        if opened := OPENS.match(line):
            names.append(opened.group(1))
        elif line.startswith("namespace {"):
            names.append("")
        elif line.startswith("}  // namespace") and names:
            names.pop()
        elif (found := DEFINES.match(line)) and "" not in names:
            yield "::".join([*names, found.group(1)])


def main():
    where = collections.defaultdict(set)
    for top in ("device", "lab", "apps"):
        for folder, _, files in os.walk(os.path.join(sys.argv[1], top)):
            for name in files:
                if name.endswith((".h", ".cpp")):
                    path = os.path.join(folder, name)
                    for definition in definitions(path):
                        where[definition].add(os.path.relpath(path, sys.argv[1]))
    # Programs of their own, never linked with the rest.
    alone = ("apps/firmware/", "lab/deploy/harness/")
    twice = {name: sorted(files) for name, files in where.items() if len([f for f in files if not f.startswith(alone)]) > 1}
    for name, files in sorted(twice.items()):
        print(f"{name} is defined in {' and in '.join(files)}")
    assert len(where) > 300, "the sources were not found"
    return 1 if twice else 0


sys.exit(main())
