// node build.mjs OUT.cpp: bundles each page's script into one IIFE and writes them as C++ constants.
// Small raw literals: a compiler need take none longer than the standard's limits for translation units.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const piece = 8000;

async function bundled(entry) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true, minify: true, format: "iife", target: "es2022", charset: "ascii", legalComments: "none",
    loader: { ".css": "text" }, write: false, logLevel: "warning",
  });
  const licence = readFileSync(join(here, "node_modules/uplot/LICENSE"), "utf8").trim();
  return `/* uPlot is in here:\n${licence}\n*/\n` + result.outputFiles[0].text.trimEnd();
}

function constant(name, text) {
  if (/[^\x09\x0a\x20-\x7e]/.test(text)) throw new Error(`${name}: a character that no raw literal should hold`);
  if (text.includes(")vagus_js\"") || /<\/script|<!--/i.test(text)) throw new Error(`${name}: ends its own literal or element`);
  const pieces = [];
  for (let at = 0; at < text.length; at += piece) pieces.push(`    R"vagus_js(${text.slice(at, at + piece)})vagus_js"sv,\n`);
  return `constexpr std::array<std::string_view, ${pieces.length}> ${name}_pieces = {\n${pieces.join("")}};\n\n`;
}

const out = process.argv[2];
const report = await bundled("report.ts");
const review = await bundled("review.ts");
writeFileSync(out, `#include <array>
#include <span>
#include <string_view>

#include "lab/report/page_scripts.h"

namespace vagus::lab {
namespace {

using namespace std::string_view_literals;

${constant("report", report)}${constant("review", review)}}  // namespace

std::span<const std::string_view> report_script() { return report_pieces; }
std::span<const std::string_view> review_script() { return review_pieces; }

}  // namespace vagus::lab
`);
