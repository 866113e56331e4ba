/** Operating points: sums of every row at every threshold, and the figures that follow from them. docs/report-data.md. */
import { clopperPearson, clusterRatio, clusterShare, draws, type Interval, type Ratio } from "./intervals.ts";

export type Column = "tp" | "fn" | "fp" | "exposure";

export interface Figure {
  id: string;
  name: string;
  numerator: Column[];
  denominator: Column[];
  trials: boolean; // successes in trials: a share; else a rate
  unit: string; // of a rate
}

export interface Row {
  name: string;
  subject: string;
  groups: number[];
  /** The value at the first threshold, then differences; what lacks at the end is zero. */
  tp: number[];
  fn: number[];
  fp: number[];
  exposure: number[];
}

export interface Requirement {
  name: string;
  figure: string;
  over: Over;
  group: number;
  direction: "at_least" | "at_most";
  bound: number;
  confidence: number; // of the two-sided interval that decides
}

export interface OperatingData {
  schema: string;
  threshold: { name: string; unit: string; meaning: string; values: number[]; locked: number };
  figures: Figure[];
  groups: string[];
  /** One a group: what the first figure cannot exceed, for a gate before the score let no more through; none: no gate. */
  ceilings: (number | null)[];
  rows: Row[];
  requirements: Requirement[];
  /** How intervals of shares are made; those of rates are bootstrapped. */
  interval: { method: "bootstrap" | "effective_trials"; seed: number; resamples: number; confidence: number };
}

/** All together, subjects with equal weight, the worst subject, the worst row (recording). */
export type Over = "gross" | "average" | "worst" | "worst_row";

/** A figure with its interval; of a worst one whose it is. */
export interface Estimate extends Ratio {
  who?: string;
}
export type Verdict = "met" | "not met" | "not shown";

/** A row's sums at one threshold, or a subject's. */
export type Sums = Record<Column, number>;

const columns: Column[] = ["tp", "fn", "fp", "exposure"];

interface Subject {
  name: string;
  rows: number[];
}

export class Operating {
  readonly data: OperatingData;
  /** Cumulated: values[column][row * thresholds + threshold]. */
  private readonly values: Record<Column, Float64Array>;
  private readonly subjects = new Map<number, Subject[]>();
  private readonly drawn = new Map<number, Uint16Array>();
  private readonly known = new Map<string, Estimate>();

  constructor(data: OperatingData) {
    if (data.schema !== "vagus.operating/1") throw new Error(`operating points of schema ${data.schema}`);
    this.data = data;
    const count = data.threshold.values.length;
    const cumulated = (column: Column): Float64Array => {
      const all = new Float64Array(data.rows.length * count);
      data.rows.forEach((row, r) => {
        let sum = 0;
        for (let t = 0; t < count; ++t) all[r * count + t] = sum += row[column][t] ?? 0;
      });
      return all;
    };
    this.values = { tp: cumulated("tp"), fn: cumulated("fn"), fp: cumulated("fp"), exposure: cumulated("exposure") };
  }

  ceiling(group: number): number | null {
    return this.data.ceilings[group] ?? null;
  }

  get thresholds(): number {
    return this.data.threshold.values.length;
  }

  figure(id: string): Figure | undefined {
    return this.data.figures.find((f) => f.id === id);
  }

  subjectsOf(group: number): Subject[] {
    let found = this.subjects.get(group);
    if (!found) {
      const byName = new Map<string, Subject>();
      this.data.rows.forEach((row, r) => {
        if (!row.groups.includes(group)) return;
        const subject = byName.get(row.subject) ?? { name: row.subject, rows: [] };
        subject.rows.push(r);
        byName.set(row.subject, subject);
      });
      found = [...byName.values()]; // in order of first appearance, as the lab takes its clusters
      this.subjects.set(group, found);
    }
    return found;
  }

