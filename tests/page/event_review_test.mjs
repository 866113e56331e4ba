// Labels of falls from doubt to new layers: people whose labels are planted wrong, reviewed by keyboard, applied, scored on both.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, lowContrast, open } from "./browser.mjs";

const program = resolve(process.argv[3]), folder = mkdtempSync(join(tmpdir(), "vagus-event-review-"));
const env = { ...process.env, VAGUS_STORE: join(folder, "store"), XDG_CACHE_HOME: join(folder, "cache"), XDG_DATA_HOME: join(folder, "home") };
const rate = 50, duration = 300, falls = [60, 150, 240];

function vagus(args, codes = [0]) {
  try {
    const out = execFileSync(program, args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    assert.ok(codes.includes(0), `${args.join(" ")} ended well`);
    return out;
  } catch (error) {
    if (!codes.includes(error.status)) throw new Error(`${args.join(" ")}: ${error.status} ${error.stderr}`);
    return error.stdout + error.stderr;
  }
}

// What each person's labels and the detector have: true falls are at 60, 150 and 240 s, of p6 at 150 s alone.
const people = {
  p1: { labels: [60, 240], said: [60, 150, 240] }, // a fall that nobody labelled
  p2: { labels: [60, 150, 240], said: [60, 240] }, // one that the detector misses
  p3: { labels: [60, 150, 240], said: [60, 150, 200, 240] }, // an alarm without a fall
  p4: { labels: [60, 100, 150, 240], said: [60, 150, 240] }, // a label without a fall
  p5: { labels: [60, 150, 220], said: [60, 150, 240] }, // a label 20 s too early
  p6: { labels: [], said: [150], falls: [150] }, // a fall in a recording without labels of falls
};
const isFall = (one) => (people[one.recording].falls ?? falls).some((t) => Math.abs(t - one.t_s) < 1);

const spec = `
name = "falls"
[data]
sets = ["own"]
[detector]
name = "elsewhere"
events = "said"
[score]
protocol = "events"
[[requirement]]
name = "Falls are found"
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.5
`;

function signal(truth, seed) {
  let text = "t_s,acc_x_g,acc_y_g,acc_z_g\n", state = seed;
  const noise = () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5) * 0.1;
  for (let i = 0; i < duration * rate; ++i) {
    const t = i / rate, since = Math.min(...truth.map((f) => Math.abs(t - f)));
    const z = since < 0.1 ? 3.5 : truth.some((f) => t > f - 0.6 && t < f) ? 0.2 : 1;
    text += `${t},${noise().toFixed(3)},${noise().toFixed(3)},${(z + noise()).toFixed(3)}\n`;
  }
  return text;
}

