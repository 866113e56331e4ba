"""What vagus reads and writes of WFDB, against PyPI's wfdb, on every record of wfdb-samples and mitdb.

usage: wfdb_oracle.py ORACLE_TOOL        VAGUS_DATA names the folder of data archives (absent: skipped, exit 77)

Compared, all of it exactly: header fields, digital and physical samples, time and every field of annotations; the
expected texts of the WFDB C programs (target-output); records that vagus wrote, read by wfdb. Physical values of signals
whose gain changes between segments are single-precision in vagus and compared to 1e-6 of the value.
"""

import collections
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

CODES = {"80": -(2**7), "508": -(2**7), "310": -(2**9), "311": -(2**9), "212": -(2**11), "16": -(2**15), "61": -(2**15),
         "160": -(2**15), "516": -(2**15), "24": -(2**23), "524": -(2**23), "32": -(2**31), "8": 0}
UNITS = {"mv": "mV", "uv": "uV", "v": "V", "mmhg": "mmHg", "pct": "%"}
NOT_ANNOTATIONS = {"hea", "dat", "mat", "edf", "wav", "xyz", "txt", "md"}

failures = []
left_out = []
done = collections.Counter()


def check(condition, what):
    if not condition:
        failures.append(what)
    return condition


class Tool:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def call(self, *words):
        return subprocess.run([self.path, *map(str, words)], capture_output=True, text=True)

    def record(self, header):
        out = self.folder / "dump"
        result = self.call("record", header, out)
        if result.returncode != 0:
            return None, result.stderr.strip()
        info = json.loads((self.folder / "dump.json").read_text())
        info.setdefault("channels", [])
        info.setdefault("tracks", [])
        with open(self.folder / "dump.bin", "rb") as numbers:
            for channel in info["channels"]:
                rows = channel["rows"]
                channel["digital"] = np.fromfile(numbers, "<i4", rows) if channel["integer"] else None
                channel["physical"] = np.fromfile(numbers, "<f8", rows)
        return info, ""

    def annotations(self, path):
        result = self.call("annotations", path)
        return (json.loads(result.stdout), "") if result.returncode == 0 else (None, result.stderr.strip())


def find_data(name, unpacked):
    folder = pathlib.Path(os.environ["VAGUS_DATA"])
    if (folder / name).is_dir():
        return folder / name
    archive = folder / f"{name}.tar.xz"
    if not archive.exists():
        return None
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    return unpacked / name


def same_annotations(ours, theirs, what):
    """Every field of every annotation; wfdb keeps the padding zeros of aux texts, vagus does not."""
    got = [tuple(a) for a in ours["annotations"]]
    remarks = [a for a in got if a[0] == 0 and a[1] == '"']
    if remarks:  # wfdb takes every note at tick 0 for a definition and drops it; the C programs print it
        done["notes at tick 0 that wfdb drops"] += len(remarks)
        got = [a for a in got if a not in remarks]
    want = [(int(s), str(y), int(t), int(c), int(n), x.rstrip("\0"))
            for s, y, t, c, n, x in zip(theirs.sample, theirs.symbol, theirs.subtype, theirs.chan, theirs.num, theirs.aux_note)]
    # Codes that WFDB leaves undefined have no symbol in wfdb; vagus gives a number, or the name that the file defines.
    if len(got) == len(want):
        want = [(s, g[1] if y == "nan" else y, *rest) for (s, y, *rest), g in zip(want, got)]
    check(got == want, f"{what}: annotations differ ({len(got)} and {len(want)})")
    if theirs.fs is not None:
        check(abs(ours["tick_hz"] - theirs.fs) < 1e-9, f"{what}: tick rate {ours['tick_hz']} and {theirs.fs}")
    done["annotations"] += len(got)
    done["annotation files"] += 1


def same_start(info, header, what):
    if header.base_date is None or header.base_time is None:
        return check(info["start"] == "", f"{what}: start {info['start']} where wfdb has no date")
    want = f"{header.base_date.isoformat()}T{header.base_time.isoformat()}"
    got = info["start"]
    trim = lambda text: re.sub(r"(\.\d*?)0+$", r"\1", text).rstrip(".") if "." in text else text
    return check(trim(got) == trim(want), f"{what}: start {got} and {want}")


