// A label from doubt to a new layer: cases exported from a study, a hundred reviewed by keyboard twice over, adjudicated, applied.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";

const program = resolve(process.argv[3]), folder = mkdtempSync(join(tmpdir(), "vagus-label-review-"));
const env = { ...process.env, VAGUS_STORE: join(folder, "store"), XDG_CACHE_HOME: join(folder, "cache"), XDG_DATA_HOME: join(folder, "home") };

/** Standard output, or { code, err } where the program does not end in one of the codes wanted. */
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

const spec = `
name = "noisy"
[data]
sets = ["noisy"]
[detector]
name = "health.beats"
[score]
start_s = 5
[[requirement]]
name = "Beats are found"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.9
`;

let browser, cases;
const files = {};
before(async () => {
  browser = await launch();
  mkdirSync(join(folder, "noisy"));
  let table = "recording,file,subject\n";
  for (let k = 1; k <= 6; ++k) {
    vagus(["simulate", "ecg", "--seed", String(k), "--duration-s", "240", "--set", "leads=1", "--set", "muscle_mv=1.2", "--set", "electrode_mv=0.8",
      "-o", `noisy/n${k}`]);
    table += `n${k},n${k}.hea,p${k}\n`;
  }
  writeFileSync(join(folder, "noisy/dataset.csv"), table);
  writeFileSync(join(folder, "noisy.toml"), spec);
  vagus(["data", "add", "noisy"]);
  vagus(["study", "run", "noisy.toml", "-o", "before"], [0, 1]);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Goes through every case by keyboard with `decide(index)`, and gives the saved file. */
async function review(who, decide) {
  const { page, asked, complaints } = await open(browser, join(folder, "review.html"));
  await page.keyboard.type(who);
  await page.keyboard.press("Enter");
  for (let i = 0; i < 100; ++i) {
    const id = await page.locator("#review .stage").getAttribute("data-case");
    const keys = decide(Number(id.slice(1)));
    for (const key of keys) await page.keyboard.press(key);
  }
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
  const path = join(folder, `${who}.json`);
  copyFileSync(await download.path(), path);
  assert.deepEqual(asked.filter((url) => !/^(file|data|blob):/.test(url)), []);
  assert.deepEqual(complaints, []);
  await page.context().close();
  return path;
}

test("a hundred cases, three in ten of them agreeing, in an order that says nothing", () => {
  const made = JSON.parse(vagus(["data", "label", "export", "before", "-o", "review.html", "--json"]));
  assert.deepEqual([made.cases, made.agreeing], [100, 30]);
  cases = JSON.parse(readFileSync(join(folder, "store/reviews", `${made.hash}.json`), "utf8")).cases;
  const page = readFileSync(join(folder, "review.html"), "utf8");
  for (const one of cases) assert.equal(page.includes(`noisy:${one.recording}`), false);
  const shown = /id="cases">([^<]*)</.exec(page)[1];
  assert.deepEqual([...new Set(JSON.parse(shown).cases.flatMap((c) => c.wave.marks.map((m) => m[0])))], ["candidate"]);
  assert.equal(/missed|false|agreeing|detected|reference|noisy/.test(shown), false);
  const kinds = cases.map((c) => c.kind);
  assert.ok(new Set(kinds.slice(0, 40)).size >= 2 && new Set(kinds.slice(-40)).size >= 2);
});

test("two reviewers and a third by keyboard alone", async () => {
  // A and B differ in every tenth case, which C rejects; whatever A says of the others is what B says.
  const keys = { missed: ["r"], false: ["a"], agreeing: ["a"] };
  const ordinary = (n) => (n % 7 === 0 ? ["m", "Shift+ArrowRight", "Enter"] : n % 11 === 0 ? ["u"] : keys[cases[n - 1].kind]);
  files.a = await review("A", ordinary);
  files.b = await review("B", (n) => (n % 10 === 0 ? (ordinary(n)[0] === "a" ? ["r"] : ["a"]) : ordinary(n)));
  files.c = await review("C", () => ["r"]);
});

test("the layers that come of it are what was decided; the layers before stay", () => {
  const alone = JSON.parse(vagus(["data", "label", "apply", files.a, files.b, files.c, "--json"]));
  assert.deepEqual(alone.decided_by, { one: 0, both: 90, third: 10, differ: 0, undecided: 0 });
  assert.ok(alone.kappa.estimate > 0.7 && alone.kappa.estimate < 1 && alone.kappa.interval[0] < alone.kappa.estimate);
  let added = 0, removed = 0, moved = 0;
  cases.forEach((one, i) => {
    const n = i + 1, third = n % 10 === 0, steps = !third && n % 7 === 0, open = !third && !steps && n % 11 === 0;
    if (open) return;
    if (one.kind === "false") added += third ? 0 : 1;
    else if (steps) ++moved;
    else if (third || one.kind === "missed") ++removed;
  });
  const sum = (what) => alone.layers.reduce((s, layer) => s + layer[what], 0);
  assert.deepEqual([sum("added"), sum("removed")], [added, removed]);
  assert.equal(sum("moved"), moved);
  for (const layer of alone.layers) {
    const ticks = new Set(vagus(["data", "label", "export", layer.recording]).split("\n").slice(1).map((line) => Number(line.split(",")[0]).toFixed(2)));
    cases.forEach((one, i) => {
      if (`noisy:${one.recording}` !== layer.recording || (i + 1) % 7 === 0 || (i + 1) % 10 === 0 || (i + 1) % 11 === 0) return;
      assert.equal(ticks.has((one.tick / one.tick_hz).toFixed(2)), one.kind !== "missed", `${one.case} ${one.kind}`);
    });
  }
  const again = JSON.parse(vagus(["data", "label", "apply", files.a, files.b, files.c, "--json"]));
  assert.deepEqual(again.layers, alone.layers);
  assert.deepEqual(again.versions, alone.versions);
});

test("results on the old labels still verify, and new ones stand on both", () => {
  assert.match(vagus(["study", "verify", "before"]), /verified/);
  const text = vagus(["study", "run", "noisy.toml", "-o", "after"], [0, 1]);
  assert.match(text, /on the labels as published, and as mended in \d recordings/);
  const old = JSON.parse(readFileSync(join(folder, "before/results.json"), "utf8"));
  const now = JSON.parse(readFileSync(join(folder, "after/results.json"), "utf8"));
  assert.equal("labels" in old, false);
  assert.deepEqual(now.labels.original.groups, old.groups);
  assert.deepEqual(now.labels.original.requirements, old.requirements);
  assert.ok(now.requirements[0].estimate > old.requirements[0].estimate);
  assert.equal(now.labels.mended[0].reason.includes("label review"), true);
  assert.match(vagus(["study", "verify", "after"]), /verified/);
  assert.match(vagus(["study", "verify", "before"]), /verified/);
});

test("what is no evidence is refused with a sentence, and nothing is written", () => {
  const version = vagus(["data", "show", "noisy", "--json"]);
  vagus(["data", "label", "export", "after", "-o", "review.html", "--agreeing", "0"]);
  const page = readFileSync(join(folder, "review.html"), "utf8");
  const answers = JSON.parse(readFileSync(files.a, "utf8"));
  answers.set.hash = /"hash":"([0-9a-f]{64})"/.exec(page)[1];
  writeFileSync(join(folder, "none.json"), JSON.stringify({ ...answers, decisions: answers.decisions.slice(0, 20) }));
  assert.match(vagus(["data", "label", "apply", "none.json"], [3]), /no evidence/);
  answers.set.hash = "0".repeat(64);
  writeFileSync(join(folder, "other.json"), JSON.stringify(answers));
  assert.match(vagus(["data", "label", "apply", "other.json"], [3]), /other data/);
  assert.match(vagus(["data", "label", "apply", files.a, files.a], [2]), /two of the files are by A/);
  assert.equal(vagus(["data", "show", "noisy", "--json"]), version);
});
