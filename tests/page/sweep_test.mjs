// The page of a sweep: what is drawn, what a keyboard and a screen reader get, nothing from a network, all of it on paper.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, lowContrast, open, withoutText } from "./browser.mjs";

const folder = process.argv[2], file = join(folder, "sweep.html");
const sweep = JSON.parse(readFileSync(join(folder, "sweep.json"), "utf8"));
let browser, page, asked, complaints;
before(async () => {
  browser = await launch();
  ({ page, asked, complaints } = await open(browser, file));
});
after(() => browser.close());

test("the verdict comes first and is that of the sweep", async () => {
  assert.equal(await page.locator(".verdict strong").innerText(), `Verdict: ${sweep.verdict}`);
  const tops = await page.evaluate(() => [".verdict", "table", "svg[role=img]"].map((s) => document.querySelector(s).getBoundingClientRect().top));
  assert.ok(tops[0] < tops[1] && tops[1] < tops[2], String(tops));
});

test("every setting of the front is drawn in each plot, inside its frame, and what was chosen is ringed", async () => {
  const front = sweep.settings.filter((one) => one.front).length;
  assert.ok(front > 1 && front < sweep.settings.length, "a front of all or of one shows nothing");
  const plots = await page.$$eval("svg[role=img]", (all) => all.map((svg) => ({
    dots: svg.querySelectorAll("circle.dot").length, chosen: svg.querySelectorAll("circle.chosen").length,
    outside: [...svg.querySelectorAll("circle")].filter((c) => c.cx.baseVal.value < 120 || c.cx.baseVal.value > 1750
      || c.cy.baseVal.value < 10 || c.cy.baseVal.value > 570).length,
    texts: [...svg.querySelectorAll("text")].filter((t) => { const b = t.getBBox(); return b.x < 0 || b.x + b.width > 1800; }).length,
  })));
  assert.equal(plots.length, 2, "alarms and latency against sensitivity");
  for (const plot of plots) {
    assert.equal(plot.dots, front);
    assert.ok(plot.chosen >= 1);
    assert.equal(plot.outside, 0);
    assert.equal(plot.texts, 0);
  }
});

test("the table of settings is sorted by a heading from the keyboard", async () => {
  const table = page.locator("table.sortable").last();
  const values = () => table.locator("tbody tr").evaluateAll((rows) => rows.map((r) => Number(r.cells[1].dataset.v)));
  await table.locator("th button").nth(1).focus();
  await page.keyboard.press("Enter");
  const down = await values();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await page.keyboard.press("Enter");
  const up = await values();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  assert.equal(up.length, sweep.settings.length);
});

test("texts have contrast, drawings have words, and nothing is asked of a network", async () => {
  assert.deepEqual(await page.evaluate(lowContrast), []);
  assert.deepEqual(await page.evaluate(withoutText), []);
  assert.deepEqual(asked.filter((url) => !url.startsWith("file:")), []);
  assert.deepEqual(complaints, []);
});

test("on paper and on a narrow screen nothing is wider than the page", async () => {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("svg[role=img]").first().isVisible(), true);
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: 480, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${wide} pixels too wide`);
});
