// The study's page: what moves, what is greyed, what a keyboard and a screen reader get.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, lowContrast, open, withoutText } from "./browser.mjs";

const folder = process.argv[2], file = join(folder, "report.html");
let browser, page, asked, complaints;
before(async () => {
  browser = await launch();
  ({ page, asked, complaints } = await open(browser, file));
});
after(() => browser.close());

const row = (name) => page.locator(`[data-row="${name}"] td`).first().innerText();
const card = () => page.locator(".card [data-value]").first().innerText();

test("figures along the thresholds are those that the lab computes", async () => {
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
  const shown = await page.evaluate(async (thresholds) => {
    const slider = document.querySelector("#threshold"), all = [];
    for (const t of thresholds) {
      slider.value = String(t);
      slider.dispatchEvent(new Event("input"));
      while (slider.dataset.shown !== String(t)) await new Promise(requestAnimationFrame);
      for (const row of ["sensitivity gross", "sensitivity average"]) {
        const cell = document.querySelector(`[data-row="${row}"] td`);
        all.push({ row, threshold: t, value: cell.firstChild.textContent, interval: cell.querySelector("small").textContent });
      }
    }
    return all;
  }, [...new Set(expected.map((one) => one.threshold))]);
  assert.deepEqual(shown, expected);
  await page.focus("#threshold");
  await page.keyboard.press("Escape");
});

test("rates along the thresholds have the bootstrap interval that the lab computes", async () => {
  const expected = JSON.parse(readFileSync(join(folder, "rates.json"), "utf8"));
  const digits = (v) => v.toFixed(v === 0 || v >= 100 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(v)))));
  const shown = await page.evaluate(async (thresholds) => {
    const slider = document.querySelector("#threshold"), all = [];
    for (const t of thresholds) {
      slider.value = String(t);
      slider.dispatchEvent(new Event("input"));
      while (slider.dataset.shown !== String(t)) await new Promise(requestAnimationFrame);
      const cell = document.querySelector('[data-row="false_alarms gross"] td');
      all.push([cell.firstChild.textContent, cell.querySelector("small").textContent]);
    }
    return all;
  }, expected.map((one) => one.threshold));
  assert.ok(new Set(expected.map((one) => one.value)).size > 2);
  expected.forEach((one, i) => {
    assert.equal(shown[i][0].split(" ")[0], digits(one.value));
    assert.deepEqual(shown[i][1].match(/[\d.]+/g).slice(0, 2), [digits(one.low), digits(one.high)]);
  });
  await page.focus("#threshold");
  await page.keyboard.press("Escape");
});

test("a dragged threshold is followed by every figure, marked exploratory, and Escape brings all back", async () => {
  const locked = await card(), verdict = await page.locator("[data-verdict]").first().innerText();
  assert.equal(await page.locator(".exploring").isVisible(), false);
  await page.focus("#threshold");
  for (let i = 0; i < 48; ++i) await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector("#threshold").dataset.shown === "48");
  assert.notEqual(await card(), locked);
  assert.match(await page.locator(".exploring").innerText(), /Exploratory/);
  assert.match(await page.locator("#threshold").getAttribute("aria-valuetext"), /exploratory/);
  assert.match(await page.locator("[data-verdict]").first().innerText(), /^exploratory: /);
  const grey = await page.evaluate(() => getComputedStyle(document.querySelector(".verdict")).filter);
  assert.match(grey, /grayscale\(1\)/);
  const marked = await page.evaluate(() => [...document.querySelectorAll("[data-follow] [data-value]")]
    .map((e) => getComputedStyle(e, "::after").content));
  assert.ok(marked.length > 4 && marked.every((text) => text.includes("exploratory")));
  assert.deepEqual(await page.evaluate(lowContrast), []);
  await page.keyboard.press("Escape");
  assert.equal(await card(), locked);
  assert.equal(await page.locator("[data-verdict]").first().innerText(), verdict);
  assert.equal(await page.evaluate(() => document.body.classList.contains("exploratory")), false);
});

test("where a threshold changes nothing, what the page computes is what the report says", async () => {
  const read = () => page.evaluate(() => [...document.querySelectorAll("[data-follow] :is([data-value],[data-interval],[data-who]),[data-sum]")]
    .map((e) => e.textContent));
  const said = await read();
  await page.focus("#threshold");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector("#threshold").dataset.shown === "1");
  const data = await page.evaluate(() => JSON.parse(document.querySelector("#operating").textContent));
  assert.ok(data.rows.every((row) => [row.tp, row.fn, row.fp].every((sums) => (sums[1] ?? 0) === 0)));
  assert.ok(said.length > 20);
  assert.deepEqual(await read(), said);
  await page.keyboard.press("Escape");
});

