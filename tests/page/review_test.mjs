// The label review: a hundred cases by keyboard alone, and the file that comes of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, lowContrast, open, withoutText } from "./browser.mjs";

const folder = process.argv[2], file = join(folder, "review.html");
const set = JSON.parse(readFileSync(join(folder, "review.json"), "utf8"));
let browser, page, asked, complaints;
before(async () => {
  browser = await launch();
  ({ page, asked, complaints } = await open(browser, file));
});
after(() => browser.close());

async function saved() {
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
  return JSON.parse(readFileSync(await download.path(), "utf8"));
}
const current = () => page.locator("#review .stage").getAttribute("data-case");

test("the page tells neither recordings nor who set a mark", () => {
  const text = readFileSync(file, "utf8");
  assert.equal(/"(detected|missed|false|reference)",\d/.test(text), false);
  assert.equal(/simulated:/.test(text), false);
});

test("a hundred reviews by keyboard come back from the saved file", async () => {
  assert.equal(set.cases, 100);
  await page.keyboard.type("Dr. N. Obody");
  await page.keyboard.press("Enter");
  const wanted = new Map();
  for (let i = 0; i < 100; ++i) {
    const id = await current();
    assert.equal(wanted.has(id), false);
    const kind = ["accept", "reject", "move", "cannot_tell"][(i * 7) % 4];
    if (kind === "move") {
      await page.keyboard.press("m");
      for (let k = 0; k <= i % 3; ++k) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Shift+ArrowLeft");
      await page.keyboard.press("Enter");
    } else {
      await page.keyboard.press({ accept: "a", reject: "r", cannot_tell: "u" }[kind]);
    }
    wanted.set(id, { kind, steps: kind === "move" ? (i % 3) + 1 - 10 : 0 });
  }
  assert.match(await page.locator(".status").innerText(), /All are decided/);
  const file = await saved();
  assert.equal(file.schema, "vagus.label-review.answers/1");
  assert.equal(file.set.hash, set.hash);
  assert.equal(file.reviewer, "Dr. N. Obody");
  assert.ok(Date.parse(file.started) <= Date.parse(file.saved));
  assert.equal(file.decisions.length, 100);
  const cases = JSON.parse(await page.locator("#cases").textContent()).cases;
  for (const one of file.decisions) {
    const asked = wanted.get(one.case), about = cases.find((c) => c.id === one.case);
    assert.equal(one.decision, asked.kind);
    assert.ok(one.seconds >= 0 && one.changes === 0 && !Number.isNaN(Date.parse(one.decided_at)));
    assert.equal("t_s" in one, asked.kind === "move");
    if (asked.kind === "move") assert.ok(Math.abs(one.t_s - about.t_s - asked.steps / about.wave.signal.rate) < 2e-3);
  }
});

test("undo takes back, a changed mind is counted, and a reopened page goes on", async () => {
  const id = await current();
  await page.keyboard.press("a");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  const first = await saved();
  await page.keyboard.press("z");
  await page.locator(".status", { hasText: "taken back" }).waitFor();
  const second = await saved();
  assert.equal(first.decisions.find((d) => d.case === id).changes, second.decisions.find((d) => d.case === id).changes + 1);
  await page.reload();
  assert.match(await page.locator(".start button").innerText(), /100 decided/);
  await page.keyboard.press("Enter");
  assert.equal((await saved()).decisions.length, 100);
});

test("it reads, and asks nothing of a network", async () => {
  assert.deepEqual(await page.evaluate(lowContrast), []);
  assert.deepEqual(await page.evaluate(withoutText), []);
  assert.deepEqual(asked.filter((url) => !/^(file|data|blob):/.test(url)), []);
  assert.deepEqual(complaints, []);
});
