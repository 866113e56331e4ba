#include "lab/formats/wfdb/annotations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/wfdb/header.h"

namespace vagus::lab::wfdb {
namespace {

constexpr std::array<std::string_view, 42> standard = {
    "",  "N",  "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "",  "|", "",  "s", "T", "*",
    "D", "\"", "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@", "x", "f", "(", ")", "r"};
constexpr int note = 22;
constexpr int last_code = 58;
enum Special : int { skip = 59, set_num = 60, set_subtype = 61, set_channel = 62, aux = 63 };
constexpr std::string_view resolution_key = "## time resolution:";
constexpr std::string_view definitions_begin = "## annotation type definitions";
constexpr std::string_view definitions_end = "## end of definitions";
/// Codes that WFDB leaves to the user come first, then those that it has not assigned.
constexpr std::array<int, 19> free_codes = {42, 43, 44, 45, 46, 47, 48, 49, 15, 17, 50, 51, 52, 53, 54, 55, 56, 57, 58};

/// Reads 16-bit little-endian words.
struct Words {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
  bool has(std::size_t count) const { return bytes.size() - at >= count; }
  unsigned next() {
    const unsigned low = std::to_integer<unsigned>(bytes[at]);
    const unsigned high = std::to_integer<unsigned>(bytes[at + 1]);
    at += 2;
    return low | (high << 8U);
  }
};

std::int32_t signed_byte(unsigned field) { return static_cast<std::int8_t>(field & 0xFFU); }

/// Names that the file itself gives to codes: "42 x description" between two notes.
struct Definitions {
  std::map<int, std::string> names;
  bool open = false;

  /// True if the note is a definition, or begins or ends them.
  bool take(std::string_view text) {
    if (text == definitions_begin || text == definitions_end) {
      open = text == definitions_begin;
      return true;
    }
    const std::size_t space = text.find(' ');
    std::int64_t code = 0;
    if (space == std::string_view::npos || !parse_int(text.substr(0, space), code) || code < 1 || code > last_code) {
      return false;
    }
    std::string_view name = text.substr(space + 1);
    const std::size_t end = name.find(' ');
    // Older files define without the notes around it: only codes that are the user's, with a description.
    if (!open && (code < 42 || code > 49 || end == std::string_view::npos)) return false;
    name = name.substr(0, end);
    if (name.empty()) return false;
    names[static_cast<int>(code)] = utf8(name);
    return true;
  }
};

bool take_resolution(std::string_view text, double& tick_hz) {
  if (!text.starts_with(resolution_key)) return false;
  text.remove_prefix(resolution_key.size());
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  double value = 0;
  if (!parse_double(text.substr(0, text.find(' ')), value) || !(value > 0 && value < 1e9)) return false;
  tick_hz = value;
  return true;
}

/// Pushes words of an annotation file.
struct Writer {
  std::vector<std::byte> out;
  void word(unsigned value) {
    out.push_back(static_cast<std::byte>(value & 0xFFU));
    out.push_back(static_cast<std::byte>((value >> 8U) & 0xFFU));
  }
  void pair(int code, unsigned low) { word((static_cast<unsigned>(code) << 10U) | (low & 0x3FFU)); }
  void text(std::string_view aux_text) {
    pair(aux, static_cast<unsigned>(aux_text.size()));
    for (const char c : aux_text) out.push_back(static_cast<std::byte>(c));
    if (aux_text.size() % 2 != 0) out.push_back(std::byte{0});
  }
  /// An annotation `after` ticks past the one before: within 10 bits as it is, else by as many skips as it takes.
  void annotation(int code, std::int64_t after) {
    while (after < 0 || after > 1023) {
      const std::int64_t step = std::clamp<std::int64_t>(after, INT32_MIN, INT32_MAX);
      const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(step));
      pair(skip, 0);
      word(bits >> 16U);
      word(bits & 0xFFFFU);
      after -= step;
    }
    pair(code, static_cast<unsigned>(after));
  }
  void definition(std::string_view aux_text) {
    annotation(note, 0);
    text(aux_text);
  }
};

/// Codes for the labels of a file, standard ones and those defined in it.
std::map<std::string, int> codes_for(std::span<const Annotation> annotations, std::map<int, std::string>& defined) {
  std::map<std::string, int> codes;
  std::vector<std::string> unknown;
  std::array<bool, last_code + 1> taken{};
  for (const Annotation& a : annotations) {
    if (codes.contains(a.label)) continue;
    int code = code_of(a.label);
    if (code == 0 && a.label.size() == 4 && a.label.front() == '[' && a.label.back() == ']') {
      std::int64_t number = 0;
      const bool read = parse_int(std::string_view(a.label).substr(1, 2), number);
      if (read && number >= 10 && number <= last_code && mnemonic(static_cast<int>(number)) == a.label) {
        code = static_cast<int>(number);
      }
    }
    codes[a.label] = code;
    if (code == 0) {
      unknown.push_back(a.label);
    } else {
      taken[static_cast<std::size_t>(code)] = true;
    }
  }
  for (const std::string& label : unknown) {
    const auto* free = std::find_if(free_codes.begin(), free_codes.end(),
                                    [&](int code) { return !taken[static_cast<std::size_t>(code)]; });
    if (free == free_codes.end()) {
      throw Error("more kinds of labels than a WFDB annotation file can define", {}, "write CSV instead");
    }
    taken[static_cast<std::size_t>(*free)] = true;
    codes[label] = *free;
    // A mnemonic ends at the first space.
    std::string name = label.empty() ? "_" : label;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c <= ' '; }, '_');
    defined[*free] = name;
  }
  return codes;
}

