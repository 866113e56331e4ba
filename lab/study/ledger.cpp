#include "lab/study/ledger.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "lab/base/error.h"
#include "lab/base/file_lock.h"
#include "lab/base/numbers.h"
#include "lab/base/toml.h"
#include "lab/store/hash.h"
#include "lab/store/manifest.h"
#include "lab/store/store.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;
using Kind = LedgerEntry::Kind;

constexpr std::size_t signal_digits = 16;

void flatten(const toml::node& node, const std::string& key, std::map<std::string, std::string>& out) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [name, value] : *table)
      flatten(value, key + (key.empty() ? "" : ".") + std::string(name.str()), out);
  } else if (const toml::array* list = node.as_array()) {
    if (list->empty()) out[key] = "[]";
    for (std::size_t i = 0; i < list->size(); ++i) flatten((*list)[i], key + "[" + std::to_string(i + 1) + "]", out);
  } else if (const auto number = node.value<double>(); number && node.is_number()) {
    out[key] = shortest(*number);
  } else if (const auto flag = node.value_exact<bool>()) {
    out[key] = *flag ? "true" : "false";
  } else {
    out[key] = "\"" + node.value_or(std::string()) + "\"";
  }
}

constexpr const char* kinds[] = {"data", "lock", "look"};

Json as_json(const LedgerEntry& entry, const std::string& previous) {
  Json json = {{"kind", kinds[static_cast<int>(entry.kind)]}, {"time", entry.time}, {"test", entry.test}};
  if (entry.kind == Kind::data) {
    json["signals"] = entry.signals;
  } else {
    json["name"] = entry.name;
    json["specification"] = entry.specification;
    if (entry.kind == Kind::lock) json["said"] = entry.said;
    if (entry.kind == Kind::look) json["run"] = entry.run;
  }
  json["previous"] = previous;
  return json;
}

LedgerEntry from_json(const Json& json) {
  LedgerEntry entry;
  const auto kind = std::find(std::begin(kinds), std::end(kinds), json.at("kind").get<std::string>());
  if (kind == std::end(kinds)) throw Error("a line of a kind that this version does not know");
  entry.kind = static_cast<Kind>(kind - std::begin(kinds));
  entry.time = json.at("time").get<std::string>();
  entry.test = json.at("test").get<std::string>();
  if (entry.kind == Kind::data) {
    entry.signals = json.at("signals").get<std::vector<std::string>>();
  } else {
    entry.name = json.at("name").get<std::string>();
    entry.specification = json.at("specification").get<std::string>();
    if (entry.kind == Kind::lock) entry.said = json.at("said").get<std::map<std::string, std::string>>();
    if (entry.kind == Kind::look) entry.run = json.at("run").get<std::string>();
  }
  entry.hash = json.at("hash").get<std::string>();
  return entry;
}

LedgerEntry data_entry(const TestData& test) {
  LedgerEntry entry;
  entry.kind = Kind::data;
  entry.test = test.hash;
  entry.signals = test.signals;
  return entry;
}

LedgerEntry lock_entry(const Asked& asked, const TestData& test) {
  LedgerEntry entry;
  entry.kind = Kind::lock;
  entry.test = test.hash;
  entry.name = asked.name;
  entry.specification = said_hash(asked.said);
  entry.said = asked.said;
  return entry;
}

LedgerEntry look_entry(const Asked& asked, const std::string& run, const TestData& test) {
  LedgerEntry entry;
  entry.kind = Kind::look;
  entry.test = test.hash;
  entry.name = asked.name;
  entry.specification = said_hash(asked.said);
  entry.run = run;
  return entry;
}

