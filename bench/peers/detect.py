"""Beats of the first lead of WFDB records by detectors of PyPI's packages, as annotation files FOLDER/RECORD.beats.

Usage: detect.py PEER FOLDER RECORD_PATH...     PEER: gqrs, xqrs, neurokit2, sleepecg, biosppy

On standard output one JSON object: RECORD -> {"seconds": of processor from file to beats, without the package's own start,
"peak_mb": of the process so far, "why": of a record on which it failed, else null}. What was done with the same signal by the
same version is not done again.
"""
import hashlib
import importlib
import importlib.metadata
import json
import multiprocessing
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed


def first_lead(path):
    import wfdb

    record = wfdb.rdrecord(path, channels=[0])
    return record.p_signal[:, 0], float(record.fs)


def gqrs(path):
    import wfdb
    import wfdb.processing

    record = wfdb.rdrecord(path, channels=[0], physical=False)
    return wfdb.processing.gqrs_detect(d_sig=record.d_signal[:, 0], fs=record.fs, adc_gain=record.adc_gain[0],
                                       adc_zero=record.adc_zero[0])


def xqrs(path):
    import wfdb.processing

    signal, rate_hz = first_lead(path)
    detector = wfdb.processing.XQRS(sig=signal, fs=rate_hz)
    detector.detect(verbose=False)
    return detector.qrs_inds


def neurokit2(path):
    """ecg_peaks at its defaults on what ecg_clean makes, as ecg_process does it."""
    import neurokit2

    signal, rate_hz = first_lead(path)
    _, peaks = neurokit2.ecg_peaks(neurokit2.ecg_clean(signal, sampling_rate=rate_hz), sampling_rate=rate_hz)
    return peaks["ECG_R_Peaks"]


def sleepecg(path):
    import sleepecg

    return sleepecg.detect_heartbeats(*first_lead(path))


def biosppy(path):
    """The default segmenter of its ecg(), corrected to the peaks as ecg() does."""
    from biosppy.signals import ecg, tools

    signal, rate_hz = first_lead(path)
    order = int(1.5 * rate_hz)
    filtered, _, _ = tools.filter_signal(signal=signal, ftype="FIR", band="bandpass", order=order + (1 - order % 2),
                                         frequency=[0.67, 45], sampling_rate=rate_hz)
    (peaks,) = ecg.hamilton_segmenter(signal=filtered, sampling_rate=rate_hz)
    (peaks,) = ecg.correct_rpeaks(signal=filtered, rpeaks=peaks, sampling_rate=rate_hz, tol=0.05)
    return peaks


PEERS = {"gqrs": ("wfdb", gqrs), "xqrs": ("wfdb", xqrs), "neurokit2": ("neurokit2", neurokit2),
         "sleepecg": ("sleepecg", sleepecg), "biosppy": ("biosppy", biosppy)}


def start(peer):
    """What a process of the peer loads once."""
    for module in ("wfdb.processing", {"biosppy": "biosppy.signals.ecg"}.get(peer, PEERS[peer][0])):
        importlib.import_module(module)


def key_of(peer, path):
    with open(__file__, "rb") as file:
        digest = hashlib.sha256(file.read())
    digest.update(importlib.metadata.version(PEERS[peer][0]).encode())
    for ending in (".hea", ".dat"):
        with open(path + ending, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def one(peer, folder, path):
    import numpy as np
    import wfdb

    name = os.path.basename(path)
    key, key_file = key_of(peer, path), os.path.join(folder, name + ".key")
    beats_file = os.path.join(folder, f"{name}.beats")
    if os.path.exists(key_file):
        with open(key_file) as file:
            known = json.load(file)
        if known["key"] == key and (known["why"] or os.path.exists(beats_file)):
            return name, known
    began, why = time.process_time(), None
    try:
        beats = np.unique(np.asarray(PEERS[peer][1](path), dtype=np.int64))
        beats = beats[beats >= 0]
        if not len(beats):
            why = "not one beat"
    except Exception as error:  # whatever a package raises is its answer on this record
        why = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    said = {"key": key, "seconds": round(time.process_time() - began, 2),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1), "why": why}
    if os.path.exists(beats_file):
        os.remove(beats_file)
    if why is None:
        wfdb.wrann(name, "beats", beats, ["N"] * len(beats), write_dir=folder)
    with open(key_file, "w") as file:
        json.dump(said, file)
    return name, said


def main():
    peer, folder, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    told = {}
    # Spawned, not forked: a peer's memory is its own.
    with ProcessPoolExecutor(max_workers=int(os.environ.get("PEERS_CORES", "2")), initializer=start, initargs=(peer,),
                             mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(one, peer, folder, path) for path in paths]
        for done, job in enumerate(as_completed(jobs), 1):
            name, said = job.result()
            told[name] = {what: said[what] for what in ("seconds", "peak_mb", "why")}
            failed = f", failed: {said['why']}" if said["why"] else ""
            print(f"{peer} {name}: {said['seconds']:.1f} s of processor{failed}  ({done}/{len(jobs)})", file=sys.stderr, flush=True)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
