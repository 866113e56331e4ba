/** What a reviewer has decided so far: a plain state, saved as docs/label-review.md says. */
export type Decision = "accept" | "reject" | "move" | "cannot_tell";

export interface Answer {
  case: string;
  decision: Decision;
  t_s?: number; // where it was moved to
  decided_at: string; // UTC
  seconds: number; // spent on the case before it was decided
  changes: number; // how often the decision was changed
}

export interface Saved {
  schema: "vagus.label-review.answers/1";
  set: { hash: string; title: string; cases: number };
  reviewer: string;
  started: string;
  saved: string;
  decisions: Answer[];
}

/** A decision, and what stood there before. */
interface Step {
  index: number;
  before: Answer | undefined;
}

export class Session {
  reviewer = "";
  started = "";
  readonly answers: (Answer | undefined)[];
  private readonly steps: Step[] = [];

  constructor(readonly hash: string, readonly title: string, readonly ids: string[]) {
    this.answers = ids.map(() => undefined);
  }

  get decided(): number {
    return this.answers.filter((a) => a !== undefined).length;
  }

  decide(index: number, decision: Decision, seconds: number, now: Date, t_s?: number): void {
    const before = this.answers[index];
    this.steps.push({ index, before });
    const answer: Answer = { case: this.ids[index]!, decision, decided_at: now.toISOString(),
      seconds: Math.round(seconds * 10) / 10, changes: before ? before.changes + 1 : 0 };
    if (decision === "move" && t_s !== undefined) answer.t_s = t_s;
    this.answers[index] = answer;
  }

  /** Takes the last decision back; gives the case it was about. */
  undo(): number | null {
    const step = this.steps.pop();
    if (!step) return null;
    this.answers[step.index] = step.before;
    return step.index;
  }

  /** The next case without a decision after `index`, around the end; null where all are decided. */
  open(index: number): number | null {
    for (let i = 1; i <= this.ids.length; ++i) {
      const at = (index + i) % this.ids.length;
      if (!this.answers[at]) return at;
    }
    return null;
  }

  saved(now: Date): Saved {
    return {
      schema: "vagus.label-review.answers/1",
      set: { hash: this.hash, title: this.title, cases: this.ids.length },
      reviewer: this.reviewer, started: this.started, saved: now.toISOString(),
      decisions: this.answers.filter((a) => a !== undefined),
    };
  }

  /** Takes over what was saved of the same set of cases; false where it is another. */
  restore(from: Saved): boolean {
    if (from.schema !== "vagus.label-review.answers/1" || from.set.hash !== this.hash) return false;
    this.reviewer = from.reviewer;
    this.started = from.started;
    const places = new Map(this.ids.map((id, i) => [id, i]));
    for (const answer of from.decisions) {
      const at = places.get(answer.case);
      if (at !== undefined) this.answers[at] = answer;
    }
    return true;
  }
}