/// "changed: score.start_s from 300 to 0"
std::vector<std::string> differences(const std::map<std::string, std::string>& locked,
                                     const std::map<std::string, std::string>& now_said) {
  std::vector<std::string> out;
  for (const auto& [key, value] : locked) {
    const auto it = now_said.find(key);
    if (it == now_said.end()) {
      out.push_back(fmt::format("taken out: {} = {}", key, value));
    } else if (it->second != value) {
      out.push_back(fmt::format("changed: {} from {} to {}", key, value, it->second));
    }
  }
  for (const auto& [key, value] : now_said) {
    if (!locked.contains(key)) out.push_back(fmt::format("added: {} = {}", key, value));
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> said_by(const std::string& specification, const std::string& path) {
  std::map<std::string, std::string> out;
  flatten(parse_toml(specification, path), "", out);
  return out;
}

std::string said_hash(const std::map<std::string, std::string>& said) {
  Hasher hasher;
  for (const auto& [key, value] : said) hasher.field(key).field(value);
  return hasher.hex();
}

Asked asked(const StudySpec& spec, const std::string& detector) {
  Asked out{spec.name, said_by(spec.source, spec.name)};
  if (detector.empty() || detector == spec.detector.name) return out;
  std::erase_if(out.said, [](const auto& entry) { return entry.first.starts_with("detector."); });
  out.said["detector.name"] = "\"" + detector + "\"";
  return out;
}

TestData test_data(const std::vector<std::string>& signal_hashes) {
  TestData test;
  for (const auto& hash : signal_hashes) test.signals.push_back(hash.substr(0, signal_digits));
  std::sort(test.signals.begin(), test.signals.end());
  Hasher hasher;
  for (const auto& signal : test.signals) hasher.field(signal);
  test.hash = hasher.hex();
  return test;
}

std::vector<std::string> judged_signals(const StudyResult& result) {
  std::vector<std::string> hashes = result.failed_signals;
  for (const auto& record : result.records) {
    if (record.role == Role::judged) hashes.push_back(record.item.signal_hash);
  }
  return hashes;
}

void apply(const Standing& standing, StudyResult& result) {
  result.looks = standing.looks;
  result.exploratory = standing.exploratory;
}

Ledger Ledger::open() {
  const Store store = Store::open();
  return Ledger(store.folder(), store.base());
}

Ledger::Ledger(fs::path folder, const fs::path& base) : folder_(std::move(folder)), base_(base) { reread(); }

void Ledger::reread() {
  entries_.clear();
  std::string base_last;
  if (!base_.empty()) read(base_ / "ledger.jsonl", base_last);
  last_.clear();
  read(file(), last_);
}

void Ledger::read(const fs::path& path, std::string& last) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    std::error_code code;
    if (fs::exists(path, code)) throw Error("the ledger cannot be read", path.string());
    return;
  }
  std::ostringstream all;
  all << stream.rdbuf();
  std::string text = all.str();
  // A line that a killed writer left unfinished was never said.
  text.erase(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = path.string() + " line " + std::to_string(++number);
    try {
      Json json = Json::parse(line);
      LedgerEntry entry = from_json(json);
      json.erase("hash");
      if (json.at("previous").get<std::string>() != last || blake2b_256(json.dump()) != entry.hash)
        throw Error("the chain is broken: this line, or the one before it, is not what was written");
      last = entry.hash;
      entries_.push_back(std::move(entry));
    } catch (const Error& error) {
      throw Error(error.what(), place, "put back the ledger from a copy; looks and locks cannot be proved without it");
    } catch (const Json::exception&) {
      throw Error("the chain is broken: this is no line of a ledger", place,
                  "put back the ledger from a copy; looks and locks cannot be proved without it");
    }
  }
}