void check(const Annotation& a) {
  const auto refuse = [&](const std::string& what) {
    throw Error(what, "annotation at tick " + std::to_string(a.tick));
  };
  if (a.text.size() > 255) refuse("a text of " + std::to_string(a.text.size()) + " bytes, WFDB holds 255");
  if (a.subtype < -128 || a.subtype > 127) refuse("subtype " + std::to_string(a.subtype) + " does not fit in 8 bits");
  if (a.num < -128 || a.num > 127) refuse("num " + std::to_string(a.num) + " does not fit in 8 bits");
  if (a.channel < 0 || a.channel > 255) refuse("channel " + std::to_string(a.channel) + " does not fit in 8 bits");
}

}  // namespace

std::string mnemonic(int code) {
  if (code > 0 && static_cast<std::size_t>(code) < standard.size() &&
      !standard[static_cast<std::size_t>(code)].empty()) {
    return std::string(standard[static_cast<std::size_t>(code)]);
  }
  return "[" + std::to_string(code) + "]";
}

int code_of(std::string_view mnemonic) {
  if (mnemonic.empty()) return 0;
  const auto* found = std::find(standard.begin(), standard.end(), mnemonic);
  return found == standard.end() ? 0 : static_cast<int>(found - standard.begin());
}

AnnotationFile parse_annotations(std::span<const std::byte> bytes, const std::string& shown,
                                 std::map<std::string, std::int64_t>& repairs) {
  AnnotationFile file;
  file.annotations.reserve(std::min<std::size_t>(bytes.size() / 2, 1U << 20U));
  Definitions definitions;
  std::array<std::string, last_code + 1> names;
  for (int code = 1; code <= last_code; ++code) names[static_cast<std::size_t>(code)] = mnemonic(code);
  Words words{bytes};
  std::int64_t tick = 0;
  std::int32_t channel = 0;
  std::int32_t num = 0;
  bool ended = false;
  bool whole = true;
  bool ordered = true;
  std::vector<std::uint8_t> codes;  // of each annotation, 0 for a note that was taken in
  while (!ended && whole && words.has(2)) {
    const std::size_t began = words.at;
    const unsigned word = words.next();
    const int code = static_cast<int>(word >> 10U);
    const unsigned low = word & 0x3FFU;
    if (word == 0) {
      ended = true;
    } else if (code == skip) {
      if (!(whole = words.has(4))) break;
      const std::uint32_t high = words.next();
      tick += static_cast<std::int32_t>((high << 16U) | words.next());
    } else if (code < skip) {
      tick += low;
      // Code 0 is "not an annotation": it only moves time on.
      if (code == 0) continue;
      if (!file.annotations.empty() && tick < file.annotations.back().tick) ordered = false;
      file.annotations.push_back(
          {.tick = tick, .end_tick = tick, .label = {}, .text = {}, .subtype = 0, .channel = channel, .num = num});
      codes.push_back(static_cast<std::uint8_t>(code));
    } else if (file.annotations.empty()) {
      throw Error("not a WFDB annotation file: a field before any annotation",
                  shown + " byte " + std::to_string(began));
    } else if (code == set_num) {
      num = file.annotations.back().num = signed_byte(low);
    } else if (code == set_subtype) {
      file.annotations.back().subtype = signed_byte(low);
    } else if (code == set_channel) {
      channel = file.annotations.back().channel = static_cast<std::int32_t>(low & 0xFFU);
    } else {
      const std::size_t padded = low + low % 2;
      if (!(whole = words.has(padded))) break;
      std::string_view text(reinterpret_cast<const char*>(bytes.data()) + words.at, low);
      while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
      words.at += padded;
      Annotation& owner = file.annotations.back();
      if (codes.back() == note && owner.tick == 0 && (take_resolution(text, file.tick_hz) || definitions.take(text))) {
        codes.back() = 0;
        continue;
      }
      owner.text = utf8(text);
    }
  }
  if (!ended) ++repairs["truncated annotation file"];
  for (const auto& [code, name] : definitions.names) names[static_cast<std::size_t>(code)] = name;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == 0) continue;
    if (kept != i) file.annotations[kept] = std::move(file.annotations[i]);
    file.annotations[kept++].label = names[codes[i]];
  }
  file.annotations.resize(kept);
  if (!ordered) {
    ++repairs["annotations out of order"];
    std::stable_sort(file.annotations.begin(), file.annotations.end(),
                     [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
  }
  return file;
}

bool looks_like_annotations(std::span<const std::byte> bytes) {
  Words words{bytes};
  bool any = false;
  while (words.has(2)) {
    const unsigned word = words.next();
    const int code = static_cast<int>(word >> 10U);
    const unsigned low = word & 0x3FFU;
    if (word == 0) {
      const auto rest = bytes.subspan(words.at);
      return std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0}; });
    }
    if (code > last_code && code != skip && !any) return false;
    if (code == skip) {
      if (low != 0 || !words.has(4)) return false;
      words.at += 4;
    } else if (code == aux) {
      const std::size_t padded = low + low % 2;
      if (low > 255 || !words.has(padded)) return false;
      words.at += padded;
    } else if (code <= last_code) {
      any = true;
    }
  }
  return false;
}

