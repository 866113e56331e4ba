/** What of the rest of the page follows the threshold: elements with data-follow="FIGURE OVER GROUP" and their verdicts. */
import { counted, percent, rate } from "./numbers.ts";
import type { Column, Estimate, Operating, Over, Requirement } from "./operating.ts";
import type { Ratio } from "./intervals.ts";

interface Follower {
  element: HTMLElement;
  original: string;
  text: (threshold: number) => string;
}

export function intervalText(ratio: Ratio, trials: boolean, unit: string): string {
  const { low, high } = ratio.interval;
  if (!Number.isFinite(ratio.value)) return "";
  if (trials) return percent(low).replace(/\u202f%$/, "") + " to " + percent(high);
  return `${rate(low, "")} to ${rate(high, unit)}`;
}

/** Collects the followers once; the function given back moves them all. At the locked point each is as it was written. */
export function followers(operating: Operating): (threshold: number) => void {
  const found: Follower[] = [];
  const part = (root: Element, name: string): HTMLElement | null => root.querySelector<HTMLElement>(`[data-${name}]`);
  const follow = (element: HTMLElement | null, text: (threshold: number) => string): void => {
    if (element) found.push({ element, original: element.textContent ?? "", text });
  };
  for (const root of document.querySelectorAll<HTMLElement>("[data-follow]")) {
    const [id, over, group] = (root.dataset["follow"] ?? "").split(" ");
    const figure = operating.figure(id ?? "");
    if (!figure || !["gross", "average", "worst", "worst_row"].includes(over ?? "")) continue;
    const confidence = Number(root.dataset["confidence"] ?? operating.data.interval.confidence);
    const at = (threshold: number): Estimate => operating.estimate(figure, over as Over, Number(group), threshold, confidence);
    follow(part(root, "value"), (t) => (figure.trials ? percent(at(t).value) : rate(at(t).value, figure.unit)));
    follow(part(root, "interval"), (t) => intervalText(at(t), figure.trials, figure.unit));
    follow(part(root, "who"), (t) => at(t).who ?? "");
    const asked = root.dataset["requirement"];
    const requirement = asked === undefined ? undefined : operating.data.requirements[Number(asked)];
    if (requirement) {
      follow(part(root, "verdict"), (t) => `exploratory: ${verdictOf(operating, requirement, t)}`);
      follow(part(root, "why"), () => "Not validated at this threshold.");
    }
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-sum]")) {
    const [column, group] = (element.dataset["sum"] ?? "").split(" ");
    follow(element, (t) => counted(operating.sum(column as Column, Number(group), t)));
  }
  return (threshold) => {
    const locked = threshold === operating.data.threshold.locked;
    for (const one of found) one.element.textContent = locked ? one.original : one.text(threshold);
  };
}

export function verdictOf(operating: Operating, requirement: Requirement, threshold: number): string {
  const figure = operating.figure(requirement.figure);
  // One subject tells nothing of how much subjects differ.
  if (!figure || operating.subjectsOf(requirement.group).length < 2) return "not shown";
  const ratio = operating.estimate(figure, requirement.over, requirement.group, threshold, requirement.confidence);
  return Number.isFinite(ratio.value) ? operating.verdict(requirement, ratio.interval) : "not shown";
}
