#include "lab/formats/wfdb/header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/text.h"
#include "lab/formats/wfdb/packing.h"

namespace vagus::lab::wfdb {
namespace {

constexpr std::size_t header_limit_bytes = std::size_t{8} << 20;
constexpr std::size_t signal_limit = 65536;
constexpr std::int64_t count_limit = std::int64_t{1} << 53;  // what a double counts exactly

/// Takes the next word off the front of `rest`; "" at its end.
std::string_view next_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = std::min(rest.size(), rest.find_first_of(" \t\r\v\f"));
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// One line of the header with its number, for parsing and for blaming.
struct Line {
  std::string_view text;
  int number = 0;
  const std::string* shown = nullptr;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(what, *shown + " line " + std::to_string(number));
  }
  std::int64_t count(std::string_view word, const char* field) const {
    std::int64_t value = 0;
    if (!parse_int(word, value)) fail(std::string(field) + " '" + utf8(word.substr(0, 40)) + "' is not a whole number");
    if (value < 0) fail(std::string(field) + " is negative (" + std::to_string(value) + ")");
    if (value > count_limit) fail(std::string(field) + " is absurd (" + std::to_string(value) + ")");
    return value;
  }
  std::int64_t whole(std::string_view word, const char* field) const {
    std::int64_t value = 0;
    if (!parse_int(word, value) || std::abs(value) > count_limit) {
      fail(std::string(field) + " '" + utf8(word.substr(0, 40)) + "' is not a usable whole number");
    }
    return value;
  }
};

std::vector<Line> content_lines(std::string_view text, const std::string& shown, std::vector<std::string>& comments) {
  std::vector<Line> lines;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
    ++number;
    if (line.empty()) continue;
    if (line.front() != '#') {
      lines.push_back({line, number, &shown});
      continue;
    }
    while (!line.empty() && line.front() == '#') line.remove_prefix(1);
    line = trimmed(line);
    if (!line.empty()) comments.push_back(utf8(line));
  }
  return lines;
}

double rate(const Line& line, std::string_view word, const char* field) {
  double value = 0;
  if (!parse_double(word, value)) line.fail(std::string(field) + " '" + utf8(word.substr(0, 40)) + "' is not a number");
  if (!(value > 1e-9 && value < 1e9))
    line.fail(std::string(field) + " must be a positive number, not " + std::string(word.substr(0, 40)));
  return value;
}

/// "HH:MM:SS.ffffff", "MM:SS" or "SS"; a time of a day.
bool parse_time(std::string_view text, std::int64_t& us) {
  double total_s = 0;
  int parts = 0;
  std::int64_t whole_s = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const bool last = colon == std::string_view::npos;
    const std::string_view part = text.substr(0, colon);
    if (part.empty() || part.front() == '-' || ++parts > 3) return false;
    if (last) {
      if (!parse_double(part, total_s) || !(total_s >= 0 && total_s < 86400)) return false;
      break;
    }
    std::int64_t value = 0;
    if (!parse_int(part, value) || value > 1440) return false;
    whole_s = whole_s * 60 + value;
    text.remove_prefix(colon + 1);
  }
  us = whole_s * 60 * 1000000 + static_cast<std::int64_t>(std::llround(total_s * 1e6));
  return us < std::int64_t{86400} * 1000000;
}

/// "DD/MM/YYYY"
bool parse_date(std::string_view text, std::int64_t& days) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) return false;
  std::int64_t day = 0;
  std::int64_t month = 0;
  std::int64_t year = 0;
  if (!parse_int(text.substr(0, first), day) || !parse_int(text.substr(first + 1, second - first - 1), month) ||
      !parse_int(text.substr(second + 1), year)) {
    return false;
  }
  if (day < 1 || day > 31 || month < 1 || month > 12 || year < 1 || year > 9999) return false;
  days = days_from_civil(year, static_cast<int>(month), static_cast<int>(day));
  const Civil back = civil_from_days(days);
  return back.day == day && back.month == month;
}

