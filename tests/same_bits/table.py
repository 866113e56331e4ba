"""Prints what detectors say of recordings as a table of all fields, by the package for Python. Arguments as table.c."""
import sys

import vagus

KINDS = {"f8": lambda v: "%.17g" % v, "f4": lambda v: "%.9g" % float(v), "i8": lambda v: "%d" % v, "b1": lambda v: "%d" % v}
for detector in sys.argv[1].split(","):
    for name in sys.argv[2:]:
        events = vagus.run(detector, name)
        print(f"# {detector} {name}")
        codes = [events.dtype[field].str[1:] for field in events.dtype.names]
        print(",".join(f"{field}:{'t' if code[0] == 'U' else 'b' if code == 'b1' else code}"
                       for field, code in zip(events.dtype.names, codes)))
        columns = [events[field] for field in events.dtype.names]
        for row in zip(*columns):
            print(",".join(KINDS.get(code, str)(value) for code, value in zip(codes, row)))
        for start, end, reason in events.unreadable:
            print("unreadable,%.17g,%.17g,%s" % (start, end, reason))
