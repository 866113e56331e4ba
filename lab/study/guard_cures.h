#pragma once
/// Cures that a specification declares against what files tell, and whether they cure.
#include <set>
#include <string>
#include <vector>

#include "lab/study/plan.h"

namespace vagus::lab {

struct GuardedStudy;

struct Cures {
  std::vector<CureLook> all;     ///< whether they cure is not known yet, but for the causal detector
  std::set<std::string> hidden;  ///< properties that the detector cannot see
  bool declared() const { return !all.empty(); }
};

/// Which cures the specification declares. That the detector cannot see the length is tried on up to 8 recordings: what
/// it says of three fifths of each must be what it had said by then of all of it, and nothing may be decided because
/// the signal ended.
Cures cures_of(const GuardedStudy& study, const std::vector<const Planned*>& trials);

/// The same with what is left after them: `after` is what the detector sees.
std::vector<CureLook> judged_cures(const Cures& cures, const std::vector<PropertyLook>& before,
                                   const std::vector<PropertyLook>& after);

}  // namespace vagus::lab
