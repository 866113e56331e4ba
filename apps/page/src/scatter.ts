/** A small drawing of points in a plane, as SVG: the trade-off of two figures, and one dot a subject. */
import { svg } from "./dom.ts";
import { brief, ticks } from "./numbers.ts";

export interface Axis {
  name: string;
  low: number;
  high: number;
  percent: boolean;
}

export interface Dot {
  x: number;
  y: number;
  label: string;
  shape: "circle" | "diamond" | "ring";
}

const width = 560, height = 400, left = 74, right = 540, top = 14, bottom = 340;

/** Draws anew into `into`; `text` says in words what is seen. */
export function scatter(into: SVGElement, x: Axis, y: Axis, line: [number, number][], dots: Dot[], text: string): void {
  const atX = (v: number): number => left + ((right - left) * (v - x.low)) / (x.high - x.low);
  const atY = (v: number): number => bottom - ((bottom - top) * (v - y.low)) / (y.high - y.low);
  into.replaceChildren();
  into.setAttribute("viewBox", `0 0 ${width} ${height}`);
  into.setAttribute("role", "img");
  into.setAttribute("aria-label", text);
  const shown = (axis: Axis, v: number): string => brief(axis.percent ? 100 * v : v);
  for (const v of ticks(x.low, x.high, 5)) {
    into.append(svg("path", { class: "g", d: `M${atX(v)} ${top}V${bottom}` }),
      svg("text", { x: atX(v), y: bottom + 20, "text-anchor": "middle" }, shown(x, v)));
  }
  for (const v of ticks(y.low, y.high, 5)) {
    into.append(svg("path", { class: "g", d: `M${left} ${atY(v)}H${right}` }),
      svg("text", { x: left - 8, y: atY(v) + 5, "text-anchor": "end" }, shown(y, v)));
  }
  into.append(svg("text", { x: (left + right) / 2, y: height - 12, "text-anchor": "middle" }, x.name + (x.percent ? ", %" : "")));
  into.append(svg("text", { x: 16, y: (top + bottom) / 2, "text-anchor": "middle",
    transform: `rotate(-90 16 ${(top + bottom) / 2})` }, y.name + (y.percent ? ", %" : "")));
  const inside = line.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  if (inside.length > 1)
    into.append(svg("path", { class: "curve", d: "M" + inside.map(([a, b]) => `${atX(a).toFixed(1)} ${atY(b).toFixed(1)}`).join("L") }));
  for (const dot of dots) {
    if (!Number.isFinite(dot.x) || !Number.isFinite(dot.y)) continue;
    into.append(mark(dot, atX(dot.x), atY(dot.y)));
  }
}

function mark(dot: Dot, x: number, y: number): SVGElement {
  const title = svg("title", {}, dot.label);
  if (dot.shape === "diamond") return svg("path", { class: "here", d: `M${x} ${y - 9}l9 9l-9 9l-9 -9z` }, title);
  return svg("circle", { class: dot.shape === "ring" ? "locked" : "dot", cx: x, cy: y, r: dot.shape === "ring" ? 9 : 5 }, title);
}

/** An axis that holds all values, from a round one below them; shares end at 1. */
export function axisOf(name: string, values: number[], percent: boolean): Axis {
  const known = values.filter(Number.isFinite);
  let low = Math.min(...known), high = percent ? 1 : Math.max(...known);
  if (!(low <= high)) [low, high] = [0, 1];
  if (percent) low = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0].find((v) => low >= v) ?? 0;
  else [low, high] = [0, high > 0 ? high * 1.05 : 1];
  return { name, low, high, percent };
}