def read_digital(wfdb, base):
    try:
        return wfdb.rdrecord(str(base), physical=False, smooth_frames=False)
    except ValueError:
        # wfdb 4.3.1 does not convert big-endian samples (format 61) unless frames are smoothed; those have one a frame.
        record = wfdb.rdrecord(str(base), physical=False)
        assert set(record.samps_per_frame) == {1}
        record.e_d_signal = list(record.d_signal.T)
        return record


def compare_single(wfdb, info, base, what):
    digital = read_digital(wfdb, base)
    physical = wfdb.rdrecord(str(base), physical=True, smooth_frames=False)
    same_start(info, digital, what)
    if not check(len(info["channels"]) == digital.n_sig, f"{what}: {len(info['channels'])} channels and {digital.n_sig}"):
        return
    for i, channel in enumerate(info["channels"]):
        name = f"{what} signal {i}"
        fmt = digital.fmt[i]
        want = np.asarray(digital.e_d_signal[i], dtype=np.int64)
        got = channel["digital"].astype(np.int64)
        # Missing: the lowest of 16 or 32 bits in vagus, the format's own code in wfdb.
        lowest = -(2**31) if fmt in ("24", "524", "32") else -(2**15)
        if fmt != "8":
            got[got == lowest] = CODES[fmt]
        check(np.array_equal(got, want), f"{name}: digital samples differ")
        check(np.array_equal(channel["physical"], physical.e_p_signal[i], equal_nan=True), f"{name}: physical samples differ")
        check(channel["gain"] == digital.adc_gain[i] and channel["baseline"] == digital.baseline[i], f"{name}: scale")
        check(channel["rate_hz"] == digital.fs * digital.samps_per_frame[i], f"{name}: rate {channel['rate_hz']}")
        theirs = digital.sig_name[i] or f"signal {i}"
        check(channel["name"] == theirs or channel["name"].startswith(theirs + " "), f"{name}: named {channel['name']}, {theirs}")
        unit = channel["unit_text"] or UNITS.get(channel["unit"], channel["unit"])
        if unit != digital.units[i]:
            done[f"unit {digital.units[i]} read as {unit or 'a bare number'}"] += 1
        done["samples"] += len(got)
        done["signals"] += 1


def expanded(channel, first, end, frame_hz):
    """A channel's physical values over frames [first, end), NaN where it has none."""
    spf = round(channel["rate_hz"] / frame_hz)
    out = np.full((end - first) * spf, np.nan)
    for row, rows, start, rate in channel["stretches"]:
        at = round(start * rate)
        low, high = max(at, first * spf), min(at + rows, end * spf)
        if low < high:
            out[low - first * spf:high - first * spf] = channel["physical"][row + low - at:row + high - at]
    return out


def readable_runs(wfdb, base, header):
    """Runs of frames whose segments are all there, as (first, end); and the names of those that are not."""
    runs, lost, at = [], [], 0
    for name, length in zip(header.seg_name, header.seg_len):
        first, at = at, at + length
        if length == 0:
            continue
        there = name == "~"
        if not there and (base.parent / f"{name}.hea").exists():
            files = wfdb.rdheader(str(base.parent / name)).file_name or []
            there = all((base.parent / file).exists() for file in files)
        if not there:
            lost.append(name)
        elif runs and runs[-1][1] == first:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((first, at))
    return runs, lost


