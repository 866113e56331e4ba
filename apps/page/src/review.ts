/** The label review: somebody who does not write code goes through the cases by keyboard and saves a file. */
import uplotStyle from "uplot/dist/uPlot.min.css";
import { button, element, embedded, style } from "./dom.ts";
import { clock } from "./numbers.ts";
import { casePlot } from "./review_plot.ts";
import { Session, type Decision, type Saved } from "./review_session.ts";
import type { WaveData } from "./wave_data.ts";

interface Case {
  id: string;
  t_s: number;
  question: string;
  wave: WaveData;
}

interface CaseSet {
  schema: string;
  hash: string;
  title: string;
  cases: Case[];
}

const words: Record<Decision, string> = { accept: "accepted", reject: "rejected", move: "moved", cannot_tell: "cannot tell" };

function begin(set: CaseSet): void {
  const session = new Session(set.hash, set.title, set.cases.map((c) => c.id));
  const place = document.getElementById("review")!;
  const key = `vagus.label-review ${set.hash}`;
  const kept = keptIn(key);
  if (kept) session.restore(kept);

  const name = element("input", { id: "reviewer", type: "text", required: "", autocomplete: "name", value: session.reviewer });
  const form = element("form", { class: "start" }, element("label", { for: "reviewer" }, "Your name or initials, as they shall stand in the saved file"),
    name, element("button", {}, session.decided ? `Go on (${session.decided} decided)` : "Begin"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!name.value.trim()) return;
    session.reviewer = name.value.trim();
    session.started ||= new Date().toISOString();
    form.remove();
    reviewing(place, set, session, key);
  });
  place.append(form);
  name.focus();
}

function keptIn(key: string): Saved | null {
  try {
    const text = localStorage.getItem(key);
    return text ? (JSON.parse(text) as Saved) : null;
  } catch {
    return null; // no storage for files in this browser: the saved file is all there is
  }
}