let browser, cases;
before(async () => {
  browser = await launch();
  for (const name of ["own", "said"]) mkdirSync(join(folder, name));
  let table = "recording,file,subject\n";
  Object.entries(people).forEach(([name, one], k) => {
    writeFileSync(join(folder, `own/${name}.csv`), signal(one.falls ?? falls, k + 1));
    writeFileSync(join(folder, `own/${name}.ann.csv`), `t_start_s,t_end_s,track,label\n0,${duration},worn,\n` +
      one.labels.map((t) => `${t},,falls,forward\n`).join(""));
    writeFileSync(join(folder, `said/${name}.csv`), "t_s,t_impact_s,score\n" + one.said.map((t) => `${t + 4},${t + 0.1},0.9\n`).join(""));
    table += `${name},${name}.csv,${name}\n`;
  });
  writeFileSync(join(folder, "own/dataset.csv"), table);
  writeFileSync(join(folder, "falls.toml"), spec);
  vagus(["data", "add", "own"]);
  vagus(["study", "run", "falls.toml", "-o", "before"], [0, 1]);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

test("every error and three in ten agreeing, and the page tells nothing", () => {
  const made = JSON.parse(vagus(["data", "label", "export", "before", "-o", "review.html", "--json"]));
  assert.deepEqual([made.cases, made.agreeing], [10, 3]);
  cases = JSON.parse(readFileSync(join(folder, "store/reviews", `${made.hash}.json`), "utf8")).cases;
  const errors = cases.filter((c) => c.kind !== "agreeing").map((c) => `${c.recording} ${c.kind} ${Math.round(c.t_s)}`).sort();
  assert.deepEqual(errors, ["p1 false 150", "p2 missed 150", "p3 false 200", "p4 missed 100", "p5 false 240", "p5 missed 220", "p6 false 150"]);
  const page = readFileSync(join(folder, "review.html"), "utf8"), shown = /id="cases">([^<]*)</.exec(page)[1];
  assert.equal(/missed|false|agreeing|detected|reference|own|"p\d/.test(shown), false);
  assert.equal(JSON.parse(shown).cases.every((c) => c.question === "Is there a fall at the mark?"), true);
});

test("by keyboard alone, on the magnitude and the three axes", async () => {
  const { page, asked, complaints } = await open(browser, join(folder, "review.html"));
  await page.keyboard.type("A");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#review .stage .uplot").count(), 2);
  assert.deepEqual(await page.evaluate(lowContrast), []);
  let moved = false;
  for (let i = 0; i < cases.length; ++i) {
    const id = await page.locator("#review .stage").getAttribute("data-case"), one = cases.find((c) => c.case === id);
    if (one.kind === "agreeing" && !moved) {
      moved = true;
      for (const key of ["m", "Shift+ArrowRight", "Enter"]) await page.keyboard.press(key);
    } else {
      await page.keyboard.press(isFall(one) ? "a" : "r");
    }
  }
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
  copyFileSync(await download.path(), join(folder, "a.json"));
  assert.deepEqual(asked.filter((url) => !/^(file|data|blob):/.test(url)), []);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("the new layers hold what was decided, a recording without such labels too; the layers before stay", () => {
  const old = vagus(["data", "label", "export", "own:p1", "--track", "falls"]);
  const text = vagus(["data", "label", "apply", "a.json"]);
  assert.match(text, /fall of the reference, not found/);
  assert.match(text, /says fall where both have it: 100\.0 %/);
  const applied = JSON.parse(vagus(["data", "label", "apply", "a.json", "--json"]));
  assert.deepEqual(applied.versions, JSON.parse(vagus(["data", "label", "apply", "a.json", "--json"])).versions);
  const answers = JSON.parse(readFileSync(join(folder, "a.json"), "utf8"));
  const times = (name) => vagus(["data", "label", "export", `own:${name}`, "--track", "falls"]).trim().split("\n").slice(1).map((line) => Number(line.split(",")[0]));
  const expected = { p1: [60, 150.1, 240], p2: falls, p3: falls, p4: falls, p5: [60, 150, 240.1], p6: [150.1] };
  const move = answers.decisions.find((d) => d.decision === "move"), about = cases.find((c) => c.case === move.case);
  const to = expected[about.recording].findIndex((t) => Math.abs(t - about.t_s) < 1);
  expected[about.recording] = expected[about.recording].with(to, about.t0_s + move.t_s);
  for (const [name, wanted] of Object.entries(expected)) {
    const found = times(name);
    assert.equal(found.length, wanted.length, name);
    found.forEach((t, i) => assert.ok(Math.abs(t - wanted[i]) < 0.011, `${name} ${t} ${wanted[i]}`));
  }
  assert.match(vagus(["data", "label", "export", "own:p6", "--track", "falls"]), /,fall/);
  assert.equal(old.split("\n").length, 4);
  assert.deepEqual(JSON.parse(vagus(["data", "check", "--json"])).problems, []);
});

test("the old result still verifies, and the new one stands on both labels", () => {
  assert.match(vagus(["study", "verify", "before"]), /verified/);
  const text = vagus(["study", "run", "falls.toml", "-o", "after"], [0, 1]);
  assert.match(text, /on the labels as published, and as mended in \d recordings/);
  const old = JSON.parse(readFileSync(join(folder, "before/results.json"), "utf8"));
  const now = JSON.parse(readFileSync(join(folder, "after/results.json"), "utf8"));
  assert.equal("labels" in old, false);
  assert.ok(Math.abs(old.requirements[0].estimate - 12 / 15) < 1e-9);
  assert.ok(Math.abs(now.requirements[0].estimate - 15 / 16) < 1e-9);
  assert.deepEqual(now.labels.original.requirements, old.requirements);
  assert.deepEqual(now.labels.original.groups, old.groups);
  assert.deepEqual(now.labels.mended.filter((m) => ["own:p1", "own:p4", "own:p5", "own:p6"].includes(m.recording)).map((m) => m.author), ["A", "A", "A", "A"]);
  assert.match(readFileSync(join(folder, "after/report.html"), "utf8"), /On the labels as published, and as mended/);
  assert.match(vagus(["study", "verify", "after"]), /verified/);
  assert.match(vagus(["study", "verify", "before"]), /verified/);
});

test("studies without signals, or without labels of events, are refused with the reason", () => {
  writeFileSync(join(folder, "none.toml"), 'name = "none"\n[data]\nsimulate = {kind = "events", subjects = 3, set = {days = 1}}\n[detector]\nname = "simulated.events"\n[score]\nprotocol = "events"\n');
  assert.match(vagus(["data", "label", "export", "none.toml", "-o", "none.html"], [3]), /no signals: there is nothing to look at/);
  writeFileSync(join(folder, "mixed.toml"), spec.replace('protocol = "events"', 'protocol = "events"\nreference = "worn"'));
  assert.match(vagus(["data", "label", "export", "mixed.toml", "-o", "none.html"], [3]), /holds no events/);
});