def compare_multi(wfdb, info, base, what):
    header = wfdb.rdheader(str(base), rd_segments=False)
    runs, lost = readable_runs(wfdb, base, header)
    same_start(info, header, what)
    if lost:
        left_out.append(f"{what}: segments {lost[0]} ... {lost[-1]} ({len(lost)}) are not in the data")
    for first, end in runs:
        empty = all(name == "~" for name, at, length in zip(header.seg_name, np.cumsum([0, *header.seg_len]), header.seg_len)
                    if length and at < end and at + length > first)
        if empty:
            for channel in info["channels"]:
                check(np.isnan(expanded(channel, first, end, header.fs)).all(), f"{what}: samples in a null segment")
            left_out.append(f"{what} frames {first}..{end}: null segments alone, of which wfdb gives nothing; vagus has a gap")
            continue
        try:
            theirs = wfdb.rdrecord(str(base), sampfrom=first, sampto=end, physical=True, smooth_frames=False)
        except Exception as error:
            failures.append(f"{what} frames {first}..{end}: wfdb cannot read it ({type(error).__name__}: {error})")
            continue
        names = [channel["name"] for channel in info["channels"]]
        for name, want in zip(theirs.sig_name, theirs.e_p_signal):
            if not check(name in names, f"{what}: no channel {name}"):
                continue
            channel = info["channels"][names.index(name)]
            got = expanded(channel, first, end, header.fs)
            if channel["integer"]:
                same = np.array_equal(got, want, equal_nan=True)
            else:
                same = np.allclose(got, want, rtol=1e-6, atol=1e-9, equal_nan=True)
            check(same, f"{what} {name} frames {first}..{end}: physical samples differ")
            done["samples"] += len(want)
            done["signals"] += 1


def compare_record(wfdb, tool, path, set_name, root):
    base = path.with_suffix("")
    what = f"{set_name} {path.relative_to(root)}"
    info, why = tool.record(path)
    header = wfdb.rdheader(str(base), rd_segments=False)
    multi = hasattr(header, "seg_name")
    layout = not multi and header.file_name and all(f == "~" for f in header.file_name)
    if layout:
        left_out.append(f"{what}: a layout header, without samples of its own; compared through its record")
        check(info is not None, f"{what}: {why}")
        return None
    if info is None:
        files = {base.parent / f for f in header.file_name or []} if not multi else set()
        absent = sorted(f.name for f in files if not f.exists())
        if check(absent, f"{what}: vagus cannot read it ({why})"):
            left_out.append(f"{what}: {', '.join(absent)} is not in the data (header alone); vagus says: {why}")
        return None
    (compare_multi if multi else compare_single)(wfdb, info, base, what)
    done["records"] += 1
    return info


def compare_rewritten(wfdb, tool, path, info, fmt, what, folder):
    """What vagus writes of a record it read, as wfdb reads it."""
    if not any(channel["rows"] for channel in info["channels"]) and info["channels"]:
        left_out.append(f"{what} written again: it has no samples, and a WFDB signal file must hold some")
        return
    out = folder / "again"
    for old in folder.glob("again*"):
        old.unlink()
    result = tool.call("rewrite", path, out, fmt)
    if not check(result.returncode == 0, f"{what} written in format {fmt}: {result.stderr.strip()}"):
        return
    try:
        theirs = wfdb.rdrecord(str(out), physical=True, smooth_frames=False)
    except Exception as error:
        failures.append(f"{what} written in format {fmt}: wfdb cannot read it ({type(error).__name__}: {error})")
        return
    header = wfdb.rdheader(str(out), rd_segments=False)
    names = list(theirs.sig_name)
    rounding = {m[1]: float(m[2]) for m in
                (re.match(r"(.*) was digitised .* error is (\S+)$", c) for c in header.comments or []) if m}
    used = collections.Counter()
    for channel in info["channels"]:
        name = channel["name"].strip()
        k = [i for i, n in enumerate(names) if n == name][used[name]]
        used[name] += 1
        want = expanded(channel, 0, theirs.sig_len, theirs.fs)
        got = theirs.e_p_signal[k]
        if name in rounding:
            near = np.abs(got - want)
            same = np.array_equal(np.isnan(got), np.isnan(want)) and np.nanmax(near, initial=0) <= rounding[name] * (1 + 1e-9) + 1e-12
        else:
            same = np.array_equal(got, want, equal_nan=True)
        check(same, f"{what} {name} written in format {fmt}: samples differ for wfdb")
        done["signals written"] += 1
    if fmt:
        used_formats = getattr(theirs, "fmt", None)
        check(used_formats is None or set(used_formats) == {str(fmt)}, f"{what}: format {used_formats} instead of {fmt}")
    for track in info["tracks"]:
        same_annotations(track, wfdb.rdann(str(out), track["name"]), f"{what} .{track['name']} written")
        done["annotation files written"] += 1
    done["records written"] += 1


