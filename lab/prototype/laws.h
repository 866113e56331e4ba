#pragma once
/// The laws of the conformance kit that a prototype can be tried on: half a minute of the kit's standard signal, handed
/// over in other pieces, from a snapshot on, with a gap and with missing values.
#include <optional>
#include <string>
#include <vector>

#include "lab/detect/detector.h"

namespace vagus::lab {

struct Law {
  enum class State { held, not_held, not_applicable };
  std::string name;  ///< "pieces", "snapshot", "gap" or "missing values"
  State state = State::held;
  std::string why;            ///< how it parted, why it does not apply, or what little was seen; may be empty
  std::optional<double> t_s;  ///< where it parted, in the standard signal
};
std::string_view name(Law::State state);

/// Tries all laws on a detector that is not built in (lab/prototype) at `rate_hz`:
/// - pieces: the same answers (numbers to five digits) whether samples come a second, 37 or one at a time;
/// - snapshot: a run that goes on from one in another process answers as if nothing had been;
/// - gap, missing values: three seconds lost, or NaN in all channels. It does not fail, and from seven seconds later on
///   it says as many events as without (within two and a fifth, as device/conformance/laws.h has it).
/// A law that only has to do with what a prototype is not (pieces of one that sees whole recordings) is not applicable,
/// and so are all where it fails on the signal as it is.
std::vector<Law> try_laws(const DetectorInfo& detector, const Config& config, double rate_hz);

}  // namespace vagus::lab
