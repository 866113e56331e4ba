#include "lab/formats/wfdb/comments.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "lab/base/text.h"
#include "lab/signal/identifiers.h"

namespace vagus::lab::wfdb {
namespace {

/// "Additional diagnoses" -> "additional_diagnoses"
std::string key_of(std::string_view text) {
  std::string key;
  for (const char c : trimmed(text)) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0) {
      key += static_cast<char>(std::tolower(u));
    } else if (!key.empty() && key.back() != '_') {
      key += '_';
    }
  }
  while (!key.empty() && key.back() == '_') key.pop_back();
  return key;
}

bool unknown_value(std::string_view value) {
  return value.empty() || value.find_first_not_of('?') == std::string_view::npos;
}

void put(std::string_view raw_key, std::string_view raw_value, Recording& recording) {
  const std::string key = key_of(raw_key);
  std::string value(trimmed(raw_value));
  if (key.empty() || unknown_value(value)) return;
  if (key == "subject" || key == "session") {
    (key == "subject" ? recording.subject : recording.session) = value;
    return;
  }
  if (key == "start_utc") {
    // The record line has the same moment, but cannot say that it is UTC.
    if (const auto start = start_from_iso(value); start && start->utc) recording.start = start;
    return;
  }
  if (identifies(key)) {
    recording.identifiers.try_emplace(key, value);
    return;
  }
  const std::string_view name = key == "gender" ? std::string_view("sex") : std::string_view(key);
  if (name == "sex") {
    const std::string lower = key_of(value);
    if (lower == "m" || lower == "male") value = "M";
    if (lower == "f" || lower == "female") value = "F";
  }
  recording.attributes.try_emplace(std::string(name), value);
}

/// "<age>: 28  <sex>: M": true if the comment has that form.
bool bracketed(std::string_view text, Recording& recording) {
  if (text.empty() || text.front() != '<' || text.find(">:") == std::string_view::npos) return false;
  while (!text.empty()) {
    const std::size_t close = text.find(">:");
    if (text.front() != '<' || close == std::string_view::npos) break;
    const std::string_view key = text.substr(1, close - 1);
    text.remove_prefix(close + 2);
    const std::size_t next = std::min(text.size(), text.find('<'));
    put(key, text.substr(0, next), recording);
    text.remove_prefix(next);
  }
  return true;
}

/// "age: 81": a key of letters, digits, spaces, brackets and the like, then a colon and a space (or the end).
bool keyed(std::string_view text, Recording& recording) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 60) return false;
  if (colon + 1 < text.size() && text[colon + 1] != ' ' && text[colon + 1] != '\t') return false;
  const std::string_view key = text.substr(0, colon);
  if (std::isalpha(static_cast<unsigned char>(key.front())) == 0) return false;
  const bool plain = std::all_of(key.begin(), key.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(" _-()/.").find(c) != std::string_view::npos;
  });
  if (!plain) return false;
  put(key, text.substr(colon + 1), recording);
  return true;
}

/// The MIT-BIH form "69 M 1085 1629 x1": age (-1 unknown) and sex, then what only the database's makers could read.
bool age_and_sex(std::string_view text, Recording& recording) {
  const std::size_t digits = text.find_first_not_of("-0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > 3 || text[digits] != ' ') return false;
  const std::string_view sex = text.substr(digits + 1, text.find(' ', digits + 1) - digits - 1);
  if (sex != "M" && sex != "F") return false;
  const std::string_view age = text.substr(0, digits);
  if (age.front() != '-') recording.attributes.try_emplace("age", age);
  recording.attributes.try_emplace("sex", sex);
  return true;
}

}  // namespace

void sort_comments(const std::vector<std::string>& comments, Recording& recording) {
  int free_text = 0;
  for (const std::string& comment : comments) {
    const std::string_view text = trimmed(comment);
    if (text.empty() || bracketed(text, recording) || keyed(text, recording)) continue;
    age_and_sex(text, recording);
    recording.identifiers["comment " + std::to_string(++free_text)] = text;
  }
}

std::vector<std::string> comments_of(const Recording& recording, bool identifiers) {
  std::vector<std::string> lines;
  if (!recording.subject.empty()) lines.push_back("subject: " + recording.subject);
  if (!recording.session.empty()) lines.push_back("session: " + recording.session);
  if (recording.start && recording.start->utc) lines.push_back("start_utc: " + iso(*recording.start));
  const auto one_line = [](std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
  };
  for (const auto& [key, value] : recording.attributes) {
    if (key == "start_time" || key == "counter_hz") continue;
    lines.push_back(one_line(std::string(key).append(": ").append(value)));
  }
  if (identifiers) {
    for (const auto& [key, value] : recording.identifiers) {
      lines.push_back(one_line(key.starts_with("comment ") ? value : std::string(key).append(": ").append(value)));
    }
  }
  return lines;
}

}  // namespace vagus::lab::wfdb
