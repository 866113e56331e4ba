/** A waveform in uPlot with its probes below, zoomed and moved together by pointer and keyboard. */
import uPlot from "uplot";
import { button, element } from "./dom.ts";
import { drawMarks } from "./marks.ts";
import { brief, clock } from "./numbers.ts";
import { probesOf, signalOf, type Line, type WaveData } from "./wave_data.ts";

const probeColours = ["#6b3fa0", "#a33f00", "#00696b", "#7d2a5c"];
const probeDashes = [[], [9, 4], [], [3, 3]];
const shortest = 0.1; // seconds in view at least

/** Opens `wave` in place of `drawing`; gives back what closes it. `leave` is called on Escape. */
export function openWave(drawing: SVGElement, wave: WaveData, leave: () => void): () => void {
  let from = wave.t0, to = wave.t1;
  const plots: uPlot[] = [];
  const readout = element("p", { class: "note readout", "aria-live": "polite" });
  const stage = element("div", { class: "stage", tabindex: "0", role: "group",
    "aria-label": (drawing.getAttribute("aria-label") ?? "") +
      " Zoomable: plus and minus zoom, arrow keys move, 0 shows all, Escape goes back to the drawing." });
  const tools = element("div", { class: "tools" },
    button("Zoom in", () => zoom(0.5)), button("Zoom out", () => zoom(2)), button("\u2190 Earlier", () => shift(-0.25)),
    button("Later \u2192", () => shift(0.25)), button("All", () => view(wave.t0, wave.t1)));
  const holder = element("div", { class: "wave-live" }, tools, stage, readout);
  drawing.after(holder);
  drawing.style.display = "none";

  const width = (): number => Math.max(280, stage.clientWidth);
  const base = (height: number): Partial<uPlot.Options> & { width: number; height: number } => ({
    width: width(), height, legend: { show: false }, padding: [6, 8, 0, 0],
    cursor: { sync: { key: "wave" }, drag: { x: true, y: false, setScale: false }, y: false },
  });
  const xAxis: uPlot.Axis = { stroke: "#3c434a", values: (_, v) => v.map((t) => clock(t, to - from < 5 ? 2 : 1)) };
  const yAxis = (unit: string): uPlot.Axis => ({ stroke: "#3c434a", size: 62, values: (_, v) => v.map((n, i) => brief(n) + (i === 0 && unit ? ` ${unit}` : "")) });

  const signal = signalOf(wave);
  plots.push(new uPlot({
    ...base(300), axes: [xAxis, yAxis(signal.unit === "mv" ? "mV" : signal.unit)],
    series: [{}, { stroke: "#1b1f24", width: 1.5, points: { show: (u, _s, i0, i1) => (i1 - i0) * 8 < u.bbox.width / devicePixelRatio, size: 4 } }],
    scales: { x: { time: false }, y: { range: (_, low, high) => padded(low, high) } },
    hooks: { draw: [(u) => drawMarks(u, wave)], setSelect: [selected], setCursor: [told] },
  }, [signal.times, signal.values] as uPlot.AlignedData, stage));
  const byUnit = new Map<string, { line: Line; index: number }[]>();
  probesOf(wave).forEach((line, index) => byUnit.set(line.unit, [...(byUnit.get(line.unit) ?? []), { line, index }]));
  for (const [unit, lines] of byUnit) {
    const joined = uPlot.join(lines.map(({ line }) => [line.times, line.values] as uPlot.AlignedData));
    plots.push(new uPlot({
      ...base(120), axes: [{ ...xAxis, show: false }, yAxis(unit === "mv" ? "mV" : unit)],
      series: [{}, ...lines.map(({ line, index }) => ({ label: line.name, spanGaps: true, width: 1.5, points: { show: false },
        stroke: probeColours[index % 4]!, dash: probeDashes[index % 4]! }))],
      scales: { x: { time: false } }, hooks: { setSelect: [selected], draw: [(u) => names(u, lines)] },
    }, joined, stage));
  }

  function names(plot: uPlot, lines: { line: Line; index: number }[]): void {
    const { ctx, bbox } = plot, scale = devicePixelRatio;
    ctx.save();
    ctx.font = `${12 * scale}px system-ui, "Liberation Sans", sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    let x = bbox.left + 6 * scale;
    for (const { line, index } of lines) {
      ctx.fillStyle = "rgba(255,255,255,.8)";
      const width = ctx.measureText(line.name).width;
      ctx.fillRect(x - 2 * scale, bbox.top, width + 4 * scale, 14 * scale);
      ctx.fillStyle = probeColours[index % 4]!;
      ctx.fillText(line.name, x, bbox.top + scale);
      x += width + 14 * scale;
    }
    ctx.restore();
  }
  function selected(plot: uPlot): void {
    const { left, width: wide } = plot.select;
    if (wide < 4) return;
    const a = plot.posToVal(left, "x"), b = plot.posToVal(left + wide, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    view(a, b);
  }

  function told(plot: uPlot): void {
    const index = plot.cursor.idx;
    if (index === null || index === undefined) return;
    const value = signal.values[index];
    readout.textContent = `${clock(signal.times[index]!, 3)}: ` +
      (value === null || value === undefined ? "no sample" : `${brief(value)} ${signal.unit === "mv" ? "mV" : signal.unit}`);
  }

  function view(a: number, b: number): void {
    const span = Math.min(wave.t1 - wave.t0, Math.max(shortest, b - a));
    from = Math.min(Math.max(wave.t0, a), wave.t1 - span);
    to = from + span;
    for (const plot of plots) plot.setScale("x", { min: from, max: to });
    stage.dataset["from"] = String(from);
    stage.dataset["to"] = String(to);
    readout.textContent = `From ${clock(from, 2)} to ${clock(to, 2)}`;
  }
  function zoom(factor: number): void {
    const middle = (from + to) / 2, half = ((to - from) * factor) / 2;
    view(middle - half, middle + half);
  }
  function shift(share: number): void {
    view(from + share * (to - from), to + share * (to - from));
  }
  const keys: Record<string, () => void> = {
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => view(wave.t0, wave.t1), Escape: leave,
    ArrowLeft: () => shift(-0.25), ArrowRight: () => shift(0.25),
  };
  stage.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  const observer = new ResizeObserver(() => plots.forEach((p, i) => p.setSize({ width: width(), height: i ? 120 : 300 })));
  observer.observe(stage);
  view(wave.t0, wave.t1);
  stage.focus();
  return () => {
    observer.disconnect();
    for (const plot of plots) plot.destroy();
    holder.remove();
    drawing.style.display = "";
  };
}

/** Room for the marks above and below the wave. */
function padded(low: number, high: number): [number, number] {
  if (!(low <= high)) return [-1, 1];
  const span = Math.max(high - low, 0.5);
  return [(low + high) / 2 - 0.68 * span, (low + high) / 2 + 0.68 * span];
}