  sums(subject: Subject, threshold: number): Sums {
    const out: Sums = { tp: 0, fn: 0, fp: 0, exposure: 0 };
    for (const column of columns)
      for (const row of subject.rows) out[column] += this.values[column][row * this.thresholds + threshold]!;
    return out;
  }

  static ratio(figure: Figure, sums: Sums): number {
    const [n, d] = Operating.parts(figure, sums);
    return d > 0 ? n / d : NaN;
  }

  private static parts(figure: Figure, sums: Sums): [number, number] {
    return [figure.numerator.reduce((s, c) => s + sums[c], 0), figure.denominator.reduce((s, c) => s + sums[c], 0)];
  }

  /** A gross figure without its interval. */
  value(figure: Figure, group: number, threshold: number): number {
    const all: Sums = { tp: 0, fn: 0, fp: 0, exposure: 0 };
    for (const subject of this.subjectsOf(group)) {
      const one = this.sums(subject, threshold);
      for (const column of columns) all[column] += one[column];
    }
    return Operating.ratio(figure, all);
  }

  /** A figure with its interval, clusters drawn by subject. What was computed once is kept. */
  estimate(figure: Figure, over: Over, group: number, threshold: number, confidence: number): Estimate {
    const key = [figure.id, over, group, threshold, confidence].join(" ");
    let found = this.known.get(key);
    if (!found) {
      found = this.fresh(figure, over, group, threshold, confidence);
      this.known.set(key, found);
    }
    return found;
  }

  private fresh(figure: Figure, over: Over, group: number, threshold: number, confidence: number): Estimate {
    if (over === "worst" || over === "worst_row") return this.worst(figure, over, group, threshold, confidence);
    const numerator: number[] = [], denominator: number[] = [];
    for (const subject of this.subjectsOf(group)) {
      const [n, d] = Operating.parts(figure, this.sums(subject, threshold));
      if (!(d > 0) && over === "average") continue;
      numerator.push(over === "average" ? n / d : n);
      denominator.push(over === "average" ? 1 : d);
    }
    const trials = figure.trials && over === "gross";
    const { method, seed, resamples } = this.data.interval;
    if (figure.trials && method === "effective_trials")
      return clusterShare(Float64Array.from(numerator), Float64Array.from(denominator), trials, confidence);
    const count = numerator.length;
    let times = this.drawn.get(count);
    if (!times) {
      times = draws(count, count < 2 ? 0 : resamples, seed);
      this.drawn.set(count, times);
    }
    const out = clusterRatio(Float64Array.from(numerator), Float64Array.from(denominator), times, trials, confidence);
    // A share's interval ends where shares end.
    if (figure.trials) out.interval = { low: Math.max(0, out.interval.low), high: Math.min(1, out.interval.high) };
    return out;
  }

  /** The lowest share, its interval exact binomial within that subject or row, as the study has it. */
  private worst(figure: Figure, over: Over, group: number, threshold: number, confidence: number): Estimate {
    let units = this.subjectsOf(group);
    if (over === "worst_row") units = units.flatMap((s) => s.rows.map((r) => ({ name: this.data.rows[r]!.name, rows: [r] })));
    let found: Estimate = { value: NaN, interval: { low: 0, high: 1 } };
    for (const unit of units) {
      const [n, d] = Operating.parts(figure, this.sums(unit, threshold));
      if (d > 0 && !(n / d >= found.value)) found = { value: n / d, interval: clopperPearson(n, d, confidence), who: unit.name };
    }
    return found;
  }

  /** A sum over a group. */
  sum(column: Column, group: number, threshold: number): number {
    return this.subjectsOf(group).reduce((all, subject) => all + this.sums(subject, threshold)[column], 0);
  }

  verdict(requirement: Requirement, interval: Interval): Verdict {
    const { bound, direction } = requirement;
    const least = direction === "at_least";
    if (least ? interval.low >= bound : interval.high <= bound) return "met";
    return (least ? interval.high < bound : interval.low > bound) ? "not met" : "not shown";
  }
}
