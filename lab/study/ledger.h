#pragma once
/// What was promised and what was seen: specifications locked before their test data was looked at, and every look. An
/// append-only file of hash-chained lines, `ledger.jsonl`, in the store and not in the cache.
///
/// Each line is a JSON object; its `hash` is the BLAKE2b-256 of the line without it, `previous` the hash of the line
/// before. A line that was changed, taken out or moved breaks the chain, and a broken ledger is refused.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lab/study/study.h"

namespace vagus::lab {

/// A specification as what it says: key (dotted, with positions in lists) -> value; comments, order and layout are not
/// in it. Throws Error on what is no TOML.
std::map<std::string, std::string> said_by(const std::string& specification, const std::string& path);
/// Names what a specification says.
std::string said_hash(const std::map<std::string, std::string>& said);

/// What is asked, under its name.
struct Asked {
  std::string name;
  std::map<std::string, std::string> said;
};
/// Of a run with another detector than the specification's, that one at its defaults is what is asked.
Asked asked(const StudySpec& spec, const std::string& detector = {});

/// One line.
struct LedgerEntry {
  enum class Kind : std::uint8_t { data, lock, look } kind = Kind::look;
  std::string time;                         ///< ISO 8601, UTC
  std::string test;                         ///< names the judged signals
  std::vector<std::string> signals;         ///< of `data`: the first 16 digits of each judged signal's hash, in order
  std::string name, specification;          ///< of `lock` and `look`: the study's name and what its specification says
  std::map<std::string, std::string> said;  ///< of `lock`
  std::string run;                          ///< of `look`: detector, configuration and code
  std::string hash;
};

/// What the ledger says about one run.
struct Standing {
  std::int64_t looks = 0;  ///< different ones at any of this test data, this one included
  bool known = false;      ///< this very run has been entered
  std::vector<std::string> exploratory;
};

/// What is judged, as the ledger knows it.
struct TestData {
  std::string hash;
  std::vector<std::string> signals;
};
TestData test_data(const std::vector<std::string>& signal_hashes);
/// Hashes of the signals that a study judges, failed recordings as well.
std::vector<std::string> judged_signals(const StudyResult& result);
/// Puts what the ledger says into a result.
void apply(const Standing& standing, StudyResult& result);

class Ledger {
 public:
  /// The ledger of the user's store, and before it that of the shared store over which it lies.
  /// Throws Error naming file and line where a chain is broken.
  static Ledger open();
  explicit Ledger(std::filesystem::path folder, const std::filesystem::path& base = {});

  /// Enters a specification before its test data is looked at; false if it stands there already.
  /// Throws Error where the ledger cannot be written.
  bool lock(const Asked& asked, const TestData& test);
  /// Enters a look, once for the same specification, run and data.
  Standing look(const Asked& asked, const std::string& run, const TestData& test);
  /// The same without entering it.
  Standing standing(const Asked& asked, const std::string& run, const TestData& test) const;

  const std::vector<LedgerEntry>& entries() const { return entries_; }
  std::filesystem::path file() const { return folder_ / "ledger.jsonl"; }

 private:
  void read(const std::filesystem::path& file, std::string& last);
  void reread();
  /// Under the lock: what others have written is read first; `missing` says what is to be added then.
  template <class Missing>
  void append(const Missing& missing);
  bool knows(const TestData& test) const;

  std::filesystem::path folder_, base_;
  std::vector<LedgerEntry> entries_;
  std::string last_;  // hash of the last line of the folder's own file
};

}  // namespace vagus::lab
