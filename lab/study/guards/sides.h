#pragma once
/// Guards that need no signal: who was learned from and is judged all the same, and what was learned before it
/// happened.
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vagus::lab::guards {

/// On which side of a split a recording stands.
enum class Side : unsigned char { learned, judged };

/// A recording as these guards see it.
struct Sided {
  std::string recording, subject;  ///< "set:name", and whose it is
  Side side = Side::judged;
  std::optional<double> start_s;  ///< on a clock that all recordings of a place share
  double duration_s = 0;
  std::string place;  ///< within which time order holds: a subject, a site
};

/// What something (a model, a configuration, a threshold) says it was fitted on.
struct FittedOn {
  std::string what;                     ///< "the model", "the configuration that the sweep chose"
  std::vector<std::string> recordings;  ///< patterns with `*`, with or without their set; or "subject:NAME"
};

/// A sentence for every judged recording that something was fitted on, or whose subject it was fitted on.
std::vector<std::string> fit_on_test(std::span<const FittedOn> fitted, std::span<const Sided> recordings);

/// A sentence for every judged recording of a place that begins before all that was learned from in that place has
/// ended: sessions that overlap, and those that run backwards. Recordings without a start are named in `unknown`.
std::vector<std::string> out_of_order(std::span<const Sided> recordings, std::vector<std::string>& unknown);

}  // namespace vagus::lab::guards
