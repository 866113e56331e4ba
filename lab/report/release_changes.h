#pragma once
/// What a candidate says otherwise, in words and drawn: a section of the release gate's page.
#include <string>

#include "lab/report/release_page.h"

namespace vagus::lab {

/// Every event gained, lost or moved (every window answered otherwise), recordings with most harmful changes first.
std::string change_section(const Gate& gate, const Frozen& frozen, const StudyResult& candidate,
                           const ReleaseWaves& waves);

}  // namespace vagus::lab
