#!/usr/bin/env python3
"""Runs the notebook from top to bottom, outside the checkout, and looks at what came of it: no cell fails, it ends in the report.
The stored file holds no outputs.
Usage: run_notebook.py VAGUS FOLDER NOTEBOOK   (with the Python that has the packages vagus, nbclient and ipykernel)"""
import os
import pathlib
import shutil
import sys

VAGUS, FOLDER, NOTEBOOK = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
os.environ.update(VAGUS_PROGRAM=VAGUS, HOME=str(FOLDER / "home"), VAGUS_STORE=str(FOLDER / "store"), XDG_CACHE_HOME=str(FOLDER / "cache"),
                  XDG_DATA_HOME=str(FOLDER / "data"), TMPDIR=str(FOLDER), JUPYTER_DATA_DIR=str(FOLDER / "jupyter"), MPLBACKEND="agg")

import nbclient
import nbformat

notebook = nbformat.read(NOTEBOOK, as_version=4)
nbformat.validate(notebook)
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
assert not any(cell.outputs or cell.execution_count for cell in code), "outputs are stripped before a notebook is committed"
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()


def said(cell):
    return "".join(out.get("text", "") + str(out.get("data", "")) for out in cell.outputs)


assert "proto.high" in said(code[3]) and "health.beats" in said(code[3]), said(code[3])
last = said(code[-1])
assert last.startswith(("met", "not met", "not shown")) and "<iframe" in last and "beats are found" in last, last[:300]
