/** The stretch around a case, with the mark asked about; the mark can be moved. Lines beside the wave lie in a plot below. */
import uPlot from "uplot";
import { drawMarks } from "./marks.ts";
import { brief, clock } from "./numbers.ts";
import { probesOf, signalOf, type Line, type WaveData } from "./wave_data.ts";

const lineColours = ["#0b4fb3", "#a33f00", "#00696b"];
const lineDashes = [[], [9, 4], [3, 3]];

export interface CasePlot {
  show(wave: WaveData, t_s: number): void;
  moveMark(t_s: number): void;
  zoom(factor: number): void;
}

/** `clicked` hears where the plot was pressed. */
export function casePlot(into: HTMLElement, clicked: (t_s: number) => void): CasePlot {
  let plots: uPlot[] = [], wave: WaveData | null = null, asked = 0;
  const marked = (): WaveData => ({ ...wave!, marks: [...wave!.marks, ["case", asked, "?"]] });
  const width = (): number => Math.max(280, into.clientWidth);
  const height = (index: number): number => (plots.length > 1 ? (index ? 220 : 260) : 380);
  const fit = (): void => plots.forEach((plot, i) => plot.setSize({ width: width(), height: height(i) }));
  new ResizeObserver(fit).observe(into);

  function add(series: uPlot.Series[], data: uPlot.AlignedData, unit: string, draw: (plot: uPlot) => void): void {
    const shown = unit === "mv" ? "mV" : unit;
    const plot = new uPlot({
      width: width(), height: 380, legend: { show: false }, cursor: { drag: { x: false, y: false }, y: false, sync: { key: "case" } },
      series: [{}, ...series],
      axes: [{ stroke: "#3c434a", values: (_, v) => v.map((t) => clock(t)) },
        { stroke: "#3c434a", size: 66, values: (_, v) => v.map((n, i) => brief(n) + (i === 0 && shown ? ` ${shown}` : "")) }],
      scales: { x: { time: false }, y: { range: (_, low, high) => {
        const span = Math.max(high - low, 0.5);
        return [(low + high) / 2 - 0.68 * span, (low + high) / 2 + 0.68 * span];
      } } },
      hooks: { draw: [draw] },
    }, data, into);
    plot.over.addEventListener("click", (event) => clicked(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x")));
    plots.push(plot);
  }

  return {
    show(next, t_s) {
      wave = next;
      asked = t_s;
      for (const plot of plots) plot.destroy();
      plots = [];
      const signal = signalOf(next), lines = probesOf(next);
      add([{ stroke: "#1b1f24", width: 1.6, points: { show: false } }], [signal.times, signal.values] as uPlot.AlignedData, signal.unit, (plot) => {
        drawMarks(plot, marked());
        if (lines.length > 0) names(plot, [signal.name], ["#1b1f24"]);
      });
      if (lines.length === 0) return;
      const joined = uPlot.join(lines.map((line) => [line.times, line.values] as uPlot.AlignedData));
      add(lines.map((line, i) => ({ label: line.name, stroke: lineColours[i % 3]!, dash: lineDashes[i % 3]!, width: 1.5, spanGaps: true, points: { show: false } })),
        joined, lines[0]!.unit, (plot) => {
          drawMarks(plot, { ...marked(), marks: [["case", asked, ""]] });
          names(plot, lines.map((line: Line) => line.name), lineColours);
        });
      fit();
    },
    moveMark(t_s) {
      asked = t_s;
      for (const plot of plots) plot.redraw(false);
    },
    zoom(factor) {
      if (!wave || plots.length === 0) return;
      const { min, max } = plots[0]!.scales["x"]!;
      const half = Math.min((wave.t1 - wave.t0) / 2, Math.max(0.15, (((max ?? wave.t1) - (min ?? wave.t0)) * factor) / 2));
      const from = Math.max(wave.t0, Math.min(asked - half, wave.t1 - 2 * half));
      for (const plot of plots) plot.setScale("x", { min: from, max: from + 2 * half });
    },
  };
}

/** What the lines are, in their colours, at the lower left. */
function names(plot: uPlot, all: string[], colours: string[]): void {
  const { ctx, bbox } = plot, scale = devicePixelRatio;
  ctx.save();
  ctx.font = `${13 * scale}px system-ui, "Liberation Sans", sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  let x = bbox.left + 8 * scale;
  all.forEach((name, i) => {
    ctx.fillStyle = colours[i % colours.length]!;
    ctx.fillText(name, x, bbox.top + bbox.height - 5 * scale);
    x += ctx.measureText(name).width + 16 * scale;
  });
  ctx.restore();
}
