/** One stretch of signal as the page carries it; docs/report-data.md. */
import { unpacked, unpackedTimes, type Packed } from "./packed.ts";

export type MarkKind = "reference" | "missed" | "detected" | "false" | "candidate" | "case";

export interface WaveData {
  t0: number;
  t1: number;
  signal: Packed & { name: string; unit: string; rate: number };
  /** Evenly from `first` on at `rate`, else with times of their own. */
  probes: (Packed & { name: string; unit: string; times?: string; first?: number; rate?: number })[];
  marks: [MarkKind, number, string][]; // kind, seconds, text
  shades: [number, number, string][]; // from, to, why it could not be read
}

export interface Line {
  name: string;
  unit: string;
  times: number[];
  values: (number | null)[];
}

export function signalOf(wave: WaveData): Line {
  const values = unpacked(wave.signal);
  return { name: wave.signal.name, unit: wave.signal.unit, values, times: values.map((_, i) => wave.t0 + i / wave.signal.rate) };
}

export function probesOf(wave: WaveData): Line[] {
  return wave.probes.map((p) => {
    const values = unpacked(p), { first, rate } = p;
    const times = first !== undefined && rate !== undefined ? values.map((_, i) => first + i / rate) : unpackedTimes(p.times ?? "", wave.t0, wave.t1);
    return { name: p.name, unit: p.unit, values, times };
  });
}
