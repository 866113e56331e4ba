#pragma once
/// What a detector in C (vagus_detector.h) says of itself: checked, and in the form in which every prototype describes
/// itself (declared.h). For the worker that runs it on a server and for `vagus cost`, which reads it on a wrist's core.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lab/prototype/vagus_detector.h"

namespace vagus::lab {

/// What is wrong with a description, a sentence without a full stop; "" if nothing is.
std::string fault_of(const vagus_detector_info* info);

/// The description of one detector, for declared_of. `version` is put behind the one that it states: "+HASH".
nlohmann::ordered_json described(const vagus_detector_info& info, const std::string& version);

}  // namespace vagus::lab
