"""The package as people use it, from the wheel: the same bits as the program, one clear error for whatever is wrong."""

import json
import os
import pickle
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest

import vagus as vg

PROGRAM = os.environ["VAGUS_PROGRAM"]
DATA = os.environ.get("VAGUS_DATA", "")


def program(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A simulated ECG of ten minutes with noise and gaps, as the program writes it."""
    base = tmp_path_factory.mktemp("ecg") / "rec"
    program("simulate", "ecg", "--seed", 7, "--duration-s", 600, "--set", "muscle_mv=0.15", "-o", base)
    return f"{base}.hea"


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def same_events(events, said):
    beats = [line for line in said if "kind" not in line and "summary" not in line]
    assert len(events) == len(beats)
    for event, line in zip(events, beats):
        assert (event["t_s"], event["t_known_s"]) == (line["t_s"], line["t_known_s"])
        assert event["quality"] == np.float32(line["quality"])
        if "sample" in line:
            assert event["sample"] == line["sample"]
    unreadable = [(line["t_start_s"], line["t_end_s"], line["reason"]) for line in said if line.get("kind") == "unreadable"]
    assert [tuple(u) for u in events.unreadable] == unreadable
    assert events.summary == {k: v for k, v in said[-1].items()}


@pytest.mark.parametrize("detector", vg.detectors())
def test_what_python_says_is_what_the_program_says(simulated, detector):
    events = vg.run(detector, vg.read(simulated))
    assert len(events) > 500
    same_events(events, lines(program("run", detector, simulated, "--json")))


@pytest.mark.skipif(not DATA, reason="SKIPPED: VAGUS_DATA is not set")
def test_mit_bih_gives_the_same_bits(tmp_path):
    archive = next((os.path.join(DATA, f) for f in sorted(os.listdir(DATA)) if f.startswith("mitdb")), None)
    if archive is None:
        pytest.skip("SKIPPED: no mitdb under VAGUS_DATA")
    os.environ["VAGUS_STORE"] = str(tmp_path / "store")
    recordings = vg.read("mitdb:1*")
    assert len(recordings) == 23
    answers = vg.run("health.beats", recordings)
    said = lines(program("run", "health.beats", "mitdb:1*", "--json"))
    by_recording = {}
    for line in said:
        by_recording.setdefault(line["recording"], []).append(line)
    for recording, events in zip(recordings, answers):
        told = by_recording[f"mitdb:{recording.name}"]
        for line in told:
            del line["recording"]
        same_events(events, told)


def test_a_stream_in_chunks_says_what_a_run_says(simulated):
    recording = vg.read(simulated)
    channel = recording[0]
    whole = vg.run("health.beats", recording)
    signal = channel.values("float32")
    for size in (1, 97, 250, len(signal)):
        detector = vg.health.BeatDetector(rate_hz=channel.rate_hz)
        part = [detector.push(signal[i:i + size]) for i in range(0, len(signal) if size > 1 else 20000, size)]
        if size > 1:
            part.append(detector.finish())
        events = np.concatenate(part)
        expected = whole if size > 1 else whole[: len(events)]
        assert len(events) > 20
        for field in ("sample", "quality", "t_s", "t_known_s"):
            assert (events[field] == expected[field]).all(), (size, field)


def test_a_pickled_detector_goes_on(simulated):
    signal = vg.read(simulated)[0].values("float32")
    rate = vg.read(simulated)[0].rate_hz
    straight, first = vg.health.BeatDetector(rate_hz=rate), vg.health.BeatDetector(rate_hz=rate)
    for detector in (straight, first):
        detector.push(signal[:20000])
        detector.gap(1.5)
        detector.push(signal[20000:30000])
    second = pickle.loads(pickle.dumps(first))
    assert second.snapshot() == first.snapshot()
    a, b = straight.push(signal[30000:]), second.push(signal[30000:])
    assert len(a) > 100 and (a == b).all()


def test_probes_and_scores(simulated):
    events = vg.run("health.beats", simulated, scores=True, probes=["all"])
    assert events.candidates is not None and len(events.candidates[0]) == len(events.candidates[1]) > 0
    assert set(events.probes) == {name for name, _ in vg.detectors("health.beats")["probes"]}
    detector = vg.health.BeatDetector(rate_hz=360, probes=True)
    detector.push(np.zeros(3600, "float32"))
    assert detector.probes and set(detector.probes) <= set(events.probes)


def test_samples_are_handed_over_without_a_copy(simulated):
    recording = vg.read(simulated)
    channel = recording[0]
    digital = channel.digital()
    assert digital.dtype == np.int16 and not digital.flags.owndata and not digital.flags.writeable
    tracemalloc.start()
    again = channel.digital()
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert grown < 10_000 < digital.nbytes
    assert again.__array_interface__["data"] == digital.__array_interface__["data"]
    del recording, channel, again
    assert digital[:10].sum() == digital[:10].sum()  # the recording lives as long as its samples are looked at
    physical = vg.read(simulated)[0]
    assert np.allclose(physical.values(), (digital - physical.baseline) / physical.gain)


def _allocated():
    """Bytes that this process has taken from malloc."""
    import ctypes

    class Info(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
                                                         "uordblks", "fordblks", "keepcost")]

    asked = ctypes.CDLL(None).mallinfo2
    asked.restype = Info
    info = asked()
    return info.uordblks + info.hblkhd


@pytest.mark.parametrize("kind", ["int16", "int32", "float32", "float64"])
def test_arrays_become_a_recording_and_come_back_without_a_copy(kind):
    size = 4_000_000
    array = np.arange(size, dtype=kind)
    vg.Recording.from_arrays({"acc_x_g": array[:9]}, rate_hz=100)["acc_x_g"].digital()  # what is loaded once
    before = _allocated()
    recording = vg.Recording.from_arrays({"acc_x_g": array}, rate_hz=100)
    stored = recording["acc_x_g"].digital()
    assert _allocated() - before < 200_000
    assert stored.ctypes.data == array.ctypes.data and np.shares_memory(stored, array)
    assert not stored.flags.writeable
    # The array lives as long as anything that reads it.
    expected = array[-3:].copy()
    del array, recording
    np.testing.assert_array_equal(stored[-3:], expected)


def test_a_recording_made_of_arrays(simulated, tmp_path):
    read = vg.read(simulated)[0]
    made = vg.Recording.from_arrays({"ecg_mv": read.values("float32")}, rate_hz=read.rate_hz, subject="p07",
                                    attributes={"age": 61, "name": "somebody"})
    assert made.subject == "p07" and made.attributes == {"age": "61"}
    a, b = vg.run("health.beats", made), vg.run("health.beats", vg.read(simulated))
    assert (a == b).all()
    made.write(tmp_path / "made.csv")
    assert (vg.run("health.beats", tmp_path / "made.csv")["sample"] == a["sample"]).all()


def test_every_order_and_type_of_array_is_read():
    t = np.arange(5000) / 250
    wave = (1000 * np.exp(-((t % 0.8 - 0.4) ** 2) / 2e-4)).astype("int16")
    expected = vg.run("health.beats", vg.Recording.from_arrays({"ecg_uv": wave}, rate_hz=250))["sample"]
    assert len(expected) > 15
    matrix = np.asfortranarray(np.stack([wave, -wave], axis=1))
    backwards = wave[::-1].copy()
    shapes = [wave.astype(">i2"), wave.astype("int64"), wave.astype(">f8"), wave.astype("float16"), wave.tolist(),
              matrix[:, 0], backwards[::-1], np.repeat(wave, 3)[::3], np.ma.masked_array(wave, mask=np.zeros(5000, bool))]
    frozen = wave.copy()
    frozen.flags.writeable = False
    for array in [*shapes, frozen]:
        made = vg.Recording.from_arrays({"ecg_uv": array}, rate_hz=250)
        assert (vg.run("health.beats", made)["sample"] == expected).all()


def test_missing_values_are_gaps_and_irregular_times_are_put_on_a_grid():
    wave = np.ones(1000, "float32")
    wave[300:600] = np.nan
    events = vg.run("health.beats", vg.Recording.from_arrays({"ecg_mv": wave}, rate_hz=100))
    assert events.summary["gaps"] == 1
    masked = np.ma.masked_array(np.ones(1000), mask=np.isnan(wave))
    assert vg.run("health.beats", vg.Recording.from_arrays({"ecg_mv": masked}, rate_hz=100)).summary["gaps"] == 1
    stamps = np.arange(1000) / 100 + np.random.default_rng(1).normal(0, 0.001, 1000)
    stamps[500:] += 10
    irregular = vg.Recording.from_arrays({"acc_x_g": np.zeros(1000)}, t_s=stamps)
    assert len(irregular["acc_x_g"].gaps) == 1
    assert abs(irregular["acc_x_g"].rate_hz - 100) < 0.2


def test_pandas_there_and_back():
    import pandas as pd

    index = pd.date_range("2024-05-01T10:00:00", periods=600, freq="20ms")
    frame = pd.DataFrame({"acc_x_g": np.arange(600.0), "acc_y_g": 1.0}, index=index)
    recording = vg.Recording.from_pandas(frame)
    assert recording["acc_x_g"].rate_hz == 50 and recording.start.startswith("2024-05-01T10:00:00")
    back = recording.to_pandas()
    assert (back["acc_x_g"].to_numpy() == np.arange(600.0)).all()
    assert list(vg.run("health.beats", vg.Recording.from_arrays({"ecg_mv": np.zeros(2000)}, rate_hz=250)).to_pandas().columns)[0] == "t_s"


def test_parquet_is_read_by_pyarrow(tmp_path):
    import pyarrow
    import pyarrow.parquet

    x = np.sin(np.arange(500) / 9).astype("float32")
    pyarrow.parquet.write_table(pyarrow.table({"t_s": np.arange(500) / 50, "acc_x_g": x}), tmp_path / "p.parquet")
    timed = vg.Recording.from_parquet(tmp_path / "p.parquet", subject="p07")
    assert timed.subject == "p07" and timed["acc_x_g"].rate_hz == pytest.approx(50)
    np.testing.assert_array_equal(timed["acc_x_g"].values("float32"), x)
    (tmp_path / "not.parquet").write_bytes(b"no")
    with pytest.raises(vg.InputError, match="not.parquet"):
        vg.Recording.from_parquet(tmp_path / "not.parquet")
    with pytest.raises(vg.UsageError, match="no column 'when'"):
        vg.Recording.from_parquet(tmp_path / "p.parquet", time="when")


def test_scores_are_the_programs(simulated, tmp_path):
    recording = vg.read(simulated)
    beats = vg.run("health.beats", recording)
    program("run", "health.beats", simulated, "--wfdb", "vgs", "-o", tmp_path)
    said = json.loads(program("score", "ec57", simulated.replace(".hea", ".atr"), tmp_path / "rec.vgs", "--json"))
    score = vg.score.ec57(recording, beats)
    assert score == {**said, **{k: v for k, v in score.items() if k not in said}}
    assert score["tp"] > 200 and "QRS sensitivity" in repr(score) and "<pre>" in score._repr_html_()
    falls = [{"t_s": 100.0, "t_impact_s": 100.0, "label": "fall", "kind": "fall"}]
    assert vg.score.events([{"t_start_s": 99.0, "t_end_s": 101.0, "kind": "fall"}], falls)


def test_labels_can_be_added(tmp_path):
    recording = vg.Recording.from_arrays({"ecg_mv": np.zeros(5000)}, rate_hz=250)
    recording.add_track("beats", [1.0, 2.5], ["N", "V"], rate_hz=250)
    assert recording.tracks["beats"].t_s.tolist() == [1.0, 2.5]
    assert recording.tracks["beats"].labels == ["N", "V"]
    first = recording.tracks["beats"]
    for i in range(20):
        recording.add_track(f"more {i}", [3.0], ["N"], rate_hz=250)
    assert first.labels == ["N", "V"] and len(recording.tracks) == 21


def test_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("VAGUS_STORE", str(tmp_path / "store"))
    made = vg.Recording.from_arrays({"ecg_mv": np.zeros(2000, "float32")}, rate_hz=250, name="a", subject="s1")
    version = vg.store.add(made, "ours")
    assert len(version) == 64 and "ours" in vg.store.sets() and vg.store.recordings("ours") == ["a"]
    assert vg.read("ours:a").subject == "s1"
    with pytest.raises(vg.Error, match="ours"):
        vg.read("ours:nobody")


ECG = np.zeros(2000, "float32")
WRONG = {
    "no such detector": (lambda: vg.run("health.beat", ECG), vg.UsageError, 'did you mean "health.beats"'),
    "no such file": (lambda: vg.read("nowhere.hea"), vg.InputError, "nowhere.hea: no such file"),
    "nothing to read": (lambda: vg.read(), vg.UsageError, "read what"),
    "unknown setting": (lambda: vg.health.BeatDetector(rate_hz=250, treshold=1), vg.UsageError, 'did you mean "threshold"'),
    "setting out of range": (lambda: vg.health.BeatDetector(rate_hz=250, threshold=7), vg.UsageError, "threshold"),
    "word for a number": (lambda: vg.health.BeatDetector(rate_hz=250, threshold="much"), vg.UsageError, "takes a number"),
    "no rate": (lambda: vg.health.BeatDetector(rate_hz=0), vg.UsageError, "rate_hz"),
    "rate out of range": (lambda: vg.run("health.beats", vg.Recording.from_arrays({"ecg_mv": ECG}, rate_hz=20)), vg.InputError, "Hz"),
    "no channel": (lambda: vg.run("health.beats", vg.Recording.from_arrays({"acc_x_g": ECG}, rate_hz=250)), vg.InputError, "ecg_mv"),
    "two dimensions": (lambda: vg.Recording.from_arrays({"ecg_mv": np.zeros((9, 2))}, rate_hz=250), vg.UsageError, "shape"),
    "words": (lambda: vg.Recording.from_arrays({"ecg_mv": ["a", "b"]}, rate_hz=250), vg.UsageError, "numbers"),
    "objects": (lambda: vg.Recording.from_arrays({"ecg_mv": [object()]}, rate_hz=250), vg.UsageError, "numbers"),
    "complex": (lambda: vg.Recording.from_arrays({"ecg_mv": np.zeros(9, complex)}, rate_hz=250), vg.UsageError, "numbers"),
    "empty": (lambda: vg.Recording.from_arrays({"ecg_mv": []}, rate_hz=250), vg.UsageError, "not one sample"),
    "no channels": (lambda: vg.Recording.from_arrays({}, rate_hz=250), vg.UsageError, "channel"),
    "unknown column": (lambda: vg.Recording.from_arrays({"ecg_mw": ECG}, rate_hz=250), vg.InputError, "ecg_mv"),
    "lengths": (lambda: vg.Recording.from_arrays({"acc_x_g": ECG, "acc_y_g": ECG[1:]}, rate_hz=50), vg.UsageError, "length"),
    "no rate and no times": (lambda: vg.Recording.from_arrays({"ecg_mv": ECG}), vg.UsageError, "rate_hz"),
    "rate of nothing": (lambda: vg.Recording.from_arrays({"ecg_mv": ECG}, rate_hz=float("nan")), vg.UsageError, "rate"),
    "times of another length": (lambda: vg.Recording.from_arrays({"ecg_mv": ECG}, t_s=np.arange(5.0)), vg.UsageError, "times"),
    "times that stand still": (lambda: vg.Recording.from_arrays({"ecg_mv": ECG}, t_s=np.zeros(2000)), vg.Error, ""),
    "chunk of two channels": (lambda: vg.health.BeatDetector(rate_hz=250).push(np.zeros((5, 2))), vg.UsageError, "channel"),
    "chunk of words": (lambda: vg.health.BeatDetector(rate_hz=250).push(["a"]), vg.UsageError, "numbers"),
    "gap backwards": (lambda: vg.health.BeatDetector(rate_hz=250).gap(-1), vg.UsageError, "gap"),
    "not an ending": (lambda: vg.Recording.from_arrays({"ecg_mv": ECG}, rate_hz=250).write("a.docx"), vg.UsageError, "docx"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_once_and_clearly(case):
    call, kind, words = WRONG[case]
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_chunk_without_samples_changes_nothing():
    detector = vg.health.BeatDetector(rate_hz=250)
    before = detector.snapshot()
    assert len(detector.push([])) == 0 and detector.snapshot() == before


def test_import_is_quick():
    best = min(float(subprocess.run([sys.executable, "-c", "import time; t=time.perf_counter(); import vagus; print(time.perf_counter()-t)"],
                                    check=True, capture_output=True, text=True).stdout) for _ in range(5))
    assert best < 0.1


def test_a_push_of_a_second_costs_little_beside_the_detectors_work():
    detector = vg.health.BeatDetector(rate_hz=250)
    nothing, second = np.zeros(0, "float32"), np.zeros(250, "float32")
    detector.push(second)

    def each(chunk, n=2000):
        began = time.perf_counter()
        for _ in range(n):
            detector.push(chunk)
        return (time.perf_counter() - began) / n

    assert min(each(nothing) for _ in range(5)) < 10e-6


def test_ctrl_c_stops_a_run(tmp_path):
    script = tmp_path / "long.py"
    script.write_text("import numpy as np, vagus as vg\n"
                      "r = vg.Recording.from_arrays({'ecg_mv': np.random.default_rng(1).normal(size=60_000_000).astype('float32')}, rate_hz=250)\n"
                      "print('ready', flush=True)\n"
                      "try:\n    vg.run('health.quality', r)\nexcept KeyboardInterrupt:\n    print('stopped', flush=True)\n")
    import signal

    child = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    began = time.perf_counter()
    assert child.stdout.readline() == "stopped\n"
    assert time.perf_counter() - began < 2
    child.wait()


def test_events_are_shown_as_a_table(simulated):
    events = vg.run("health.beats", simulated)
    shown = events._repr_html_()
    assert "<table>" in shown and "quality" in shown and "health.beats" in shown
    assert repr(vg.read(simulated)).startswith("<Recording rec")
    import matplotlib

    matplotlib.use("Agg")
    axes = vg.read(simulated).plot(10, 14, events=events)
    assert len(axes) >= 1


def test_a_recording_is_shown_with_what_it_holds(simulated):
    import xml.dom.minidom

    shown = vg.read(simulated)._repr_html_()
    page = xml.dom.minidom.parseString(shown)
    cells = [cell.firstChild.data if cell.firstChild else "" for cell in page.getElementsByTagName("td")]
    rec = vg.read(simulated)
    channel = rec.channel_list()[0]
    values = channel.values()
    assert cells[:4] == [channel.name, channel.unit, f"{channel.rate_hz:g}", f"{channel.rows:,}"]
    assert cells[4] == f"{np.nanmin(values):.4g} to {np.nanmax(values):.4g}"
    assert "atr" in cells and f"{len(rec.tracks['atr'].labels):,}" in cells
    waves = [path for path in page.getElementsByTagName("path") if path.getAttribute("class") == "e"]
    assert waves and len(waves[0].getAttribute("d")) > 500
    assert len(shown) < 200_000

    # Names are text, gaps part the line, and what cannot be drawn is not.
    odd = vg.Recording.from_arrays({"ecg_mv": np.sin(np.arange(3000) / 9)}, t_s=np.r_[np.arange(1000), np.arange(1000) + 1500, np.arange(1000) + 3000] / 500.0,
                                   subject="<b>&", name="x")
    page = xml.dom.minidom.parseString(odd._repr_html_())
    assert "x of <b>&" in page.getElementsByTagName("b")[0].firstChild.data
    wave = next(path for path in page.getElementsByTagName("path") if path.getAttribute("class") == "e")
    assert wave.getAttribute("d").count("M") == 3 and [cell.firstChild.data for cell in page.getElementsByTagName("td")][6] == "2"
    late = vg.Recording.from_arrays({"ecg_mv": np.sin(np.arange(3000) / 9)}, t_s=5000 + np.arange(3000) / 250)
    assert late._repr_html_().count('class="e" d="M96 ') == 1
    nothing = vg.Recording.from_arrays({"ecg_mv": np.full(500, np.nan)}, rate_hz=250)
    assert ">none<" in nothing._repr_html_() and "500" in nothing._repr_html_()


def test_every_public_thing_says_what_it_does():
    for module in (vg, vg.score, vg.store, vg.health):
        for name in getattr(module, "__all__", [n for n in dir(module) if not n.startswith("_")]):
            thing = getattr(module, name)
            if callable(thing) and getattr(thing, "__module__", "").startswith("vagus") and not name[0].isupper():
                assert (thing.__doc__ or "").strip(), name


def test_the_stubs_are_what_the_package_is(tmp_path):
    """The stub names what the extension has, no more and no less, and a user's script is type-checked."""
    import ast

    def public(names):
        return {name for name in names if not name.startswith("_")}

    def described(body):
        assigned = {one.target.id for one in body if isinstance(one, ast.AnnAssign)}
        return public(assigned | {one.name for one in body if isinstance(one, (ast.FunctionDef, ast.ClassDef))})

    tree = ast.parse(open(os.path.join(os.path.dirname(vg.__file__), "_core.pyi")).read())
    assert described(tree.body) == public(dir(vg._core))
    for one in tree.body:
        if isinstance(one, ast.ClassDef):
            assert described(one.body) == public(dir(getattr(vg._core, one.name))), one.name
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    script = tmp_path / "script.py"
    script.write_text("import vagus as vg\n"
                      "rec: vg.Recording = vg.read('100.hea')\n"
                      "rate: float = rec['MLII'].rate_hz\n"
                      "names: list[str] = vg.store.sets()\n"
                      "wrong: int = rec.subject\n")
    done = subprocess.run([sys.executable, "-m", "mypy", str(script)], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert "script.py:5: error: Incompatible types" in done.stdout and "Found 1 error" in done.stdout, done.stdout


@vg.detector("proto.peaks", reads={"ecg": "mV"}, emits={"sample": int, "quality": float, "word": str}, probes=["level"])
class Peaks:
    """A local maximum above a level, told in the next push."""

    def __init__(self, rate_hz, level=0.5):
        self.level, self.at, self.kept = level, 0, np.zeros(0, "float32")

    def push(self, ecg):
        x = np.concatenate([self.kept, ecg])
        first = self.at - len(self.kept)
        for i in np.flatnonzero((x[1:-1] > self.level) & (x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:])) + 1:
            yield {"kind": "probe", "name": "level", "sample": int(first + i), "value": float(x[i])}
            yield {"sample": first + i, "quality": 0.5, "word": "peak"}
        self.at += len(ecg)
        self.kept = x[-2:]


@vg.detector("proto.whole", reads={"ecg": "mV"}, emits={"sample": int})
def whole(recording, level=0.5):
    return [{"sample": int(i)} for i in np.flatnonzero(recording["ecg"] > level)[:3]]


def test_a_prototype_runs_in_this_very_process(simulated):
    peaks = vg.run(Peaks, simulated, level=0.4, probes="all")
    assert len(peaks) > 300 and peaks["word"][0] == "peak" and peaks.detector == "proto.peaks"
    np.testing.assert_array_equal(peaks.probes["level"][0], peaks["t_s"])
    assert peaks.summary["detector"] == "proto.peaks" and "<table>" in peaks._repr_html_()
    assert vg.score.ec57(simulated.replace(".hea", ".atr"), peaks)["tp"] > 100
    assert len(vg.run(whole, simulated)) == 3
    with pytest.raises(vg.UsageError, match="level"):
        vg.run(Peaks, simulated, leve=0.4)
    with pytest.raises(vg.InputError, match="ecg"):
        vg.run(Peaks, vg.Recording.from_arrays({"acc_x_g": ECG}, rate_hz=250))


def test_what_a_prototype_raises_comes_out_as_it_is(simulated):
    @vg.detector("proto.raising", reads={"ecg": "mV"}, emits={"sample": int})
    class Raising:
        def push(self, ecg):
            raise KeyError("mine")

    @vg.detector("proto.ahead", reads={"ecg": "mV"}, emits={"sample": int})
    class Ahead:
        def push(self, ecg):
            yield {"sample": 10**9}

    with pytest.raises(KeyError, match="mine"):
        vg.run(Raising, simulated)
    with pytest.raises(vg.Error, match="future"):
        vg.run(Ahead, simulated)