function reviewing(place: HTMLElement, set: CaseSet, session: Session, key: string): void {
  let at = 0, moving: number | null = null, opened = performance.now(), unsaved = false;
  const heading = element("h2", { id: "case" }), question = element("p", { class: "question" });
  const progress = element("progress", { max: String(set.cases.length), "aria-label": "Cases decided" });
  const counted = element("span", { class: "note" });
  const status = element("p", { class: "status", role: "status" });
  const stage = element("div", { class: "stage", tabindex: "0", role: "group", "aria-labelledby": "case" });
  const plot = casePlot(stage, (t) => {
    if (moving !== null) moveTo(t);
  });

  const decideButtons: [string, string, () => void][] = [
    ["Accept", "A", () => decide("accept")], ["Reject", "R", () => decide("reject")], ["Move", "M", startMoving],
    ["Cannot tell", "U", () => decide("cannot_tell")], ["Undo", "Z", undo], ["Previous", "\u2190", () => go(at - 1)],
    ["Next", "\u2192", () => go(at + 1)], ["Save the file", "S", save],
  ];
  const bar = element("div", { class: "tools decide" }, ...decideButtons.map(([, hint, act]) =>
    button("", act, { "aria-keyshortcuts": hint })));
  decideButtons.forEach(([text, hint], i) => bar.children[i]!.append(text, " ", element("kbd", {}, hint)));
  place.append(heading, progress, counted, question, stage, bar, status);

  const rate = (): number => set.cases[at]!.wave.signal.rate;

  function show(): void {
    const one = set.cases[at]!, answer = session.answers[at];
    moving = null;
    opened = performance.now();
    heading.textContent = `Case ${at + 1} of ${set.cases.length}`;
    question.textContent = one.question;
    progress.value = session.decided;
    counted.textContent = ` ${session.decided} of ${set.cases.length} decided`;
    const t = answer?.t_s ?? one.t_s;
    plot.show(one.wave, t);
    stage.dataset["case"] = one.id;
    const others = one.wave.marks.length;
    stage.setAttribute("aria-label", `${one.question} The mark asked about is at ${clock(one.t_s, 2)}, in a stretch from ` +
      `${clock(one.wave.t0)} to ${clock(one.wave.t1)} with ${others} other mark${others === 1 ? "" : "s"}.`);
    stage.removeAttribute("aria-labelledby");
    say(answer ? `Decided: ${words[answer.decision]}${answer.t_s === undefined ? "" : ` to ${clock(answer.t_s, 3)}`}.`
      : session.decided === set.cases.length ? "All are decided. Press S to save the file." : "");
  }
  function say(text: string): void {
    status.textContent = text;
  }
  function go(to: number): void {
    at = (to + set.cases.length) % set.cases.length;
    show();
  }
  function decide(decision: Decision, t_s?: number): void {
    session.decide(at, decision, (performance.now() - opened) / 1000, new Date(), t_s);
    keep();
    const next = session.open(at), was = at + 1;
    if (next !== null) at = next;
    show();
    stage.focus();
    say(next === null ? `Case ${was}: ${words[decision]}. All are decided. Press S to save the file.` : `Case ${was}: ${words[decision]}.`);
  }
  function startMoving(): void {
    moving = session.answers[at]?.t_s ?? set.cases[at]!.t_s;
    say("Moving: arrow keys shift the mark by a sample, with Shift by ten, or click where it belongs. Enter accepts, Escape leaves it.");
    stage.focus();
  }
  function moveTo(t: number): void {
    const { t0, t1 } = set.cases[at]!.wave;
    moving = Math.round(Math.max(t0, Math.min(t1, t)) * 1e4) / 1e4;
    plot.moveMark(moving);
    say(`Moving: ${clock(moving, 3)}. Enter accepts, Escape leaves it.`);
  }
  function undo(): void {
    const back = session.undo();
    if (back === null) return say("There is nothing to undo.");
    keep();
    at = back;
    show();
    say(`Case ${back + 1}: decision taken back.`);
  }
  function keep(): void {
    unsaved = true;
    try {
      localStorage.setItem(key, JSON.stringify(session.saved(new Date())));
    } catch {
      // As in keptIn.
    }
  }
  function save(): void {
    const text = JSON.stringify(session.saved(new Date()), null, 1) + "\n";
    const link = element("a", { download: `review-${set.hash.slice(0, 8)}-${session.reviewer.replace(/[^A-Za-z0-9]+/g, "-")}.json`,
      href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    say(`Saved: ${session.decided} of ${set.cases.length} decisions. Give the file ${link.download} to whoever sent you this page.`);
  }

  const keys: Record<string, () => void> = {
    a: () => decide("accept"), r: () => decide("reject"), m: startMoving, u: () => decide("cannot_tell"), z: undo, s: save,
    n: () => go(session.open(at) ?? at), arrowleft: () => go(at - 1), arrowright: () => go(at + 1), "+": () => plot.zoom(0.5),
    "=": () => plot.zoom(0.5), "-": () => plot.zoom(2),
  };
  // Single keys count only while the focus is within the review.
  place.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== "z" && event.key !== "s")) return;
    const act = moving === null ? keys[event.key.toLowerCase()] : movingKey(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
  function movingKey(event: KeyboardEvent): (() => void) | undefined {
    const step = (event.shiftKey ? 10 : 1) / rate(), from = moving ?? 0;
    switch (event.key) {
      case "ArrowLeft": return () => moveTo(from - step);
      case "ArrowRight": return () => moveTo(from + step);
      case "Enter": return () => decide("move", from);
      case "Escape": return show;
      default: return keys[event.key] && (event.key === "+" || event.key === "-" || event.key === "=") ? keys[event.key] : undefined;
    }
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  at = session.open(set.cases.length - 1) ?? 0;
  show();
  stage.focus();
}

style(uplotStyle);
const set = embedded<CaseSet>("cases");
if (set && set.cases.length > 0) begin(set);
