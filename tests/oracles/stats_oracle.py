"""The intervals of lab/stats against SciPy and statsmodels.

Usage: stats_oracle.py PROBE

Closed forms to 1e-9; bootstraps, whose random numbers differ, to 4 % of the interval's width, three times the Monte Carlo
error of an end at 40,000 resamples.
"""
import subprocess
import sys

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

RESAMPLES = 40000
questions, expected = [], []


def ask(question, *answers, tolerance):
    questions.append(question)
    expected.append((answers, tolerance))


def closed_forms(random):
    for of in [1, 2, 10, 263, 5000, 100000]:
        for hits in sorted({0, 1, of // 3, of // 2, of - 1, of}):
            for confidence in [0.8, 0.95, 0.999]:
                exact = stats.binomtest(hits, of).proportion_ci(confidence, "exact")
                ask(f"cp {hits} {of} {confidence}", exact.low, exact.high, tolerance=1e-9)
                beta = proportion_confint(hits, of, alpha=1 - confidence, method="beta")
                ask(f"cp {hits} {of} {confidence}", *beta, tolerance=1e-9)
                score = stats.binomtest(hits, of).proportion_ci(confidence, "wilson")
                ask(f"wilson {hits} {of} {confidence}", score.low, score.high, tolerance=1e-9)
    for p in random.uniform(0, 1, 50).tolist():
        ask(f"quantile {p!r}", stats.norm.ppf(p), tolerance=1e-9)
    for z in random.uniform(-6, 6, 50).tolist():
        ask(f"cdf {z!r}", stats.norm.cdf(z), tolerance=1e-12)


def bootstraps(random):
    def ratio(a, a_of, axis=-1):
        return a.sum(axis) / a_of.sum(axis)

    def difference(a, a_of, b, b_of, axis=-1):
        return ratio(a, a_of, axis) - ratio(b, b_of, axis)

    for n in [12, 44]:
        of = random.integers(200, 3000, n).astype(float)
        share = random.beta(20, 2, n)
        a, b = np.round(of * share), np.round(of * np.clip(share + random.normal(0, 0.02, n), 0, 1))
        for ours, theirs in [("percentile", "percentile"), ("bca", "BCa")]:
            for confidence in [0.9, 0.95]:
                common = {"confidence_level": confidence, "n_resamples": RESAMPLES, "method": theirs, "paired": True,
                          "vectorized": True, "rng": np.random.default_rng(5), "batch": 2000}
                ci = stats.bootstrap((a, of), ratio, **common).confidence_interval
                numbers = " ".join(f"{x:.17g} {y:.17g}" for x, y in zip(a, of))
                ask(f"ratio {ours} {confidence} {RESAMPLES} 3 0 {n} {numbers}", ci.low, ci.high,
                    tolerance=0.04 * (ci.high - ci.low))
                ci = stats.bootstrap((a, of, b, of), difference, **common).confidence_interval
                numbers = " ".join(f"{w:.17g} {x:.17g} {y:.17g} {z:.17g}" for w, x, y, z in zip(a, of, b, of))
                ask(f"paired {ours} {confidence} {RESAMPLES} 3 {n} {numbers}", ci.low, ci.high,
                    tolerance=0.04 * (ci.high - ci.low))


def main():
    random = np.random.default_rng(1)
    closed_forms(random)
    bootstraps(random)
    done = subprocess.run([sys.argv[1]], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(questions), (len(answers), len(questions))
    worst = 0.0
    for question, answer, (wanted, tolerance) in zip(questions, answers, expected):
        for got, want in zip(map(float, answer.split()), wanted):
            worst = max(worst, abs(got - want) / tolerance)
            if not abs(got - want) <= tolerance:
                raise SystemExit(f"{question[:120]}: vagus {answer}, outside {wanted}, tolerance {tolerance}")
    print(f"{len(questions)} intervals and quantiles agree; the farthest by {worst:.2f} of its tolerance")


if __name__ == "__main__":
    main()
