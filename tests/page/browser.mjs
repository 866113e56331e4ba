// A page opened from its file in headless Chromium, with everything it asks for and complains about written down.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const modules = join(dirname(fileURLToPath(import.meta.url)), "../../apps/page/node_modules/");
const { chromium } = createRequire(modules)("playwright-core");

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch() {
  const executablePath = programs.find(existsSync);
  if (!executablePath) throw new Error("no Chromium is installed (Debian package chromium)");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const asked = [], complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  return { page, asked, complaints };
}

/** What reads badly: texts whose colour has a contrast below 4.5 (large: 3) on the ground behind them. */
export function lowContrast() {
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, canvas, noscript, option, button:disabled") || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    let ground = null;
    for (let at = element; at && !ground; at = at.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (a > 0.99) ground = [r, g, b];
    }
    const text = luminance(numbers(element.namespaceURI.endsWith("svg") ? style.fill : style.color)), behind = luminance(ground ?? [255, 255, 255]);
    const ratio = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className} ${node.textContent.trim().slice(0, 40)}`);
  }
  return found;
}

/** Drawings and plots without a text that says what they show. */
export function withoutText() {
  const drawings = [...document.querySelectorAll("svg:not([aria-hidden=true]), .uplot")].filter((d) => d.getClientRects().length);
  return drawings.filter((drawing) => {
    const named = drawing.closest("[role=img], [role=group]");
    return !((named?.getAttribute("aria-label") ?? "").length > 20);
  }).map((drawing) => drawing.outerHTML.slice(0, 120));
}