void parse_record_line(const Line& line, Header& header) {
  std::string_view rest = line.text;
  std::string_view name = next_word(rest);
  if (const std::size_t slash = name.find('/'); slash != std::string_view::npos) {
    header.multi_segment = true;
    const std::int64_t count = line.count(name.substr(slash + 1), "the number of segments");
    if (count == 0) line.fail("a multi-segment record of no segments");
    header.segments.reserve(static_cast<std::size_t>(std::min<std::int64_t>(count, 4096)));
    header.repairs["missing segment lines"] = count;
    name = name.substr(0, slash);
  }
  header.name = utf8(name);
  const std::string_view signals = next_word(rest);
  if (signals.empty()) line.fail("the record line does not say how many signals there are");
  header.signal_count = static_cast<std::size_t>(line.count(signals, "the number of signals"));
  if (header.signal_count > signal_limit) line.fail("the number of signals is absurd (" + std::string(signals) + ")");

  std::string_view frequency = next_word(rest);
  if (frequency.empty()) return;
  if (const std::size_t slash = frequency.find('/'); slash != std::string_view::npos) {
    std::string_view counter = frequency.substr(slash + 1);
    frequency = frequency.substr(0, slash);
    if (const std::size_t open = counter.find('('); open != std::string_view::npos) {
      std::string_view base = counter.substr(open + 1);
      base = base.substr(0, base.find(')'));
      if (!parse_double(base, header.base_counter) || !std::isfinite(header.base_counter)) {
        header.base_counter = 0;
        ++header.repairs["unreadable header fields"];
      }
      counter = counter.substr(0, open);
    }
    if (!parse_double(counter, header.counter_hz) || !(header.counter_hz > 0 && header.counter_hz < 1e9)) {
      header.counter_hz = 0;
      ++header.repairs["unreadable header fields"];
    }
  }
  header.frame_rate_hz = rate(line, frequency, "the sampling frequency");

  const std::string_view frames = next_word(rest);
  if (frames.empty()) return;
  if (const std::int64_t count = line.count(frames, "the number of samples"); count > 0) header.frames = count;

  const std::string_view time = next_word(rest);
  if (time.empty()) return;
  std::int64_t value = 0;
  const bool timed = parse_time(time, value);
  if (timed) header.time_us = value;
  const std::string_view date = next_word(rest);
  const bool dated = !date.empty() && parse_date(date, value);
  if (dated) header.days = value;
  if (!timed || (!date.empty() && !dated)) ++header.repairs["unreadable start time"];
}

/// "FORMAT[xSPF][:SKEW][+OFFSET]"
void parse_format(const Line& line, std::string_view word, SignalLine& signal) {
  const auto digits = [&](std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && text[n] != 'x' && text[n] != ':' && text[n] != '+') ++n;
    return text.substr(0, n);
  };
  std::string_view part = digits(word);
  std::int64_t format = 0;
  if (!parse_int(part, format) ||
      (format != 0 && (format < 0 || format > 1000 || !known_format(static_cast<int>(format))))) {
    line.fail("signal format '" + utf8(part.substr(0, 40)) + "' is not one that WFDB has");
  }
  signal.format = static_cast<int>(format);
  word.remove_prefix(part.size());
  while (!word.empty()) {
    const char kind = word.front();
    word.remove_prefix(1);
    part = digits(word);
    word.remove_prefix(part.size());
    if (kind == 'x') {
      signal.samples_per_frame = std::max<std::int64_t>(1, line.count(part, "the samples per frame"));
      if (signal.samples_per_frame > 1'000'000)
        line.fail("the samples per frame are absurd (" + std::string(part) + ")");
    } else if (kind == ':') {
      signal.skew_frames = line.count(part, "the skew");
    } else {
      signal.byte_offset = line.count(part, "the byte offset");
    }
  }
}

