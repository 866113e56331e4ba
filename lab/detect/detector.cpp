#include "lab/detect/detector.h"

#include "device/registry.h"
#include "lab/detect/adapter.h"

namespace vagus::lab {
namespace {

template <class... Ds>
std::vector<DetectorInfo> describe_all(TypeList<Ds...>) {
  return {describe<Ds>()...};
}

std::vector<DetectorInfo>& known_detectors() {
  static std::vector<DetectorInfo> all = describe_all(Registry{});
  return all;
}

}  // namespace

const std::vector<DetectorInfo>& detectors() { return known_detectors(); }

void add_detector(const DetectorInfo& info) {
  auto& all = known_detectors();
  for (const DetectorInfo& known : all) {
    if (std::string_view(known.contract->name) == info.contract->name)
      throw UsageError("there is a detector \"" + std::string(info.contract->name) + "\" already",
                       "call yours by another name");
  }
  all.push_back(info);
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
