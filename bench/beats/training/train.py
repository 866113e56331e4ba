#!/usr/bin/env python3
"""Trains the network of health.beats on what beats_features wrote, and writes device/health/beat_weights.h.

  train.py FEATURES HEADER [--epochs 12] [--seed 0] [--folds]

--folds first trains on three quarters of the records and scores the fourth, four times, and prints what that gives.
"""
import argparse

import numpy as np
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

INPUTS, HIDDEN = 22, 32
TOO_LOW = 0.04  # height / (height + beats' height): a beat hidden deeper than this cannot be told from noise

HEADER = """#pragma once
/// The weights of the network that scores a beat candidate (beat_model.h says what it was trained on). Generated.

namespace vagus::health {{

struct BeatWeights {{
  static constexpr int inputs = {inputs};
  static constexpr int hidden = {hidden};
  static constexpr float weight[inputs][hidden] = {{
      {weight}}};
  static constexpr float bias[hidden] = {bias};
  static constexpr float out[hidden] = {out};
  static constexpr float out_bias = {out_bias};
}};

}}  // namespace vagus::health
"""


def number(x):
    text = f"{x:.5g}"
    return text + ("F" if "." in text or "e" in text else ".0F")


def row(values):
    return "{" + ", ".join(number(v) for v in values) + "}"


def fit(z, y, epochs, seed):
    net = MLPClassifier((HIDDEN,), alpha=1e-4, batch_size=512, max_iter=epochs, learning_rate_init=2e-3, random_state=seed)
    net.fit(z, y)
    net.set_params(learning_rate_init=2e-4, max_iter=2, warm_start=True)
    return net.fit(z, y)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features")
    parser.add_argument("header")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folds", action="store_true")
    options = parser.parse_args()

    data = np.fromfile(options.features, np.float32).reshape(-1, 4 + INPUTS)
    record, version, label, x = data[:, 0], data[:, 1], data[:, 2], data[:, 4:]
    keep = (label < 2) & ~((label == 1) & (x[:, 12] < TOO_LOW))
    record, version, x, y = record[keep], version[keep], x[keep], label[keep].astype(int)
    mean, scale = x.mean(0), x.std(0) + 1e-3
    z = (x - mean) / scale
    print(f"{len(y)} candidates, {y.sum()} beats, {len(np.unique(record))} records, {len(np.unique(version))} versions")

    if options.folds:
        records = np.unique(record)
        p = np.zeros(len(y))
        for fold in range(4):
            held = np.isin(record, records[fold::4])
            p[held] = fit(z[~held], y[~held], options.epochs, options.seed).predict_proba(z[held])[:, 1]
        for name, part in (("as it is", version == 0), ("all", version >= 0)):
            loss = log_loss(y[part], p[part].clip(1e-6, 1 - 1e-6))
            print(f"held-out records, {name}: log loss {loss:.5f}, wrong at 0.5: {((p > 0.5) != y)[part].sum()} of {part.sum()}")

    net = fit(z, y, options.epochs, options.seed)
    print(f"trained: log loss {log_loss(y, net.predict_proba(z)[:, 1].clip(1e-6, 1 - 1e-6)):.5f}")
    # The scaling of the features goes into the first layer.
    weight = net.coefs_[0] / scale[:, None]
    bias = net.intercepts_[0] - mean @ weight
    with open(options.header, "w") as file:
        file.write(HEADER.format(inputs=INPUTS, hidden=HIDDEN, weight=",\n      ".join(row(w) for w in weight), bias=row(bias),
                                 out=row(net.coefs_[1][:, 0]), out_bias=number(net.intercepts_[1][0])))


if __name__ == "__main__":
    main()
