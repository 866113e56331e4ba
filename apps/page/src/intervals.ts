/**
 * Intervals as lab/stats has them: exact binomial, at the effective number of trials, and the cluster bootstrap with bias
 * correction and acceleration.
 */
import { SplitMix } from "./random.ts";

export interface Interval {
  low: number;
  high: number;
}

/** ln Gamma(x), x > 0 (Lanczos, g = 7, n = 9; Godfrey's coefficients): relative error below 1e-14. */
function logGamma(x: number): number {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  let sum = c[0]!;
  for (let i = 1; i < c.length; ++i) sum += c[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The continued fraction of the regularised incomplete beta function (Lentz; Press et al., Numerical Recipes 6.4). */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1, d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let h = d;
  for (let m = 1; m <= 10000; ++m) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 + term * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      if (Math.abs(c) < tiny) c = tiny;
      h *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/** The regularised incomplete beta function I_x(a, b). */
export function betaCdf(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/** The p-quantile of a beta distribution, by halving: 60 halvings reach the last bit that matters on a page. */
function betaQuantile(a: number, b: number, p: number): number {
  let low = 0, high = 1;
  for (let i = 0; i < 60; ++i) {
    const middle = (low + high) / 2;
    if (betaCdf(a, b, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Exact two-sided interval (Clopper-Pearson) of `hits` in `of`. */
export function clopperPearson(hits: number, of: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    low: hits > 0 ? betaQuantile(hits, of - hits + 1, tail) : 0,
    high: hits < of ? betaQuantile(hits + 1, of - hits, 1 - tail) : 1,
  };
}

/** Distribution function of the standard normal (Marsaglia's series, and Laplace's fraction in the tails). */
export function normalCdf(z: number): number {
  if (Math.abs(z) > 6) {
    const x = Math.abs(z);
    let fraction = x;
    for (let i = 40; i > 0; --i) fraction = x + i / fraction;
    const tail = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI) / fraction;
    return z < 0 ? tail : 1 - tail;
  }
  let sum = z, term = z;
  for (let i = 3; i < 400 && Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Its quantile for p in (0, 1): Newton on the distribution function, from a start that is right to some per cent. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = -(t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t));
  for (let i = 0; i < 8; ++i) {
    const step = (normalCdf(z) - p) / (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI));
    z -= step / (1 + 0.5 * z * step);
    if (Math.abs(step) < 1e-14) break;
  }
  return z;
}

/** The p-quantile (p > 0.5) of Student's t, by halving between powers of two. */
export function studentQuantile(p: number, degrees: number): number {
  const below = (t: number): number => 1 - 0.5 * betaCdf(degrees / 2, 0.5, degrees / (degrees + t * t));
  let low = -60, high = 200;
  for (let i = 0; i < 80; ++i) {
    const middle = (low + high) / 2;
    if (below(2 ** middle) < p) low = middle;
    else high = middle;
  }
  return 2 ** ((low + high) / 2);
}

/**
 * Ratio of sums over clusters with an exact interval at the effective number of trials (Korn and Graubard 1998), as
 * `cluster_share` of lab/stats. `trials`: sums are counts; off for averages of shares.
 */
export function clusterShare(numerator: Float64Array, denominator: Float64Array, trials: boolean, confidence: number): Ratio {
  let clusters = 0, hits = 0, of = 0, ofSquare = 0, hitsSquare = 0, missesSquare = 0;
  denominator.forEach((d, k) => {
    const n = numerator[k]!;
    if (!(d > 0)) return;
    clusters += 1;
    hits += n;
    of += d;
    ofSquare += d * d;
    hitsSquare += n * n;
    missesSquare += (d - n) * (d - n);
  });
  if (clusters < 1) return { value: NaN, interval: { low: 0, high: 1 } };
  const share = hits / of;
  if (clusters < 2) return { value: share, interval: clopperPearson(trials ? hits : share, trials ? of : 1, confidence) };
  let variance = 0;
  denominator.forEach((d, k) => {
    if (d > 0) variance += ((numerator[k]! - share * d) / (of - d)) ** 2;
  });
  variance *= (clusters - 1) / clusters;
  const effective = (sum: number, square: number): number => (square > 0 ? (sum * sum) / square : 0);
  const degrees = Math.min(effective(hits, hitsSquare), effective(of - hits, missesSquare)) - 1;
  const most = trials ? of : 1e12, least = Math.min(effective(of, ofSquare), most), leastDegrees = 0.2;
  let count = least;
  if (variance > 0 && degrees > leastDegrees) {
    const upper = (1 + confidence) / 2, t = normalQuantile(upper) / studentQuantile(upper, degrees);
    count = Math.min(Math.max(((share * (1 - share)) / variance) * t * t, least), Math.max(least, most));
  } else if (trials && degrees > leastDegrees) {
    count = of;
  }
  return { value: share, interval: clopperPearson(share * count, count, confidence) };
}

/** How often each of `clusters` is drawn in each resample, row after row. It does not depend on what is summed. */
export function draws(clusters: number, resamples: number, seed: number): Uint16Array {
  const times = new Uint16Array(clusters * resamples);
  for (let r = 0; r < resamples; ++r) {
    const random = SplitMix.stream(seed, r);
    for (let k = 0; k < clusters; ++k) times[r * clusters + random.below(clusters)]! += 1;
  }
  return times;
}

/** Linear between the order statistics. */
function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1), below = Math.floor(place);
  if (below + 1 >= sorted.length) return sorted[sorted.length - 1]!;
  const a = sorted[below]!, b = sorted[below + 1]!;
  return a + (place - below) * (b - a);
}

function acceleration(numerator: Float64Array, denominator: Float64Array, n: number, d: number): number {
  const values = new Float64Array(numerator.length);
  let mean = 0;
  for (let k = 0; k < values.length; ++k) {
    const below = d - denominator[k]!;
    if (!(below > 0)) return 0;
    values[k] = (n - numerator[k]!) / below;
    mean += values[k]! / values.length;
  }
  let square = 0, cube = 0;
  for (const value of values) {
    square += (mean - value) ** 2;
    cube += (mean - value) ** 3;
  }
  return square > 0 ? cube / (6 * square ** 1.5) : 0;
}

export interface Ratio {
  value: number; // NaN where undefined
  interval: Interval;
}

/**
 * Ratio of sums over clusters with its two-sided interval, as `cluster_ratio` of lab/stats: BCa, for successes in trials
 * never narrower than exact binomial. `times` is what `draws` gave for as many clusters.
 */
export function clusterRatio(numerator: Float64Array, denominator: Float64Array, times: Uint16Array, trials: boolean,
                             confidence: number): Ratio {
  const clusters = numerator.length;
  let n = 0, d = 0;
  for (let k = 0; k < clusters; ++k) {
    n += numerator[k]!;
    d += denominator[k]!;
  }
  const value = d > 0 ? n / d : NaN;
  if (!(d > 0)) return { value, interval: { low: 0, high: trials ? 1 : Infinity } };
  const exact = trials ? clopperPearson(n, d, confidence) : null;
  if (clusters < 2) return { value, interval: exact ?? oneMoreCluster(value, clusters) };

  const resamples = times.length / clusters;
  const found = new Float64Array(resamples);
  let count = 0;
  for (let r = 0; r < resamples; ++r) {
    let a = 0, b = 0;
    for (let k = 0, at = r * clusters; k < clusters; ++k, ++at) {
      const t = times[at]!;
      a += t * numerator[k]!;
      b += t * denominator[k]!;
    }
    if (b > 0) found[count++] = a / b;
  }
  const sorted = found.subarray(0, count).sort();
  let low = (1 - confidence) / 2, high = 1 - low, below = 0;
  for (const one of sorted) below += one < value ? 1 : one === value ? 0.5 : 0;
  below /= count;
  if (below > 0 && below < 1) {
    const z0 = normalQuantile(below), a = acceleration(numerator, denominator, n, d);
    const shifted = (p: number): number => {
      const z = z0 + normalQuantile(p), scale = 1 - a * z;
      return scale > 0 ? normalCdf(z0 + z / scale) : z > 0 ? 1 : 0;
    };
    low = shifted(low);
    high = shifted(high);
  }
  let interval: Interval = { low: quantile(sorted, low), high: quantile(sorted, high) };
  if (!(interval.high > interval.low)) interval = exact ?? oneMoreCluster(value, clusters);
  else if (exact) interval = { low: Math.min(interval.low, exact.low), high: Math.max(interval.high, exact.high) };
  return { value, interval };
}

function oneMoreCluster(value: number, clusters: number): Interval {
  const step = (value === 0 ? 1 : Math.abs(value)) / (clusters + 1);
  return { low: Math.max(0, value - step), high: value + step };
}
