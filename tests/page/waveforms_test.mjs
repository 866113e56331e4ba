// `vagus study run --no-waveforms`: nothing of the signal is in the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const [folder, vagus] = process.argv.slice(2);

function pageOf(...options) {
  const work = mkdtempSync(join(tmpdir(), "vagus-page-"));
  try {
    try {
      execFileSync(vagus, ["study", "run", join(folder, "page.toml"), "-o", work, ...options], {
        stdio: "ignore", env: { ...process.env, XDG_CACHE_HOME: join(work, "cache"), XDG_DATA_HOME: join(work, "data") } });
    } catch (error) {
      if (error.status !== 1) throw error; // not met or not shown: there is a page all the same
    }
    return readFileSync(join(work, "report.html"), "utf8");
  } finally {
    rmSync(work, { recursive: true });
  }
}

test("a page without waveforms holds no sample, and says so", () => {
  const plain = pageOf(), bare = pageOf("--no-waveforms");
  const packed = /class="wave"/g, drawn = /class="e"/g, base64 = /"data":"[A-Za-z0-9+/=]{40,}/g;
  for (const sign of [packed, drawn, base64]) {
    assert.ok(plain.match(sign)?.length > 0, `the page with waveforms shows ${sign}`);
    assert.equal(bare.match(sign), null);
  }
  assert.match(bare, /Waveforms were left out/);
  assert.match(bare, /Missed: |False: /);
  assert.ok(bare.length < plain.length / 2);
});