/// "GAIN[(BASELINE)][/UNITS]"
void parse_gain(const Line& line, std::string_view word, SignalLine& signal, Header& header, bool& baseline_given) {
  const std::size_t slash = word.find('/');
  if (slash != std::string_view::npos && slash + 1 < word.size()) {
    signal.units = utf8(word.substr(slash + 1));
    signal.units_given = true;
  }
  word = word.substr(0, slash);
  if (const std::size_t open = word.find('('); open != std::string_view::npos) {
    std::string_view base = word.substr(open + 1);
    base = base.substr(0, base.find(')'));
    signal.baseline = line.whole(base, "the baseline");
    baseline_given = true;
    word = word.substr(0, open);
  }
  double gain = 0;
  if (!parse_double(word, gain)) line.fail("the gain '" + utf8(word.substr(0, 40)) + "' is not a number");
  if (!std::isfinite(gain)) {
    ++header.repairs["unusable gain"];
  } else if (gain != 0) {
    signal.gain = gain;
    signal.calibrated = true;
  }
}

SignalLine parse_signal_line(const Line& line, Header& header) {
  SignalLine signal;
  signal.line = line.number;
  std::string_view rest = line.text;
  signal.file = std::string(next_word(rest));
  const std::string_view format = next_word(rest);
  if (format.empty()) line.fail("a signal line without a format");
  parse_format(line, format, signal);

  bool baseline_given = false;
  std::string_view word = next_word(rest);
  if (!word.empty()) parse_gain(line, word, signal, header, baseline_given);
  if (word = next_word(rest); !word.empty()) {
    const std::int64_t bits = line.whole(word, "the resolution");
    signal.resolution_bits = bits > 0 && bits <= 64 ? static_cast<std::int32_t>(bits) : 0;
  }
  if (word = next_word(rest); !word.empty()) {
    signal.adc_zero = line.whole(word, "the ADC zero");
    signal.adc_zero_given = true;
  }
  if (!baseline_given) signal.baseline = signal.adc_zero;

  const auto lenient = [&](std::optional<std::int64_t>& field) {
    const std::string_view text = next_word(rest);
    std::int64_t value = 0;
    if (text.empty()) return;
    if (parse_int(text, value)) {
      field = value;
    } else {
      ++header.repairs["unreadable header fields"];
    }
  };
  std::optional<std::int64_t> block;
  lenient(signal.initial_value);
  lenient(signal.checksum);
  lenient(block);
  signal.block_size = block.value_or(0);
  signal.description = utf8(trimmed(rest));
  return signal;
}

std::string two(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::optional<Start> Header::start() const {
  if (!time_us || !days) return std::nullopt;
  return Start{.us = *days * 86400 * 1'000'000 + *time_us, .zone_minutes = std::nullopt, .utc = false};
}

Header parse_header(std::string_view text, const std::string& shown) {
  if (text.size() > header_limit_bytes) {
    throw Error("a header of " + std::to_string(text.size()) + " bytes, more than 8 MiB", shown);
  }
  Header header;
  const std::vector<Line> lines = content_lines(text, shown, header.comments);
  if (lines.empty()) throw Error("the header holds no record line", shown);
  if (text.find('\0') != std::string_view::npos) throw Error("not a WFDB header: it holds binary data", shown);
  parse_record_line(lines.front(), header);

  if (header.multi_segment) {
    const auto promised = static_cast<std::size_t>(header.repairs["missing segment lines"]);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (header.segments.size() == promised) {
        ++header.repairs["extra header lines"];
        continue;
      }
      std::string_view rest = lines[i].text;
      SegmentLine segment{.name = std::string(next_word(rest)), .frames = 0, .line = lines[i].number};
      segment.frames = lines[i].count(next_word(rest), "the length of the segment");
      header.segments.push_back(std::move(segment));
    }
    header.repairs["missing segment lines"] = static_cast<std::int64_t>(promised - header.segments.size());
    if (header.repairs["missing segment lines"] == 0) header.repairs.erase("missing segment lines");
    if (header.segments.empty()) {
      throw Error("the header promises " + std::to_string(promised) + " segments and lists none", shown);
    }
    return header;
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (header.signals.size() == header.signal_count) {
      header.repairs["extra header lines"] += static_cast<std::int64_t>(lines.size() - i);
      break;
    }
    header.signals.push_back(parse_signal_line(lines[i], header));
  }
  if (header.signals.size() != header.signal_count) {
    throw Error("the header promises " + std::to_string(header.signal_count) + " signals and describes " +
                    std::to_string(header.signals.size()),
                shown);
  }
  return header;
}

