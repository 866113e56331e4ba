/** The stretch around a case, with the mark asked about; the mark can be moved. */
import uPlot from "uplot";
import { drawMarks } from "./marks.ts";
import { brief, clock } from "./numbers.ts";
import { signalOf, type WaveData } from "./wave_data.ts";

export interface CasePlot {
  show(wave: WaveData, t_s: number): void;
  moveMark(t_s: number): void;
  zoom(factor: number): void;
}

/** `clicked` hears where the plot was pressed. */
export function casePlot(into: HTMLElement, clicked: (t_s: number) => void): CasePlot {
  let plot: uPlot | null = null, wave: WaveData | null = null, asked = 0;
  const marked = (): WaveData => ({ ...wave!, marks: [...wave!.marks, ["case", asked, "?"]] });
  const width = (): number => Math.max(280, into.clientWidth);
  new ResizeObserver(() => plot?.setSize({ width: width(), height: 380 })).observe(into);
  return {
    show(next, t_s) {
      wave = next;
      asked = t_s;
      plot?.destroy();
      const signal = signalOf(next), unit = signal.unit === "mv" ? "mV" : signal.unit;
      plot = new uPlot({
        width: width(), height: 380, legend: { show: false }, cursor: { drag: { x: false, y: false }, y: false },
        series: [{}, { stroke: "#1b1f24", width: 1.6, points: { show: false } }],
        axes: [{ stroke: "#3c434a", values: (_, v) => v.map((t) => clock(t)) },
          { stroke: "#3c434a", size: 66, values: (_, v) => v.map((n, i) => brief(n) + (i === 0 && unit ? ` ${unit}` : "")) }],
        scales: { x: { time: false }, y: { range: (_, low, high) => {
          const span = Math.max(high - low, 0.5);
          return [(low + high) / 2 - 0.68 * span, (low + high) / 2 + 0.68 * span];
        } } },
        hooks: { draw: [(u) => drawMarks(u, marked())] },
      }, [signal.times, signal.values] as uPlot.AlignedData, into);
      const over = plot.over, drawn = plot;
      over.addEventListener("click", (event) => clicked(drawn.posToVal(event.clientX - over.getBoundingClientRect().left, "x")));
    },
    moveMark(t_s) {
      asked = t_s;
      plot?.redraw(false);
    },
    zoom(factor) {
      if (!plot || !wave) return;
      const { min, max } = plot.scales["x"]!;
      const half = Math.min((wave.t1 - wave.t0) / 2, Math.max(0.15, (((max ?? wave.t1) - (min ?? wave.t0)) * factor) / 2));
      const from = Math.max(wave.t0, Math.min(asked - half, wave.t1 - 2 * half));
      plot.setScale("x", { min: from, max: from + 2 * half });
    },
  };
}
