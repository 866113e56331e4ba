"""The intervals and tests of lab/stats against SciPy and statsmodels.

Usage: stats_oracle.py PROBE

Closed forms to 1e-9; bootstraps, whose random numbers differ, to 4 % of the interval's width, three times the Monte Carlo
error of an end at 40,000 resamples.
"""
import subprocess
import sys
import warnings

import numpy as np
from scipy import optimize, stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
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
                ask(f"ratio {ours} {confidence} {RESAMPLES} 3 0 {numbers(a, of)}", ci.low, ci.high,
                    tolerance=0.04 * (ci.high - ci.low))
                ci = stats.bootstrap((a, of, b, of), difference, **common).confidence_interval
                ask(f"paired {ours} {confidence} {RESAMPLES} 3 {numbers(a, of, b, of)}", ci.low, ci.high,
                    tolerance=0.04 * (ci.high - ci.low))


def numbers(*columns):
    """Length, then row after row, to the last bit."""
    rows = " ".join(f"{float(x):.17g}" for row in zip(*columns) for x in row)
    return f"{len(columns[0])} {rows}"


def distributions():
    for p in [0.001, 0.3, 0.975]:
        for degrees in [0.4, 1, 7.5, 200]:
            for name, law in [("t", stats.t(degrees)), ("chi2", stats.chi2(degrees))]:
                want = law.ppf(p)
                ask(f"{name} {p} {degrees}", want, tolerance=1e-8 * max(abs(want), 1e-6))
            ask(f"f {p} 3 {degrees}", stats.f.ppf(p, 3, degrees), tolerance=1e-8 * stats.f.ppf(p, 3, degrees))


def cluster_share(x, n, confidence):
    """The formula in lab/stats/cluster_share.h, of enough errors to need neither of its limits."""
    share, clusters = x.sum() / n.sum(), len(x)
    without = (x.sum() - x) / (n.sum() - n)
    variance = (clusters - 1) / clusters * ((without - share) ** 2).sum()
    held = min(e.sum() ** 2 / (e ** 2).sum() for e in (x, n - x))
    upper = (1 + confidence) / 2
    trials = share * (1 - share) / variance * (stats.norm.ppf(upper) / stats.t.ppf(upper, held - 1)) ** 2
    assert clusters < trials < n.sum()
    return (stats.beta.ppf(1 - upper, share * trials, trials - share * trials + 1),
            stats.beta.ppf(upper, share * trials + 1, trials - share * trials))


def negative_binomial(alarms, days, confidence):
    """Profile likelihood by SciPy's own density and searches."""
    def worst(rate):
        def minus(log_shape):
            shape = np.exp(log_shape)
            return -stats.nbinom.logpmf(alarms, shape, shape / (shape + rate * days)).sum()
        return optimize.minimize_scalar(minus, bounds=(np.log(0.05), np.log(1000)), method="bounded").fun
    centre = np.log(alarms.sum() / days.sum())
    best = optimize.minimize_scalar(lambda a: worst(np.exp(a)), bounds=(centre - 3, centre + 3), method="bounded")
    level = best.fun + 0.5 * stats.t.ppf((1 + confidence) / 2, len(alarms) - 1) ** 2
    return [np.exp(optimize.brentq(lambda a: worst(np.exp(a)) - level, best.x, best.x + side)) for side in (-8, 8)]


def people(random):
    for clusters in [8, 20, 48]:
        n = random.integers(50, 151, clusters).astype(float)
        x = random.binomial(n.astype(int), random.beta(7, 3, clusters)).astype(float)
        for confidence in [0.8, 0.95]:
            ask(f"share {confidence} 1 {numbers(x, n)}", *cluster_share(x, n, confidence), tolerance=1e-9)
        days = random.uniform(7, 21, clusters)
        alarms = random.poisson(days * random.gamma(0.5, 0.8, clusters))
        low, high = negative_binomial(alarms, days, 0.95)
        ask(f"alarms 0.95 {numbers(alarms, days)}", low, high, tolerance=1e-3 * low)


def studentised(random):
    """NumPy's own resamples; the standard error of a mean of shares is that of its shares."""
    for n in [15, 40]:
        share = random.beta(8, 2, n)
        rows = share[random.integers(0, n, (RESAMPLES, n))]
        t = np.quantile((rows.mean(1) - share.mean()) / (rows.std(1, ddof=1) / np.sqrt(n)), [0.975, 0.025])
        low, high = share.mean() - t * share.std(ddof=1) / np.sqrt(n)
        ask(f"ratio studentised 0.95 {RESAMPLES} 3 0 {numbers(share, np.ones(n))}", low, high,
            tolerance=0.04 * (high - low))


