#pragma once
/// A track as a table that people mend in any editor, and back.
#include <string>
#include <string_view>

#include "lab/signal/annotation.h"

namespace vagus::lab {

/// `t_start_s,t_end_s,track,label,text,subtype,channel,num`: the columns of FILE.ann.csv, then the WFDB fields.
/// `t_end_s` is empty for a moment. Times are exact: they give each tick back.
std::string label_csv(const Track& track);

/// The rows of `track` (of every row where there is no column `track`), in order of time; columns beyond t_start_s and
/// label may be missing. Throws Error naming `shown`, line and column, and where every row is of
/// another track.
std::vector<Annotation> labels_from_csv(std::string_view text, const std::string& track, double tick_hz,
                                        const std::string& shown);

}  // namespace vagus::lab
