#!/usr/bin/env python3
"""Fits the calibration of health.beats and health.quality to what beats_calibration wrote; prints the tables.

  calibrate.py BEATS SECONDS

The first goes into `BeatModel::known`, the second into the constants of `EcgSeconds`.
"""
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression

KNOTS = np.array([0.15, 0.25, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1.0])


def main():
    beats = np.fromfile(sys.argv[1], np.float32).reshape(-1, 2)
    seconds = np.fromfile(sys.argv[2], np.float32).reshape(-1, 3)
    # Straight lines between knots by least squares, drawn a little to the posterior itself where there is no data.
    posterior = np.clip(beats[:, 0], KNOTS[0], 1)
    hats = np.array([np.interp(posterior, KNOTS, unit) for unit in np.eye(len(KNOTS))]).T
    little = 1e-3
    values = np.linalg.solve(hats.T @ hats + little * np.eye(len(KNOTS)), hats.T @ beats[:, 1] + little * KNOTS)
    values = np.maximum.accumulate(np.clip(values, 0, 0.9999))
    print("known:", ", ".join(f"{{{k:g}F, {v:.4f}F}}" for k, v in zip(KNOTS, values)))
    fitted = np.interp(posterior, KNOTS, values)
    print(f"beats: {len(beats)}, Brier {np.mean((fitted - beats[:, 1]) ** 2):.5f}")

    fit = LogisticRegression(C=1e5).fit(seconds[:, :2], seconds[:, 2].astype(int))
    print(f"seconds: offset {fit.intercept_[0]:.2f}, per_least {fit.coef_[0][0]:.1f}, per_mean {fit.coef_[0][1]:.1f}")
    p = fit.predict_proba(seconds[:, :2])[:, 1]
    edges = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1.01]
    for low, high in zip(edges, edges[1:]):
        part = (p >= low) & (p < high)
        if part.any():
            print(f"  {low:.2f} to {high:.2f}: {part.sum()} seconds, said {p[part].mean():.3f}, right {seconds[part, 2].mean():.3f}")


if __name__ == "__main__":
    main()