def tests(random):
    for n in [1, 2, 10, 30]:
        p = random.uniform(0, 1, n) ** 3
        for name, theirs in [("holm", "holm"), ("bh", "fdr_bh")]:
            ask(f"{name} {numbers(p)}", *multipletests(p, method=theirs)[1], tolerance=1e-12)
    for n in [5, 9, 12]:
        a, b, ones = np.round(random.normal(0.4, 1, n), 1), np.round(random.normal(0, 1, n), 1), np.ones(n)
        done = stats.permutation_test((a, b), lambda x, y: x.mean() - y.mean(), permutation_type="samples",
                                      n_resamples=np.inf, alternative="two-sided")
        p = np.mean(np.abs(done.null_distribution) >= abs(done.statistic) - 1e-12)
        ask(f"permutation {numbers(a, ones, b, ones)}", done.statistic, p, tolerance=1e-12)
    for only_a, only_b in [(3, 9), (40, 22), (150, 86)]:
        done = mcnemar([[100, only_a], [only_b, 7]], exact=False, correction=False)
        ask(f"mcnemar 1 {only_a} {only_b} 1000", done.statistic, done.pvalue, tolerance=1e-9)
    for difference in [0.2, 0.5, 1.3]:
        for power in [0.8, 0.9]:
            n = TTestPower().solve_power(difference, alpha=0.05, power=power, alternative="larger")
            ask(f"pairs_needed {difference} 1 0.95 {power}", np.ceil(n), tolerance=1e-9)


def areas(random):
    """DeLong, DeLong and Clarke-Pearson's covariance, written out over all pairs; the areas by Mann and Whitney."""
    for n in [12, 60]:
        positive = np.arange(n) < n // 3
        a, b = (np.round(random.normal(0, 1, n) + lift * positive, 1) for lift in (1.2, 0.8))
        v10, v01, area = [], [], []
        for score in (a, b):
            x, y = score[positive][:, None], score[~positive][None, :]
            order = (x > y) + 0.5 * (x == y)
            v10.append(order.mean(1))
            v01.append(order.mean(0))
            area.append(stats.mannwhitneyu(x.ravel(), y.ravel()).statistic / x.size / y.size)
        cov = np.cov(v10) / positive.sum() + np.cov(v01) / (~positive).sum()
        error = np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])
        difference = area[0] - area[1]
        z = stats.norm.ppf(0.975)
        ask(f"roc {numbers(positive, a, b)}", area[0], area[1], difference - z * error, difference + z * error,
            2 * stats.norm.sf(abs(difference) / error), tolerance=1e-9)


def agreement(random):
    subjects, each = 12, 5
    subject = np.repeat(np.arange(subjects), each)
    a = random.normal(5, 1, subjects * each)
    b = a + random.normal(0, 0.7, subjects)[subject] + random.normal(0, 0.5, subjects * each)
    rows = (a - b).reshape(subjects, each)
    within = rows.var(1, ddof=1).mean()
    between = within * (stats.f_oneway(*rows).statistic - 1) / each
    ask(f"limits {numbers(subject, a, b)}", rows.mean(), np.sqrt(between), np.sqrt(within), tolerance=1e-9)
    # Lin's coefficient; its interval by the delta method on the five moments, derivatives taken numerically, not by his
    # closed form: they agree to the order of 1 / n that he left out.
    n = 4000
    a = random.normal(5, 1, n)
    b = 0.9 * a + 0.8 + random.normal(0, 0.6, n)
    moments = np.array([a, b, a * a, b * b, a * b])

    def fisher(m):
        apart = m[0] - m[1]
        return np.arctanh(2 * (m[4] - m[0] * m[1]) / (m[2] - m[0] ** 2 + m[3] - m[1] ** 2 + apart ** 2))
    centre = moments.mean(1)
    slope = optimize.approx_fprime(centre, fisher, 1e-7)
    half = stats.norm.ppf(0.975) * np.sqrt(slope @ np.cov(moments) @ slope / n)
    value = fisher(centre)
    ask(f"concordance {numbers(np.arange(n), a, b)}", *np.tanh([value, value - half, value + half]), tolerance=2e-3)


def latencies(random):
    for n in [15, 80]:
        time = np.round(random.exponential(10, n), 0) + 1
        found = random.uniform(size=n) < 0.75
        curve = SurvfuncRight(time, found)
        for quantile in [0.25, 0.5]:
            low, high = curve.quantile_ci(quantile, method="cloglog")
            ask(f"latency {quantile} 0.95 {numbers(np.where(found, 0, 2), time)}", curve.quantile(quantile), low, high,
                tolerance=1e-9)


def main():
    # statsmodels takes log(-log(s)) at the curve's ends, where it is infinite as it should be.
    warnings.filterwarnings("ignore", module="statsmodels.duration")
    random = np.random.default_rng(1)
    distributions()
    people(random)
    studentised(random)
    tests(random)
    areas(random)
    agreement(random)
    latencies(random)
    closed_forms(random)
    bootstraps(random)
    done = subprocess.run([sys.argv[1]], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(questions), (len(answers), len(questions))
    worst = 0.0
    for question, answer, (wanted, tolerance) in zip(questions, answers, expected):
        assert len(answer.split()) == len(wanted), (question[:120], answer, wanted)
        for got, want in zip(map(float, answer.split()), wanted):
            if got == want:
                continue
            worst = max(worst, abs(got - want) / tolerance)
            if not abs(got - want) <= tolerance:
                raise SystemExit(f"{question[:120]}: vagus {answer}, outside {wanted}, tolerance {tolerance}")
    print(f"{len(questions)} intervals, tests and quantiles agree; the farthest by {worst:.2f} of its tolerance")


if __name__ == "__main__":
    main()
