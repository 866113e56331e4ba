/** Figures against the threshold, with uPlot: lines of their own dash and mark, intervals as bands. */
import uPlot from "uplot";
import { element, svg } from "./dom.ts";
import type { Figure, Operating } from "./operating.ts";
import { brief, percent, rate } from "./numbers.ts";

/** Colours with a contrast of 4.5 on white; each figure has its own dash too. */
export const colours = ["#0b4fb3", "#a33f00", "#00696b", "#6b3fa0"];
const dashes = [[], [9, 4], [3, 3], [12, 3, 3, 3]];
/** More than so many products for the bands would make the page slow. */
const mostWork = 3e8;

export interface Curve {
  show(group: number, threshold: number): void;
}

export function makeCurve(into: HTMLElement, operating: Operating, choose: (threshold: number) => void): Curve {
  const { threshold } = operating.data;
  const shares = operating.data.figures.filter((f) => f.trials).slice(0, 4);
  const rates = operating.data.figures.filter((f) => !f.trials).slice(0, 1);
  const figures = [...shares, ...rates];
  let group = 0, at = threshold.locked;

  const line = (plot: uPlot, value: number, dash: number[], colour: string, text: string): void => {
    const x = plot.valToPos(value, "x", true), { top, height } = plot.bbox, scale = devicePixelRatio;
    plot.ctx.save();
    plot.ctx.strokeStyle = plot.ctx.fillStyle = colour;
    plot.ctx.lineWidth = 2 * scale;
    plot.ctx.setLineDash(dash.map((d) => d * scale));
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
    plot.ctx.font = `${12 * scale}px system-ui, "Liberation Sans", sans-serif`;
    const onRight = x < plot.bbox.left + 0.7 * plot.bbox.width;
    plot.ctx.textAlign = onRight ? "left" : "right";
    plot.ctx.fillText(text, x + (onRight ? 5 : -5) * scale, top + height - (dash.length ? 22 : 8) * scale);
    plot.ctx.restore();
  };

  const ceilingLine = (plot: uPlot): void => {
    const ceiling = operating.ceiling(group);
    if (ceiling === null) return;
    const y = plot.valToPos(ceiling, "share", true), { left, top, width } = plot.bbox, scale = devicePixelRatio;
    plot.ctx.save();
    plot.ctx.strokeStyle = plot.ctx.fillStyle = "#b3261e";
    plot.ctx.lineWidth = 2 * scale;
    plot.ctx.setLineDash([9 * scale, 6 * scale]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, y);
    plot.ctx.lineTo(left + width, y);
    plot.ctx.stroke();
    plot.ctx.font = `${12 * scale}px system-ui, "Liberation Sans", sans-serif`;
    plot.ctx.textAlign = "center";
    plot.ctx.fillText(`ceiling of ${figures[0]?.name ?? ""}, ${percent(ceiling)}`, left + width / 2, y + (y < top + 20 * scale ? 15 : -6) * scale);
    plot.ctx.restore();
  };

  const series: uPlot.Series[] = [{ label: threshold.name }];
  const bands: uPlot.Band[] = [];
  figures.forEach((figure, i) => {
    const scale = figure.trials ? "share" : "rate", colour = colours[i % colours.length]!;
    const first = series.length;
    series.push({ label: figure.name, scale, stroke: colour, width: 2, dash: dashes[i % dashes.length]!, points: { show: false } });
    series.push({ scale, stroke: "transparent", width: 0, points: { show: false } });
    series.push({ scale, stroke: "transparent", width: 0, points: { show: false } });
    if (figure.trials) bands.push({ series: [first + 2, first + 1], fill: colour + "26" });
  });
  const axes: uPlot.Axis[] = [
    { label: threshold.name + (threshold.unit ? `, ${threshold.unit}` : ""), stroke: "#3c434a", values: (_, v) => v.map(brief) },
    { scale: "share", label: "%", stroke: "#3c434a", size: 62, values: (_, v) => v.map((s) => brief(100 * s)) },
  ];
  if (rates[0]) axes.push({ scale: "rate", side: 1, label: rates[0].name + ", " + rates[0].unit, stroke: "#3c434a", grid: { show: false }, size: 62 });
  const width = (): number => Math.max(280, into.clientWidth);
  const plot = new uPlot({
    width: width(), height: 340, series, bands, axes,
    scales: { x: { time: false }, share: { range: (_, low, high) => {
      const top = Math.max(high ?? 1, operating.ceiling(group) ?? 0);
      return [low ?? 0, Math.min(1, top + 0.02 * (top - (low ?? 0)))];
    } }, rate: { range: (_, _low, high) => [0, (high ?? 1) * 1.05 || 1] } },
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    hooks: {
      draw: [(u) => {
        ceilingLine(u);
        if (at !== threshold.locked) line(u, threshold.values[threshold.locked]!, [5, 4], "#555d66", "locked");
        line(u, threshold.values[at]!, [], at === threshold.locked ? "#0a6b3d" : "#1b1f24", at === threshold.locked ? "locked" : "chosen");
      }],
    },
  }, [threshold.values], into);
  plot.root.setAttribute("role", "img");
  into.after(element("ul", { class: "key" }, ...figures.map((figure, i) => element("li", {},
    svg("svg", { class: "line", viewBox: "0 0 44 28", "aria-hidden": "true" }, svg("path", { d: "M0 14h44", fill: "none",
      stroke: colours[i % colours.length]!, "stroke-width": 3, "stroke-dasharray": dashes[i % dashes.length]!.join(" ") || "none" })),
    figure.name + (figure.trials ? ", with interval" : " (right axis)")))));

  const nearest = (event: PointerEvent): void => {
    const value = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x");
    let best = 0;
    threshold.values.forEach((v, i) => {
      if (Math.abs(v - value) < Math.abs(threshold.values[best]! - value)) best = i;
    });
    choose(best);
  };
  plot.over.style.touchAction = "pan-y";
  plot.over.addEventListener("pointerdown", (event) => {
    plot.over.setPointerCapture(event.pointerId);
    nearest(event);
  });
  plot.over.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) nearest(event);
  });
  new ResizeObserver(() => plot.setSize({ width: width(), height: 340 })).observe(into);

  const dataOf = (which: number): uPlot.AlignedData => {
    const columns: (number | null)[][] = [];
    const work = operating.data.interval.method === "effective_trials" ? 0 : operating.thresholds * figures.length * operating.data.interval.resamples * operating.subjectsOf(which).length;
    for (const figure of figures) {
      const values: (number | null)[] = [], lows: (number | null)[] = [], highs: (number | null)[] = [];
      for (let t = 0; t < operating.thresholds; ++t) {
        const banded = figure.trials && work <= mostWork;
        const one = banded ? operating.estimate(figure, "gross", which, t, operating.data.interval.confidence)
                           : { value: operating.value(figure, which, t), interval: { low: NaN, high: NaN } };
        const known = (v: number): number | null => (Number.isFinite(v) ? v : null);
        values.push(known(one.value));
        lows.push(banded && known(one.value) !== null ? known(one.interval.low) : null);
        highs.push(banded && known(one.value) !== null ? known(one.interval.high) : null);
      }
      columns.push(values, lows, highs);
    }
    return [threshold.values, ...columns] as uPlot.AlignedData;
  };
  let drawnGroup = -1;
  return {
    show(which, chosen) {
      group = which;
      at = chosen;
      if (drawnGroup !== group) plot.setData(dataOf(group));
      else plot.redraw(false);
      drawnGroup = group;
      const told = figures.map((f: Figure) => {
        const value = operating.value(f, group, at);
        return `${f.name} ${f.trials ? percent(value) : rate(value, f.unit)}`;
      });
      const ceiling = operating.ceiling(group);
      const most = ceiling === null ? "" : ` No threshold can exceed a ${figures[0]?.name ?? ""} of ${percent(ceiling)}: a gate before the score let no more through.`;
      plot.root.setAttribute("aria-label", `Curves of ${figures.map((f) => f.name).join(", ")} against ${threshold.name}. ` +
        `At ${brief(threshold.values[at]!)}: ${told.join("; ")}. The same numbers stand in the table beside.${most}`);
    },
  };
}
