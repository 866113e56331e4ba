#pragma once
/// The lab's one exception: what went wrong, where (file and place in it), and what to do about it.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// Exit codes of the program, and what each kind of error ends in.
enum class Exit : int { done = 0, not_met = 1, usage = 2, bad_input = 3 };

class Error : public std::runtime_error {
 public:
  /// @param what   what is wrong, in words, without a full stop: "the header promises 3 signals, the file has 2"
  /// @param where  file and place: "100.hea line 3", "acc.csv row 17 column acc_x_g", "log.bin byte 4096"; may be empty
  /// @param hint   what to do, if anything can be done; may be empty
  explicit Error(std::string_view what, std::string_view where = {}, std::string_view hint = {},
                 Exit code = Exit::bad_input);

  const std::string& where() const { return where_; }
  const std::string& hint() const { return hint_; }
  Exit code() const { return code_; }
  /// The same error with `prefix` put before the place ("mitdb.tar.xz::" ...).
  Error within(std::string_view prefix) const;

 private:
  std::string what_, where_, hint_;
  Exit code_;
};

/// A wrong option, name or key: exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(std::string_view what, std::string_view hint = {}) : Error(what, {}, hint, Exit::usage) {}
};

/// The entry of `known` nearest to `given` by edit distance, or "" if none is near: for "did you mean ...?".
std::string nearest(std::string_view given, const std::vector<std::string>& known);

}  // namespace vagus::lab
