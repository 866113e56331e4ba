#pragma once
/// What a study's page says about leakage.
#include <string>

#include "lab/study/guards/report.h"

namespace vagus::lab {

/// Accepted leaks, to stand beside the verdict; "" if none is declared.
std::string accepted_notes(const GuardReport& report);

/// Every guard, what it looked at and found; properties with their areas; cures. "" where nothing was looked at.
std::string guards_section(const GuardReport& report);

}  // namespace vagus::lab
