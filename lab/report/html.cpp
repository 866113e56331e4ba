#include "lab/report/html.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "lab/base/percent.h"
#include "lab/report/style.h"

namespace vagus::lab {
namespace {

/// With a narrow no-break space before it.
constexpr std::string_view percent_sign = "\xE2\x80\xAF%";

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
  return overlong || beyond ? 0 : length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text[0];
    if (length == 0 || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "unknown";
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
  return {buffer.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "unknown";
  // 99.96 and 99.996 % are far apart.
  return percent_digits(share, share >= 0.99 ? 3 : 2) + std::string(percent_sign);
}

std::string percent_range(double low, double high) {
  std::string first = percent(low);
  if (first.ends_with(percent_sign) && std::isfinite(high)) first.resize(first.size() - percent_sign.size());
  return first + " to " + percent(high);
}

std::string percent_as_stated(double share) {
  std::string text = fixed(100 * share, 4);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return std::isfinite(share) ? text + std::string(percent_sign) : text;
}

std::string counted(std::int64_t count) {
  std::string digits = std::to_string(count < 0 ? -count : count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), "\xE2\x80\xAF");
  return (count < 0 ? "-" : "") + digits;
}

std::string clock_time(double t_s, bool tenths) {
  if (!std::isfinite(t_s)) return "unknown";
  const double whole = tenths ? std::floor(t_s * 10 + 0.5) / 10 : std::floor(t_s);
  const auto seconds = static_cast<std::int64_t>(whole);
  std::array<char, 32> buffer{};
  const auto hours = static_cast<long long>(seconds / 3600), minutes = static_cast<long long>(seconds / 60 % 60);
  if (hours > 0) {
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld:%02lld", hours, minutes,
                  static_cast<long long>(seconds % 60));
  } else {
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld", minutes, static_cast<long long>(seconds % 60));
  }
  std::string text = buffer.data();
  if (tenths) text += "." + std::to_string(static_cast<int>(std::llround((whole - static_cast<double>(seconds)) * 10)));
  return text;
}

std::string p_value(double p) { return p < 0.0001 ? "< 0.0001" : fixed(p, 4); }

std::string plural(std::int64_t count, std::string_view noun) {
  return counted(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string_view not_a_device() {
  return "<p class=\"device\"><strong>Not a medical device.</strong> vagus is software for research and development. "
         "It is not "
         "cleared or approved for diagnosis, treatment or monitoring, and nothing on this page may be used for the "
         "care of "
         "a person.</p>";
}

std::string page(std::string_view title, std::string_view body, std::span<const std::string_view> script) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n<title>";
  out += escaped(title);
  out += "</title>\n<style>";
  out += page_style;
  out += "</style>\n</head>\n<body>\n";
  out += marker_shapes;
  out += "<main>\n";
  out += body;
  out += "</main>\n";
  if (!script.empty()) {
    out += "<script>";
    for (const std::string_view piece : script) out += piece;
    out += "</script>\n";
  }
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace vagus::lab
