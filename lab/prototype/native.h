#pragma once
/// Detectors of the device contract that are built as a shared object of their own, next to the program and not into
/// it: what `vagus new detector` writes. Their source holds `VAGUS_PLUGIN(their::Registry)`.
#include <cstdint>
#include <string>
#include <vector>

#include "device/base/type_list.h"
#include "lab/detect/adapter.h"

namespace vagus::lab {

/// What an object and the program have to have in common: anything else is refused, not called.
struct PluginStamp {
  const char* compiler = __VERSION__;
  std::uint32_t info = sizeof(DetectorInfo), contract = sizeof(Contract), said = sizeof(Said), wanted = sizeof(Wanted);
};

/// What the object gives, by its function `vagus_plugin`.
struct NativePlugin {
  PluginStamp stamp;
  std::vector<DetectorInfo> detectors;
};

template <class... Detectors>
NativePlugin native_plugin(TypeList<Detectors...> /*registry*/) {
  return {{}, {describe<Detectors>()...}};
}

/// Makes the detectors of a shared object known, as load_plugin does those of a Python file; it stays loaded. A change
/// of the file is another version of them. Throws Error where it is none, or was built for another program.
std::vector<std::string> load_native_plugin(const std::string& file);

}  // namespace vagus::lab

/// The one line that makes a shared object of a list of detectors.
#define VAGUS_PLUGIN(REGISTRY)                                                                       \
  extern "C" __attribute__((visibility("default"))) const vagus::lab::NativePlugin* vagus_plugin() { \
    static const vagus::lab::NativePlugin plugin = vagus::lab::native_plugin(REGISTRY{});            \
    return &plugin;                                                                                  \
  }                                                                                                  \
  static_assert(true)
