#pragma once
/// A detector that is not built in: what it declares of itself, kept where its contract can point to.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

struct Declared {
  std::string name, version, summary, source, event;
  std::vector<ChannelNeed> reads;
  std::vector<std::string> probe_names;
  DetectorInfo info{};  ///< `config`, `outputs`, `moment` and `causal`; the rest is made of the above
  Contract contract{};
  std::vector<ProbeInfo> probes;
};

/// What a column of canonical CSV names, at any rate: "ecg_mv", "ppg_green"; nothing where it names none.
std::optional<ChannelNeed> need_of(const std::string& column);

/// "float", "int", "bool" or "str", over the whole range of the type.
FieldInfo field_of_type(const std::string& name, std::string_view type);

/// What a prototype says of itself in JSON (vagus.prototype.Prototype.description). Throws Error naming `file` for a
/// channel that is none.
Declared declared_of(const Json& said, const std::string& file);

/// Makes it whole: `info` can be run from then on, as long as `declared` stays where it is.
void settle(Declared& declared, const std::function<std::unique_ptr<Instance>(const Config&, Wanted)>& make);

/// Adds it to the detectors that are known, and returns its name. `declared` must stay where it is from then on.
/// Its code is its version. Throws UsageError where the name is taken.
std::string make_known(Declared& declared, const std::function<std::unique_ptr<Instance>(const Config&, Wanted)>& make);

}  // namespace vagus::lab
