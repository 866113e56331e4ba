"""``python -m vagus.worker FILE.py``: runs the prototypes of a file for the program, one request after the other.

On standard output first one line of JSON that describes the detectors; then, for each request on standard input (a line of
JSON, after ``push`` the samples as little-endian float32, row by row, after ``restore`` a snapshot), a line ``{"said": {...}}`` for
whatever was said, ``{"state": "HEX"}`` for a snapshot, and ``{"ok": true}``, or ``{"error": "..."}``. It ends with its parent. What the prototype prints goes to standard error.
"""

import json
import os
import random
import runpy
import sys
import threading
import time
import traceback
import types


def _told(error, file):
    """An exception in one line: where in the prototype's file, and what."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if os.path.abspath(frame.filename) == os.path.abspath(file):
            place = f"{os.path.basename(file)} line {frame.lineno}: "
    text = str(error).replace("\n", " ")
    return f"{place}{type(error).__name__}{': ' + text if text else ''}"


def _end_with(parent):
    """A program that was killed leaves no worker behind, however long a push takes."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main(file):
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    inp = os.fdopen(os.dup(0), "rb", buffering=1 << 20)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def say(line):
        out.write(json.dumps(line, allow_nan=False) + "\n")

    from vagus import prototype

    sys.path.insert(0, os.path.dirname(os.path.abspath(file)))
    try:
        module = types.ModuleType("vagus_prototype")
        sys.modules[module.__name__] = module  # where pickle looks for the classes of a snapshot
        module.__dict__.update(runpy.run_path(file, run_name=module.__name__))
        detectors = [one.description(file) for one in prototype._registered.values()]
    except BaseException as error:  # SystemExit of a prototype too
        say({"error": _told(error, file)})
        out.flush()
        return 1
    say({"detectors": detectors})
    out.flush()
    import numpy as np

    running, channels, probes = None, 1, False

    def answered(said):
        for event in prototype.spoken(said, probes):
            say({"said": event})

    while True:
        request = inp.readline()
        if not request:
            return 0
        request = json.loads(request)
        follows = {"push": 4 * channels * request.get("rows", 0), "restore": request.get("bytes", 0)}
        samples = inp.read(follows.get(request["op"], 0))
        try:
            if request["op"] == "make":
                one = prototype._registered[request["detector"]]
                channels, probes = len(one.reads), request["probes"]
                random.seed(0)  # the same whichever worker, and after whichever recording
                np.random.seed(0)
                running = prototype.Running(one, request["config"])
            elif request["op"] == "push":
                answered(running.push(np.frombuffer(samples, "<f4").reshape(-1, channels)))
            elif request["op"] == "gap":
                answered(running.gap(request["seconds"]))
            elif request["op"] == "finish":
                answered(running.finish())
            elif request["op"] == "snapshot":
                say({"state": running.snapshot().hex()})
            elif request["op"] == "restore":
                running.restore(samples)
            say({"ok": True})
        except Exception as error:
            running = None
            say({"error": _told(error, file)})
        out.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m vagus.worker FILE.py")
    sys.exit(main(sys.argv[1]))