test("the line in the plot is dragged by the pointer", async () => {
  const over = page.locator(".curve-plot .u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + 5, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => Number(document.querySelector("#threshold").dataset.shown) > 10);
  await page.locator(".exploring button").click();
  assert.equal(await page.locator("#threshold").inputValue(), "0");
});

test("a drawing opens into a plot that keys zoom and move", async () => {
  const zoom = page.locator("button.zoom").first();
  await zoom.focus();
  await page.keyboard.press("Enter");
  const stage = page.locator(".wave-live .stage");
  await stage.waitFor();
  const span = async () => {
    const [from, to] = await stage.evaluate((s) => [Number(s.dataset.from), Number(s.dataset.to)]);
    return { from, width: to - from };
  };
  const whole = await span();
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  const near = await span();
  assert.ok(Math.abs(near.width - whole.width / 4) < 1e-6);
  await page.keyboard.press("ArrowRight");
  assert.ok((await span()).from > near.from);
  const box = await stage.locator(".u-over").first().boundingBox();
  await page.mouse.move(box.x + 100, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 100, { steps: 3 });
  await page.mouse.up();
  assert.ok((await span()).width < near.width);
  await page.keyboard.press("0");
  assert.deepEqual(await span(), whole);
  assert.ok(await stage.evaluate((s) => [...s.querySelectorAll("canvas")].every((c) => c.width > 100)));
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".wave-live").count(), 0);
  assert.equal(await zoom.evaluate((z) => z === document.activeElement), true);
});

test("a table is sorted by its headings", async () => {
  const heads = page.locator("#records ~ .scroll table.sortable th button");
  await heads.nth(4).press("Enter");
  const missed = async () => page.locator("#records ~ .scroll table.sortable tbody tr td:nth-child(5)").evaluateAll((cells) => cells.map((c) => Number(c.dataset.v)));
  const down = await missed();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await heads.nth(4).press("Enter");
  const up = await missed();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
});

test("every drawing has words, contrast is enough, headings do not skip a level", async () => {
  assert.deepEqual(await page.evaluate(withoutText), []);
  assert.deepEqual(await page.evaluate(lowContrast), []);
  const levels = await page.evaluate(() => [...document.querySelectorAll("h1,h2,h3")].map((h) => Number(h.tagName[1])));
  assert.equal(levels[0], 1);
  levels.slice(1).forEach((level, i) => assert.ok(level <= levels[i] + 1));
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("input,select")].every((i) => i.labels.length > 0)), true);
});

test("Tab goes through the page in its order and shows where it is", async () => {
  await page.reload();
  const seen = [];
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => {
      const all = [...document.querySelectorAll("*")], at = document.activeElement;
      return { place: all.indexOf(at), id: at.id, outline: getComputedStyle(at).outlineStyle };
    }));
  }
  const places = seen.map((s) => s.place);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.ok(seen.some((s) => s.id === "threshold"));
  assert.ok(seen.every((s) => s.outline !== "none"));
});

test("slices, costs, agreement and limits stand on it, verdict first", async () => {
  const text = await page.evaluate(() => document.querySelector("main").textContent);
  for (const part of ["muscle noise above 0.3 mV", "a ratio of 4.5 could have been seen", "over budget", "limits of agreement",
    "Twelve minutes of simulated signal", "Not a medical device"]) assert.ok(text.includes(part), part);
  assert.ok(text.indexOf("Verdict:") < text.indexOf("Requirements"));
});

test("what is printed is the locked point, with the still drawings", async () => {
  await page.focus("#threshold");
  await page.keyboard.press("End");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const shown = await page.evaluate(() => ({
    still: document.querySelector("#operating-point .still").getClientRects().length > 0,
    live: document.querySelector(".operating-live").getClientRects().length > 0,
    exploratory: document.body.classList.contains("exploratory"),
  }));
  assert.deepEqual(shown, { still: true, live: false, exploratory: false });
  await page.emulateMedia({ media: "screen" });
});

test("nothing is asked of a network, nothing is complained about, and the file is small", () => {
  assert.deepEqual(asked.filter((url) => !/^(file|data|blob):/.test(url)), []);
  assert.equal([...new Set(asked.filter((url) => url.startsWith("file:")))].length, 1);
  assert.deepEqual(complaints, []);
  assert.ok(statSync(file).size < 5e6);
});

test("without scripts the page reads whole", async () => {
  const { page: still } = await open(browser, file, { javaScriptEnabled: false });
  assert.ok(await still.locator("#operating-point figure.still svg").isVisible());
  assert.ok(await still.locator("#operating-point .still table").isVisible());
  assert.ok(await still.locator("figure svg[role=img]").count() > 3);
  await still.context().close();
});
