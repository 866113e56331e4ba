#pragma once
/// The example's own list, as every shared object of detectors has one.
#include "device/base/type_list.h"
#include "examples/port/pan_tompkins.h"

namespace vagus::examples {

using PortRegistry = TypeList<PanTompkins>;

}  // namespace vagus::examples
