"""Beats of the first lead of WFDB records by the detectors of PyPI's wfdb, as annotation files FOLDER/RECORD.PEER.

Usage: detect.py PEER FOLDER RECORD_PATH...     PEER: gqrs, xqrs

A record whose annotations are there, made from the same signal by the same version, is not done again.
"""
import hashlib
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

import numpy as np
import wfdb
import wfdb.processing


def gqrs(path):
    record = wfdb.rdrecord(path, channels=[0], physical=False)
    return wfdb.processing.gqrs_detect(d_sig=record.d_signal[:, 0], fs=record.fs, adc_gain=record.adc_gain[0],
                                       adc_zero=record.adc_zero[0])


def xqrs(path):
    record = wfdb.rdrecord(path, channels=[0])
    detector = wfdb.processing.XQRS(sig=record.p_signal[:, 0], fs=record.fs)
    detector.detect(verbose=False)
    return detector.qrs_inds


def key_of(path):
    digest = hashlib.sha256(wfdb.__version__.encode())
    for ending in (".hea", ".dat"):
        with open(path + ending, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def one(peer, folder, path):
    name = os.path.basename(path)
    key, key_file = key_of(path), os.path.join(folder, name + ".key")
    if os.path.exists(key_file):
        with open(key_file) as file:
            known = json.load(file)
        if known["key"] == key and os.path.exists(os.path.join(folder, f"{name}.{peer}")):
            return name, known["seconds"]
    began = time.process_time()
    beats = np.unique(np.asarray({"gqrs": gqrs, "xqrs": xqrs}[peer](path), dtype=np.int64))
    seconds = time.process_time() - began
    wfdb.wrann(name, peer, beats, ["N"] * len(beats), write_dir=folder)
    with open(key_file, "w") as file:
        json.dump({"key": key, "seconds": round(seconds, 2)}, file)
    return name, seconds


def main():
    peer, folder, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [pool.submit(one, peer, folder, path) for path in paths]
        for done, job in enumerate(as_completed(jobs), 1):
            name, seconds = job.result()
            print(f"{peer} {name}: {seconds:.1f} s of processor  ({done}/{len(jobs)})", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