def compare_targets(tool, samples):
    """The C programs' own output. Columns of physical values are printed with 8 decimals at most, -32768 or '-' is missing."""
    data, targets = samples / "sample-data", samples / "target-output"
    multi = "multi-segment/"
    table = [  # target, record, channels, first and end frame, digital or physical
        ("record-1a", "test01_00s", None, 0, None, "d"), ("record-1b", "a103l", [2, 0], 12500, 40000, "p"),
        ("record-1c", "a103l", [0, 1], 20000, None, "d"), ("record-1d", "3000003_0003", [1], 125, 1000, "p"),
        ("record-1f.gz", "binformats", None, 0, None, "d"), ("record-flac.gz", "flacformats", None, 0, None, "d"),
        ("record-2b", "100", [1], 1, 10800, "d"), ("record-2c", "100_3chan", None, 0, None, "p"),
        ("record-2d", "310derive", None, 2, None, "d"), ("record-2e", "311derive", None, 1, 978, "p"),
        ("record-3b", "s0010_re", [13, 0, 4, 8, 3], 5000, 38000, "p"),
        ("record-4a", "test01_00s_skewframe", None, 0, 3997, "smooth-d"), ("record-4b", "03700181", None, 0, 74996, "smooth-d"),
        ("record-4c", "03700181", [0, 2], 1000, 16000, "smooth"), ("record-4d", "test01_00s_skewframe", None, 0, 3997, "high"),
        ("record-multi-fixed-c", multi + "fixed1/v102s", [1, 0, 3], 70000, 80000, "p"),
        ("record-multi-fixed-d.gz", multi + "041s/041s", [3, 2, 1], 0, None, "high-d"),
        ("record-multi-variable-a", multi + "s00001/s00001-2896-10-10-00-31", None, 14428365, 14428375, "p"),
        ("record-multi-variable-b", multi + "s00001/s00001-2896-10-10-00-31", None, 14428364, 14428375, "p"),
        ("record-multi-variable-d", multi + "p000878/p000878-2137-10-26-16-57", [0, 1], 3550, 7500, "d"),
    ]
    named = {row[0] for row in table}
    for target in sorted(p.name for p in targets.iterdir() if p.name.startswith("record-")):
        check(target in named, f"target-output {target} is not compared")
    left_out.append("target-output record-multi-variable-b, its first row: segment 3975656_0011 is not in the data")
    for target, record, channels, first, end, kind in table:
        opened = gzip.open if target.endswith(".gz") else open
        with opened(targets / target, "rt") as text:
            want = np.genfromtxt((line.replace("\t-\t", "\tnan\t") for line in text), ndmin=2)
        if target == "record-multi-variable-b":
            want, first = want[1:], first + 1
        info, why = tool.record(data / f"{record}.hea")
        if not check(info is not None, f"target-output {target}: {why}"):
            continue
        chosen = [info["channels"][c] for c in (channels if channels is not None else range(len(info["channels"])))]
        frame_hz = min(c["rate_hz"] for c in info["channels"])
        last = end if end is not None else round(max(s[2] + s[1] / s[3] for c in chosen for s in c["stretches"]) * frame_hz)
        columns = [expanded(c, first, last, frame_hz) for c in chosen]
        scale = [(c["gain"], c["baseline"]) for c in chosen]
        if kind.startswith("smooth"):
            # Frames averaged in whole digital steps: to one step of the channel.
            if kind == "smooth-d":
                columns = [c * g + b for c, (g, b) in zip(columns, scale)]
            steps = np.array([1 if kind == "smooth-d" else 1 / g for g, _ in scale])
            got = np.stack([c.reshape(last - first, -1).mean(axis=1) for c in columns], axis=1)
            far = got.shape != want.shape or (np.abs(got - want) > steps * 1.001)[~np.isnan(got)].any()
            check(not far and not np.isnan(got).all(), f"target-output {target}: differs from the C programs' output")
        else:
            if kind.startswith("high"):
                longest = max(len(c) for c in columns)
                columns = [np.repeat(c, longest // len(c)) for c in columns]
            got = np.stack(columns, axis=1)
            if kind in ("d", "high-d"):
                got = np.stack([np.round(c * g + b) for c, (g, b) in zip(columns, scale)], axis=1)
                want = want.copy()
                for k, channel in enumerate(chosen):
                    lost = np.isnan(got[:, k])
                    codes = {-32768.0, *map(float, CODES.values())}
                    check(set(want[lost, k]) <= codes, f"target-output {target}: a value where vagus has none")
                    want[lost, k] = np.nan
            else:
                check(np.array_equal(np.isnan(got), np.isnan(want)), f"target-output {target}: missing samples")
                got = np.round(got, 8)
            tolerance = 0 if kind in ("d", "high-d") or all(c["integer"] for c in chosen) else 1e-6
            check(got.shape == want.shape and np.allclose(got, want, rtol=tolerance, atol=1.01e-8, equal_nan=True),
                  f"target-output {target}: differs from the C programs' output")
        done["target-output files"] += 1

    line = re.compile(r"[ \t]*[\[\]\w\.:]+ +(-?\d+) +(\S+) +(-?\d+) +(\d+) +(-?\d+)\t?(.*)")
    for target, file in (("ann-1", "100.atr"), ("ann-2", "12726.anI"), ("ann-3", "1003.atr")):
        ours, why = tool.annotations(data / file)
        if not check(ours is not None, f"target-output {target}: {why}"):
            continue
        rows = [line.match(text).groups() for text in (targets / target).read_text().splitlines()]
        want = [(int(s), y, int(t), int(c), int(n), x) for s, y, t, c, n, x in rows]
        check([tuple(a) for a in ours["annotations"]] == want, f"target-output {target}: differs from the C programs' output")
        done["target-output files"] += 1


def main():
    if "VAGUS_DATA" not in os.environ:
        print("SKIPPED: VAGUS_DATA is not set")
        return 77
    import wfdb

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        tool = Tool(sys.argv[1], folder)
        sets = {name: find_data(name, folder) for name in ("wfdb-samples", "mitdb")}
        if not all(sets.values()):
            print("SKIPPED: not in VAGUS_DATA:", ", ".join(name for name, found in sets.items() if not found))
            return 77
        for set_name, root in sets.items():
            for path in sorted(root.rglob("*.hea")):
                info = compare_record(wfdb, tool, path, set_name, root)
                if info:
                    compare_rewritten(wfdb, tool, path, info, 0, f"{set_name} {path.stem}", folder)
            for path in sorted(root.rglob("*")):
                ending = path.suffix[1:]
                if not path.is_file() or not ending or "target-output" in path.parts or re.fullmatch(r"d\d", ending) or ending in NOT_ANNOTATIONS:
                    continue
                what = f"{set_name} {path.relative_to(root)}"
                ours, why = tool.annotations(path)
                if check(ours is not None, f"{what}: {why}"):
                    same_annotations(ours, wfdb.rdann(str(path.with_suffix("")), ending), what)
            for path in sorted(root.rglob("*")):
                if path.suffix in (".edf", ".wav"):
                    left_out.append(f"{set_name} {path.name}: not a WFDB record (EDF, WAV: a later issue)")
        data = sets["wfdb-samples"] / "sample-data"
        for record, formats in (("100", (8, 16, 24, 32, 61, 160, 212, 516, 524)), ("3000003_0003", (80, 508, 310, 311)),
                                ("mixedsignals", (16, 24, 32, 61, 160, 516, 524)), ("100_3chan", (212,)), ("s0010_re", (516,))):
            info, _ = tool.record(data / f"{record}.hea")
            for fmt in formats:
                compare_rewritten(wfdb, tool, data / f"{record}.hea", info, fmt, record, folder)
        compare_targets(tool, sets["wfdb-samples"])

    print(f"against wfdb {wfdb.__version__}:", ", ".join(f"{n:,} {what}" for what, n in done.items()))
    print(f"not compared ({len(left_out)}):")
    for reason in left_out:
        print("  " + reason)
    for failure in failures:
        print("DIFFERS: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
