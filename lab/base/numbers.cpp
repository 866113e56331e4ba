#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

template <class T>
void append_shortest_of(std::string& out, T value) {
  char buffer[48];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ec == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

void append_shortest(std::string& out, float value) { append_shortest_of(out, value); }
void append_shortest(std::string& out, double value) { append_shortest_of(out, value); }

std::string shortest(float value) {
  std::string text;
  append_shortest(text, value);
  return text;
}

std::string shortest(double value) {
  std::string text;
  append_shortest(text, value);
  return text;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json number(float value) {
  if (!std::isfinite(value)) return nullptr;
  double decimal = 0;
  parse_double(shortest(value), decimal);
  return decimal;
}

bool parse_double(std::string_view text, double& value) { return parse_whole(text, value); }
bool parse_int(std::string_view text, std::int64_t& value) { return parse_whole(text, value); }

}  // namespace vagus::lab
