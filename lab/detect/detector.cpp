#include "lab/detect/detector.h"

#include "device/registry.h"
#include "lab/detect/adapter.h"

namespace vagus::lab {
namespace {

template <class... Ds>
std::vector<DetectorInfo> describe_all(TypeList<Ds...>) {
  return {describe<Ds>()...};
}

}  // namespace

const std::vector<DetectorInfo>& detectors() {
  static const std::vector<DetectorInfo> all = describe_all(Registry{});
  return all;
}

const DetectorInfo& detector(std::string_view name) {
  std::vector<std::string> known;
  for (const DetectorInfo& info : detectors()) {
    if (name == info.contract->name) return info;
    known.emplace_back(info.contract->name);
  }
  const std::string near = nearest(name, known);
  throw UsageError("there is no detector \"" + std::string(name) + "\"",
                   near.empty() ? "`vagus detectors` lists them" : "did you mean \"" + near + "\"?");
}

}  // namespace vagus::lab
