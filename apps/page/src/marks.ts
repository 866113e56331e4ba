/** Marks on a plot: the shapes of the static drawings, on a canvas. */
import type uPlot from "uplot";
import type { MarkKind, WaveData } from "./wave_data.ts";

const looks: Record<MarkKind, { colour: string; low: boolean; fill: boolean; path: [number, number][][] }> = {
  reference: { colour: "#0a6b3d", low: false, fill: true, path: [[[-6, -5], [6, -5], [0, 6]]] },
  missed: { colour: "#b3261e", low: false, fill: false, path: [[[-6, -5], [6, -5], [0, 6]]] },
  detected: { colour: "#0b4fb3", low: true, fill: true, path: [[[-6, 5], [6, 5], [0, -6]]] },
  false: { colour: "#b3261e", low: true, fill: false, path: [[[-5, -5], [5, 5]], [[5, -5], [-5, 5]]] },
  candidate: { colour: "#555d66", low: true, fill: false, path: [[[0, -5], [5, 0], [0, 5], [-5, 0]]] },
  case: { colour: "#6b3fa0", low: false, fill: true, path: [[[-6, -5], [6, -5], [0, 6]]] },
};

/** Draws what lies in view: hatched shades, dashed lines at mistakes, shapes above and below with their text. */
export function drawMarks(plot: uPlot, wave: WaveData): void {
  const { ctx, bbox } = plot, scale = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [from, to] of wave.shades) {
    const x0 = plot.valToPos(from, "x", true), x1 = plot.valToPos(to, "x", true);
    ctx.strokeStyle = "rgba(138,90,0,.35)";
    ctx.lineWidth = 3 * scale;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x0, bbox.top, x1 - x0, bbox.height);
    ctx.clip();
    for (let x = x0 - bbox.height; x < x1; x += 12 * scale) {
      ctx.beginPath();
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
      ctx.stroke();
    }
    ctx.restore();
  }
  ctx.font = `${13 * scale}px system-ui, "Liberation Sans", sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const [kind, t, text] of wave.marks) {
    const look = looks[kind], x = plot.valToPos(t, "x", true);
    const y = look.low ? bbox.top + bbox.height - 12 * scale : bbox.top + 12 * scale;
    ctx.strokeStyle = ctx.fillStyle = look.colour;
    if (kind === "missed" || kind === "false" || kind === "case") {
      ctx.setLineDash([4 * scale, 4 * scale]);
      ctx.lineWidth = scale;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    ctx.lineWidth = 2 * scale;
    for (const corners of look.path) {
      ctx.beginPath();
      corners.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx * scale, y + dy * scale) : ctx.moveTo(x + dx * scale, y + dy * scale)));
      if (corners.length > 2) ctx.closePath();
      if (look.fill) ctx.fill();
      else ctx.stroke();
    }
    if (text) ctx.fillText(text, x + 9 * scale, y + scale);
  }
  ctx.restore();
}
