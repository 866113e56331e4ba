#include "lab/store/layer_file.h"

#include <array>
#include <charconv>
#include <vector>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

constexpr std::string_view magic = "vagus layer 1";

void escape(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

std::array<std::string_view, 7> fields_of(std::string_view line, const std::string& place) {
  std::array<std::string_view, 7> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t tab = line.find('\t');
    fields[i] = line.substr(0, tab);
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
  throw Error("more than seven fields in a layer's line", place);
}

template <class Integer>
Integer integer(std::string_view text, Integer otherwise, const std::string& place) {
  if (text.empty()) return otherwise;
  Integer value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) throw Error("not a whole number in a layer", place);
  return value;
}

}  // namespace

std::string layer_path(const std::string& hash) { return "layers/" + hash.substr(0, 2) + "/" + hash + ".layer"; }

std::string to_text(const LayerFile& file) {
  std::string out(magic);
  out += '\n';
  const auto line = [&](std::string_view key, std::string_view value) {
    out += key;
    out += '\t';
    escape(out, value);
    out += '\n';
  };
  line("track", file.track);
  line("tick_hz", shortest(file.tick_hz));
  line("signal", file.signal);
  line("author", file.layer.author);
  line("time", file.layer.time);
  line("reason", file.layer.reason);
  line("parent", file.layer.parent);
  out += '\n';
  for (const Annotation& a : file.layer.annotations) {
    out += std::to_string(a.tick);
    const std::size_t full = out.size();
    std::size_t keep = full;  // up to the last field that says something
    const auto field = [&](bool says, auto&& put) {
      out += '\t';
      if (!says) return;
      put();
      keep = out.size();
    };
    field(a.end_tick != a.tick, [&] { out += std::to_string(a.end_tick); });
    field(!a.label.empty(), [&] { escape(out, a.label); });
    field(!a.text.empty(), [&] { escape(out, a.text); });
    field(a.subtype != 0, [&] { out += std::to_string(a.subtype); });
    field(a.channel != 0, [&] { out += std::to_string(a.channel); });
    field(a.num != 0, [&] { out += std::to_string(a.num); });
    out.resize(keep);
    out += '\n';
  }
  return out;
}

LayerFile layer_from_text(std::string_view text) {
  LayerFile file;
  std::int64_t number = 0;
  bool head = true;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    const std::string place = "line " + std::to_string(++number);
    if (number == 1) {
      if (line != magic) throw Error("this is not a label layer", place);
      continue;
    }
    if (head) {
      if (line.empty()) {
        head = false;
        continue;
      }
      const std::size_t tab = line.find('\t');
      if (tab == std::string_view::npos) throw Error("a line without a tab in a layer's head", place);
      const std::string_view key = line.substr(0, tab);
      const std::string value = unescaped(line.substr(tab + 1));
      if (key == "track") file.track = value;
      if (key == "tick_hz" && !parse_double(value, file.tick_hz)) throw Error("tick_hz is not a number", place);
      if (key == "signal") file.signal = value;
      if (key == "author") file.layer.author = value;
      if (key == "time") file.layer.time = value;
      if (key == "reason") file.layer.reason = value;
      if (key == "parent") file.layer.parent = value;
      continue;
    }
    const auto fields = fields_of(line, place);
    Annotation a;
    a.tick = integer<std::int64_t>(fields[0], 0, place);
    a.end_tick = integer<std::int64_t>(fields[1], a.tick, place);
    a.label = unescaped(fields[2]);
    a.text = unescaped(fields[3]);
    a.subtype = integer<std::int32_t>(fields[4], 0, place);
    a.channel = integer<std::int32_t>(fields[5], 0, place);
    a.num = integer<std::int32_t>(fields[6], 0, place);
    file.layer.annotations.push_back(std::move(a));
  }
  if (number == 0 || head) throw Error("a label layer without its head", "line 1");
  return file;
}

}  // namespace vagus::lab