template <class Missing>
void Ledger::append(const Missing& missing) {
  std::error_code code;
  fs::create_directories(folder_, code);
  const FileLock held(file(), "the ledger");
  reread();
  std::string text;
  for (LedgerEntry& entry : missing()) {
    entry.time = now_utc();
    Json json = as_json(entry, last_);
    last_ = entry.hash = blake2b_256(json.dump());
    json["hash"] = entry.hash;
    text += json.dump() + "\n";
    entries_.push_back(std::move(entry));
  }
  if (text.empty()) return;
  // What a killed writer left unfinished is cut off first.
  std::ifstream stream(file(), std::ios::binary);
  std::ostringstream all;
  all << stream.rdbuf();
  const std::string there = all.str();
  const auto whole = there.rfind('\n') == std::string::npos ? 0 : there.rfind('\n') + 1;
  const auto fail = [&] {
    const int reason = errno;
    [[maybe_unused]] const int ignored = ftruncate(held.fd(), static_cast<off_t>(whole));
    throw Error(std::string("the ledger cannot be written: ") + std::strerror(reason), file().string());
  };
  if (ftruncate(held.fd(), static_cast<off_t>(whole)) != 0) fail();
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = pwrite(held.fd(), text.data() + done, text.size() - done, static_cast<off_t>(whole + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail();
    done += static_cast<std::size_t>(wrote);
  }
  if (fsync(held.fd()) != 0) fail();
}

bool Ledger::knows(const TestData& test) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const LedgerEntry& e) { return e.kind == Kind::data && e.test == test.hash; });
}

bool Ledger::lock(const Asked& asked, const TestData& test) {
  const std::string hash = said_hash(asked.said);
  bool entered = false;
  append([&] {
    std::vector<LedgerEntry> fresh;
    const bool there = std::any_of(entries_.begin(), entries_.end(), [&](const LedgerEntry& e) {
      return e.kind == Kind::lock && e.specification == hash && e.test == test.hash;
    });
    if (there) return fresh;
    entered = true;
    if (!knows(test)) fresh.push_back(data_entry(test));
    fresh.push_back(lock_entry(asked, test));
    return fresh;
  });
  return entered;
}

Standing Ledger::look(const Asked& asked, const std::string& run, const TestData& test) {
  append([&] {
    std::vector<LedgerEntry> fresh;
    if (standing(asked, run, test).known) return fresh;
    if (!knows(test)) fresh.push_back(data_entry(test));
    fresh.push_back(look_entry(asked, run, test));
    return fresh;
  });
  return standing(asked, run, test);
}

Standing Ledger::standing(const Asked& asked, const std::string& run, const TestData& test) const {
  const std::string hash = said_hash(asked.said);
  const std::set<std::string> mine(test.signals.begin(), test.signals.end());
  std::set<std::string> touching;  // test sets that share a signal with this one
  for (const LedgerEntry& entry : entries_) {
    if (entry.kind == Kind::data &&
        std::any_of(entry.signals.begin(), entry.signals.end(), [&](const std::string& s) { return mine.contains(s); }))
      touching.insert(entry.test);
  }
  Standing out;
  const LedgerEntry* locked = nullptr;  // this specification, before any look
  const LedgerEntry* other = nullptr;   // the newest lock of the same name that says something else
  bool seen_before_lock = false;
  for (const LedgerEntry& entry : entries_) {
    if (!touching.contains(entry.test)) continue;
    if (entry.kind == Kind::lock && entry.specification == hash && entry.test == test.hash && locked == nullptr) {
      locked = &entry;
      seen_before_lock = out.looks > 0;
    } else if (entry.kind == Kind::lock && entry.specification != hash && entry.name == asked.name) {
      other = &entry;
    } else if (entry.kind == Kind::look) {
      ++out.looks;
      if (entry.specification == hash && entry.run == run && entry.test == test.hash) {
        out.known = true;
        break;
      }
    }
  }
  if (!out.known) ++out.looks;
  if (locked != nullptr && !seen_before_lock) return out;
  if (locked != nullptr) {
    out.exploratory.emplace_back("the specification was locked after its test data had been looked at");
    return out;
  }
  out.exploratory.emplace_back("the specification was not locked before the first look at its test data");
  if (other != nullptr) {
    for (const auto& change : differences(other->said, asked.said))
      out.exploratory.push_back("since it was locked, " + change);
  }
  return out;
}

}  // namespace vagus::lab
