// What the store keeps as text, manifests and label layers, and what people give it as text, tables and labels.
#include <cmath>
#include <cstdlib>
#include <string>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/store/label_csv.h"
#include "lab/store/layer_file.h"
#include "lab/store/manifest.h"
#include "lab/store/table.h"

using namespace vagus::lab;

namespace {

/// The lines with the hashes that they would carry, so that what is behind the check is reached.
std::string with_hashes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string line(text.substr(0, newline));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.ends_with('}')) {
      const std::string hash = blake2b_256(line).substr(0, 16);
      line.pop_back();
      line += ",\"line_hash\":\"" + hash + "\"}";
    }
    out += line + '\n';
  }
  return out;
}

void manifest(std::string_view text) {
  const Manifest once = manifest_from_text(text);
  const std::string written = to_text(once);
  if (to_text(manifest_from_text(written)) != written) std::abort();
}

void item(std::string_view text) {
  const Item once = item_from_line(text);
  const std::string written = to_line(once);
  if (!line_is_intact(written) || to_line(item_from_line(written)) != written) std::abort();
}

void layer(std::string_view text) {
  const LayerFile once = layer_from_text(text);
  const LayerFile again = layer_from_text(to_text(once));
  if (again.layer.annotations != once.layer.annotations || again.track != once.track ||
      again.layer.reason != once.layer.reason)
    std::abort();
  if (again.tick_hz != once.tick_hz && !std::isnan(once.tick_hz)) std::abort();
}

void labels(std::string_view text) {
  Track track{"atr", 360, {Layer{}}};
  track.layers[0].annotations = labels_from_csv(text, "atr", track.tick_hz, "x.csv");
  if (labels_from_csv(label_csv(track), "atr", track.tick_hz, "y.csv") != track.current()) std::abort();
}

void table(std::string_view text, std::uint8_t how) {
  TableFormat format;
  format.separator = ",; \t"[how % 4];
  format.header = how % 8 < 4;
  format.skip_lines = how % 3;
  if (how % 5 == 0) format.line_end = ";";
  const Table of(text, format, "x.csv");
  for (const std::string& name : of.names()) {
    if (!name.empty() && of.column(name) >= of.names().size()) std::abort();
  }
  std::int64_t before = 0;
  of.rows([&](std::span<const std::string_view> cells, std::int64_t line) {
    if (line <= before) std::abort();
    before = line;
    for (const std::string_view cell : cells)
      if (!cell.empty() && (cell.data() < text.data() || cell.data() + cell.size() > text.data() + text.size()))
        std::abort();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  try {
    switch (data[0] % 6) {
      case 0:
        manifest(with_hashes(text));
        break;
      case 1:
        manifest(text);
        break;
      case 2: {
        const std::string sealed = with_hashes(text);
        item(std::string_view(sealed).substr(0, sealed.find('\n')));
        break;
      }
      case 3:
        layer(data[1] % 2 == 0 ? std::string(text) : "vagus layer 1\n" + std::string(text));
        break;
      case 4:
        labels(data[1] % 2 == 0 ? std::string(text)
                                : "t_start_s,t_end_s,track,label,text,subtype,channel,num\n" + std::string(text));
        break;
      default:
        table(text, data[1]);
    }
  } catch (const Error&) {
  }
  return 0;
}