std::vector<std::byte> format_annotations(std::span<const Annotation> annotations, double tick_hz) {
  std::vector<Annotation> moments;
  moments.reserve(annotations.size());
  for (const Annotation& a : annotations) {
    moments.push_back(a);
    if (a.end_tick <= a.tick) continue;
    Annotation end = a;
    end.tick = a.end_tick;
    end.text = a.label;
    end.label = ")";
    moments.push_back(std::move(end));
  }
  std::stable_sort(moments.begin(), moments.end(),
                   [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });

  std::map<int, std::string> defined;
  const std::map<std::string, int> codes = codes_for(moments, defined);
  Writer writer;
  if (tick_hz > 0) writer.definition(std::string(resolution_key) + " " + plain(tick_hz));
  if (!defined.empty()) {
    writer.definition(definitions_begin);
    for (const auto& [code, name] : defined) {
      const std::string line = std::to_string(code).append(" ").append(name).append(" ").append(name);
      if (line.size() > 255)
        throw Error("a label of " + std::to_string(name.size()) + " bytes is too long for WFDB", name);
      writer.definition(line);
    }
    writer.definition(definitions_end);
  }
  std::int64_t tick = 0;
  std::int32_t channel = 0;
  std::int32_t num = 0;
  for (const Annotation& a : moments) {
    check(a);
    writer.annotation(codes.at(a.label), a.tick - tick);
    tick = a.tick;
    if (a.subtype != 0) writer.pair(set_subtype, static_cast<unsigned>(a.subtype) & 0xFFU);
    if (a.channel != channel) writer.pair(set_channel, static_cast<unsigned>(a.channel));
    if (a.num != num) writer.pair(set_num, static_cast<unsigned>(a.num) & 0xFFU);
    channel = a.channel;
    num = a.num;
    if (!a.text.empty()) writer.text(a.text);
  }
  writer.word(0);
  return std::move(writer.out);
}

}  // namespace vagus::lab::wfdb
