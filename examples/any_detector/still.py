"""When six axes were still, from the blocks of `frames = "npy"`: what a reader in NumPy looks like.

  vagus run --exec 'python3 still.py' --frames npy --reads acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps day.csv

With a file of blocks as its argument it reads that."""
import json
import sys

import numpy as np
from numpy.lib import format as npy

COLUMNS = ["acc_x_g", "acc_y_g", "acc_z_g", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps"]


def blocks(source):
    while True:
        npy.read_magic(source)
        (rows,), _, dtype = npy.read_array_header_1_0(source)
        if rows == 0:
            return
        yield np.frombuffer(source.read(rows * dtype.itemsize), dtype)


def main():
    still = False
    tail = np.zeros(99, np.float32)                                 # movement of the second before
    for block in blocks(open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer):
        x, y, z, p, q, r = (block[name] for name in COLUMNS)
        movement = (np.sqrt(x * x + y * y + z * z) - 1) ** 2 + (p * p + q * q + r * r) * np.float32(1e-4)
        movement = np.concatenate([tail, movement])
        tail = movement[-99:]
        second = np.convolve(movement, np.full(100, 0.01, np.float32), "valid")
        now = second < 0.02
        for i in np.flatnonzero(now & ~np.concatenate([[still], now[:-1]])):
            print(json.dumps({"t_s": float(block["t_s"][i])}))
        still = bool(now[-1])


main()
