#pragma once
/// A case before it has a name.
#include <cstddef>

#include "lab/review/key.h"

namespace vagus::lab {

struct Picked {
  CaseKind kind = CaseKind::missed;
  std::size_t record = 0;    ///< index into StudyResult::records
  double t_s = 0;            ///< of the beat or event; of what only the detector has, of its mark
  bool as_detected = false;  ///< of an agreeing case: the mark is where the detector has it
};

}  // namespace vagus::lab
