#pragma once
/// Which recordings a study uses, and for what; decided before anything is run.
#include <vector>

#include "lab/study/study.h"

namespace vagus::lab {

struct Planned {
  StudyItem item;  ///< its attributes also have `split` (train, tune, test, unused) and `fold` where the data is split
  Role role = Role::judged;
};

struct Plan {
  std::vector<Planned> recordings;
  std::vector<Exclusion> excluded;
};

/// Applies sets, filter, exclusions and split. Throws Error where a pattern means no recording, a filter asks for an
/// attribute that none has, a recording is on two lists of the split, or nothing is left; LeakError where a subject is
/// trained or tuned on and judged as well.
Plan make_plan(const StudySpec& spec, const std::vector<StudyItem>& items);

/// Whether a recording belongs to a group.
bool in_group(const Group& group, const StudyItem& item);

}  // namespace vagus::lab