std::string format_header(const Header& header) {
  std::string text = header.name;
  if (header.multi_segment) text += "/" + std::to_string(header.segments.size());
  text += " " + std::to_string(header.multi_segment ? header.signal_count : header.signals.size());
  text += " " + plain(header.frame_rate_hz);
  if (header.counter_hz > 0) {
    text += "/" + plain(header.counter_hz);
    if (header.base_counter != 0) text += "(" + plain(header.base_counter) + ")";
  }
  text += " " + std::to_string(header.frames.value_or(0));
  if (header.time_us) {
    const std::int64_t us = *header.time_us;
    const std::int64_t s = us / 1'000'000;
    text += " " + two(s / 3600) + ":" + two(s / 60 % 60) + ":" + two(s % 60);
    if (us % 1'000'000 != 0) {
      const std::string fraction = std::to_string(1'000'000 + us % 1'000'000).substr(1);
      text += "." + fraction.substr(0, us % 1000 == 0 ? 3 : 6);  // milliseconds are what every reader takes
    }
    if (header.days) {
      const Civil date = civil_from_days(*header.days);
      text += " " + two(date.day) + "/" + two(date.month) + "/" + std::to_string(date.year);
    }
  }
  text += "\n";
  for (const SegmentLine& segment : header.segments) text += segment.name + " " + std::to_string(segment.frames) + "\n";
  for (const SignalLine& signal : header.signals) {
    text += signal.file + " " + std::to_string(signal.format);
    if (signal.samples_per_frame != 1) text += "x" + std::to_string(signal.samples_per_frame);
    if (signal.skew_frames != 0) text += ":" + std::to_string(signal.skew_frames);
    if (signal.byte_offset != 0) text += "+" + std::to_string(signal.byte_offset);
    text += " " + shortest(signal.gain) + "(" + std::to_string(signal.baseline) + ")/" + signal.units;
    text += " " + std::to_string(signal.resolution_bits) + " " + std::to_string(signal.adc_zero);
    text += " " + std::to_string(signal.initial_value.value_or(0)) + " " + std::to_string(signal.checksum.value_or(0));
    text += " " + std::to_string(signal.block_size);
    if (!signal.description.empty()) text += " " + signal.description;
    text += "\n";
  }
  for (const std::string& comment : header.comments) text += "# " + comment + "\n";
  return text;
}

bool looks_like_header(std::string_view text) {
  if (text.size() > header_limit_bytes || text.empty()) return false;
  if (text.find('\0') != std::string_view::npos) return false;
  const std::string nowhere;
  try {
    const Header header = parse_header(text, nowhere);
    return !header.name.empty() && !header.repairs.contains("extra header lines") &&
           (header.signal_count > 0 || text.find('\n') != std::string_view::npos);
  } catch (const Error&) {
    return false;
  }
}

std::string plain(double value) {
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
  return {buffer.data(), end};
}

std::string utf8(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  bool valid = true;
  for (std::size_t i = 0; i < text.size() && valid;) {
    const unsigned lead = at(i);
    const std::size_t follow = lead < 0x80                     ? 0
                               : (lead >= 0xC2 && lead < 0xE0) ? 1
                               : (lead >= 0xE0 && lead < 0xF0) ? 2
                               : (lead >= 0xF0 && lead < 0xF5) ? 3
                                                               : 9;
    valid = follow < 9 && i + follow < text.size();
    for (std::size_t k = 1; valid && k <= follow; ++k) valid = (at(i + k) & 0xC0U) == 0x80U;
    i += follow + 1;
  }
  if (valid) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned c = at(i);
    if (c < 0x80) {
      out += text[i];
    } else {
      out += static_cast<char>(0xC0U | (c >> 6U));
      out += static_cast<char>(0x80U | (c & 0x3FU));
    }
  }
  return out;
}

// Source of both: H. Hinnant, chrono-compatible low-level date algorithms (2013).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

}  // namespace vagus::lab::wfdb
