#pragma once
/// What a prototype says while samples are pushed into it, checked and handed on.
#include <cstdint>
#include <string>

#include "lab/base/numbers.h"
#include "lab/prototype/declared.h"

namespace vagus::lab {

/// The answers of one run: of Python's prototypes and of libraries, which count samples as pushed. What a program says
/// of a whole recording is lab/prototype/answers.h.
class Spoken {
 public:
  Spoken(const Declared& declared, Wanted wanted) : declared_(declared), wanted_(wanted) {}

  void pushed(std::size_t rows) { samples_ += static_cast<std::int64_t>(rows); }
  void end() { ended_ = true; }
  std::int64_t samples() const { return samples_; }
  bool ended() const { return ended_; }
  /// One event, or by its `kind` a candidate, probe or unreadable stretch. Throws Error for what is no number, was not
  /// pushed, comes out of order, or is a field that was not declared.
  void hear(const Json& said, const Listener& listener);

 private:
  void probes(const Json& said, Said& what, const Listener& listener);
  void event(const Json& said, Said& what, const Listener& listener);
  [[noreturn]] void wrong(const std::string& what) const;
  double number_in(const Json& said, const std::string& key) const;
  std::int64_t whole_in(const Json& said, const std::string& key) const;
  std::int64_t sample_in(const Json& said, const char* key, bool past_the_last = false) const;

  const Declared& declared_;
  Wanted wanted_;
  std::int64_t samples_ = 0, last_sample_ = 0;
  bool ended_ = false;
};

}  // namespace vagus::lab
