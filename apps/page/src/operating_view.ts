/** The operating point: a threshold that is dragged, and everything that follows it. */
import { makeCurve } from "./curve.ts";
import { button, element, svg } from "./dom.ts";
import { followers, intervalText, verdictOf } from "./follow.ts";
import { brief, percent, rate } from "./numbers.ts";
import { Operating, type Figure, type OperatingData, type Over } from "./operating.ts";
import { axisOf, scatter, type Dot } from "./scatter.ts";

const overs: [Over, string][] = [["gross", "all together"], ["average", "average over subjects"]];

/** Puts the control into `place`, which holds the static drawing that stays for print. */
export function operatingView(place: HTMLElement, data: OperatingData): void {
  const operating = new Operating(data);
  const { threshold } = data;
  const unit = threshold.unit ? ` ${threshold.unit}` : "";
  let group = 0, at = threshold.locked;

  const slider = element("input", { type: "range", id: "threshold", min: "0", max: String(operating.thresholds - 1), step: "1",
    value: String(at), "aria-describedby": "threshold-help" });
  const shown = element("output", { for: "threshold", id: "threshold-value" });
  const back = button("Back to the locked point", () => move(threshold.locked), { class: "back" });
  const banner = element("div", { class: "exploring", role: "status" });
  const bannerText = element("span");
  const bannerBack = button("Back to the locked point", () => move(threshold.locked));
  banner.append(bannerText, bannerBack);
  const chooser = element("select", { id: "operating-group" });
  data.groups.forEach((name, i) => chooser.append(element("option", { value: String(i) }, name)));
  const controls = element("div", { class: "controls" },
    element("label", { for: "threshold" }, `Threshold: ${threshold.name}`), slider, shown, back);
  if (data.groups.length > 1) controls.append(element("label", { for: "operating-group" }, "Part of the data"), chooser);
  const help = element("p", { class: "note", id: "threshold-help" },
    `Drag the line or use the arrow keys; Home and End go to the ends, Escape back to the locked point.`);

  const curves = element("div", { class: "curve-plot" });
  const tableBody = element("tbody");
  const table = element("div", { class: "scroll" }, element("table", {},
    element("caption", {}, "Each figure with its 95\u202f% interval by subject, computed in this page by the method of the report."),
    element("thead", {}, element("tr", {}, ...["Figure", "At this threshold", "At the locked point"].map((t, i) =>
      element("th", { scope: "col", ...(i === 0 ? { class: "t" } : {}) }, t)))), tableBody));
  const requirementList = element("ul", { class: "would" });
  const tradeoff = svg("svg"), people = svg("svg");
  const peopleText = element("figcaption"), tradeText = element("figcaption");
  const live = element("div", { class: "operating-live" }, controls, help,
    element("div", { class: "side" }, element("figure", { class: "wide" }, curves), element("div", {}, table, requirementList)),
    element("div", { class: "pair" }, element("figure", {}, tradeoff, tradeText), element("figure", {}, people, peopleText)));
  place.append(live);
  document.querySelector("main")?.prepend(banner);
  place.classList.add("scripted");

  let waiting: number | null = null;
  const curve = makeCurve(curves, operating, (t) => soon(t));
  const follow = followers(operating);
  const written = (figure: Figure, value: number): string => (figure.trials ? percent(value) : rate(value, figure.unit));

  function fillTable(): void {
    tableBody.replaceChildren();
    for (const figure of data.figures) {
      for (const [over, how] of overs) {
        const row = element("tr", { "data-row": `${figure.id} ${over}` }, element("th", { scope: "row", class: "t" }, figure.name, element("small", {}, how)));
        for (const t of [at, threshold.locked]) {
          const one = operating.estimate(figure, over, group, t, data.interval.confidence);
          row.append(element("td", {}, written(figure, one.value), element("small", {}, intervalText(one, figure.trials, figure.unit))));
        }
        tableBody.append(row);
      }
    }
    const locked = at === threshold.locked;
    requirementList.replaceChildren(...data.requirements.map((r) =>
      element("li", {}, `${r.name}: `, element("strong", {}, (locked ? "" : "exploratory: ") + verdictOf(operating, r, at)))));
  }

  function drawPlanes(): void {
    const y = data.figures[0], x = data.figures.find((f) => !f.trials) ?? data.figures[1];
    if (!x || !y) return;
    const line: [number, number][] = [];
    for (let t = 0; t < operating.thresholds; ++t) line.push([operating.value(x, group, t), operating.value(y, group, t)]);
    const point = (t: number, shape: Dot["shape"], label: string): Dot => ({ x: line[t]![0], y: line[t]![1], shape, label });
    const here = `${x.name} ${written(x, line[at]![0])}, ${y.name} ${written(y, line[at]![1])}`;
    scatter(tradeoff, axisOf(x.name + (x.trials ? "" : ", " + x.unit), line.map((p) => p[0]), x.trials),
      axisOf(y.name, line.map((p) => p[1]), y.trials), line,
      [point(threshold.locked, "ring", "locked"), point(at, "diamond", "chosen")],
      `${y.name} against ${x.name} over all thresholds, ${data.groups[group] ?? ""}. Here: ${here}.`);
    tradeText.textContent = `Trade-off over all thresholds; ring: the locked point, diamond: the chosen one (${here}).`;

    const [fx, fy] = [data.figures[1] ?? x, y];
    const subjects = operating.subjectsOf(group);
    const dotsAt = (t: number): Dot[] => subjects.map((s) => {
      const sums = operating.sums(s, t);
      const dot = { x: Operating.ratio(fx, sums), y: Operating.ratio(fy, sums), shape: "circle" as const, label: "" };
      dot.label = `${s.name}: ${fy.name} ${written(fy, dot.y)}, ${fx.name} ${written(fx, dot.x)}`;
      return dot;
    });
    const dots = dotsAt(at);
    const worst = dots.filter((d) => Number.isFinite(d.y)).sort((a, b) => a.y - b.y)[0];
    const text = `One dot a subject, ${subjects.length} of them. ` + (worst ? `Lowest ${fy.name}: ${worst.label}.` : "");
    scatter(people, axisOf(fx.name, dots.map((d) => d.x), fx.trials), axisOf(fy.name, dots.map((d) => d.y), fy.trials), [], dots,
      `${fy.name} against ${fx.name}. ${text}`);
    peopleText.textContent = text;
  }

  function move(to: number): void {
    at = Math.max(0, Math.min(operating.thresholds - 1, to));
    const locked = at === threshold.locked;
    slider.value = String(at);
    const value = brief(threshold.values[at]!) + unit;
    slider.setAttribute("aria-valuetext", locked ? `${value}, the locked point` : `${value}, exploratory`);
    shown.textContent = locked ? `${value} (locked)` : `${value}, exploratory (locked: ${brief(threshold.values[threshold.locked]!)}${unit})`;
    document.body.classList.toggle("exploratory", !locked);
    back.disabled = locked;
    bannerText.textContent = locked ? "" : `Exploratory: threshold ${value} instead of the locked ${brief(threshold.values[threshold.locked]!)}${unit}. ` +
      "Nothing here is evidence; what is marked \u201cat the locked point\u201d stays as it was.";
    curve.show(group, at);
    fillTable();
    drawPlanes();
    follow(at);
    slider.dataset["shown"] = String(at);
  }

  // At most once a frame, however fast it is dragged.
  function soon(to: number): void {
    if (waiting === null) requestAnimationFrame(() => {
      move(waiting ?? at);
      waiting = null;
    });
    waiting = to;
  }
  slider.addEventListener("input", () => soon(Number(slider.value)));
  chooser.addEventListener("change", () => {
    group = Number(chooser.value);
    move(at);
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") move(threshold.locked);
  });
  // Printed is what was locked.
  addEventListener("beforeprint", () => move(threshold.locked));
  move(at);
}
