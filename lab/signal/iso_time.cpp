/// Moments as ISO 8601 text.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

constexpr std::int64_t us_per_s = 1'000'000;

/// Takes `digits` digits off the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return -1;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".123456789" -> microseconds, rounded down; nothing there is 0.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.') && !take(text, ',')) return 0;
  std::int64_t us = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 6) us = 10 * us + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) us *= 10;
  return us;
}

/// "Z", "+02", "+0230", "-02:30" -> minutes; nothing there leaves `zone` empty. False if it is something else.
bool take_zone(std::string_view& text, std::optional<int>& zone) {
  if (text.empty()) return true;
  if (take(text, 'Z') || take(text, 'z')) {
    zone = 0;
    return text.empty();
  }
  const int sign = take(text, '-') ? -1 : 1;
  if (sign > 0 && !take(text, '+')) return false;
  const int hours = take_digits(text, 2);
  if (hours < 0 || hours > 23) return false;
  int minutes = 0;
  if (!text.empty()) {
    take(text, ':');
    minutes = take_digits(text, 2);
    if (minutes < 0 || minutes > 59) return false;
  }
  zone = sign * (60 * hours + minutes);
  return text.empty();
}

}  // namespace

std::string iso(const Start& start) {
  using namespace std::chrono;
  const sys_time<microseconds> moment{microseconds(start.us)};
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  std::string out(text.data(), static_cast<std::size_t>(length));
  if (const auto us = time.subseconds().count(); us != 0) {
    std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(us));
    std::string fraction = text.data();
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  if (start.utc) out += 'Z';
  return out;
}

std::optional<Start> start_from_iso(std::string_view text) {
  using namespace std::chrono;
  const int year_number = take_digits(text, 4);
  const bool dashes = take(text, '-');
  const int month_number = take_digits(text, 2);
  if (dashes && !take(text, '-')) return std::nullopt;
  const int day_number = take_digits(text, 2);
  if (year_number < 0 || month_number < 0 || day_number < 0) return std::nullopt;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  const int hour = take_digits(text, 2);
  const bool colons = take(text, ':');
  const int minute = take_digits(text, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  int second = 0;
  if (colons ? take(text, ':') : (!text.empty() && text.front() >= '0' && text.front() <= '9'))
    second = take_digits(text, 2);
  if (second < 0 || second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  std::optional<int> zone;
  if (!fraction || !take_zone(text, zone)) return std::nullopt;
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!date.ok()) return std::nullopt;
  Start start;
  start.us = duration_cast<microseconds>(sys_days{date}.time_since_epoch()).count() +
             (3600LL * hour + 60LL * minute + second) * us_per_s + *fraction;
  start.utc = zone.has_value();
  start.zone_minutes = zone;
  if (zone) start.us -= 60LL * *zone * us_per_s;
  return start;
}

}  // namespace vagus::lab
