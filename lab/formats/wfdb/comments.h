#pragma once
/// What the comments of a WFDB header say about the subject.
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::wfdb {

/// Sorts comments into attributes and identifiers. "key: value" and "<key>: value <key>: value" become attributes named
/// in lower case with '_' for spaces, "sex" as M or F; the MIT-BIH form "69 M ..." gives age and sex. Keys that speak
/// of names, dates, places or people, and all other text, become identifiers ("comment 1" ...).
/// "subject", "session" and "start_utc", as `comments_of` writes them, go to their own fields.
void sort_comments(const std::vector<std::string>& comments, Recording& recording);

/// Attributes (and identifiers if asked for) as comment lines that read back the same.
std::vector<std::string> comments_of(const Recording& recording, bool identifiers);

}  // namespace vagus::lab::wfdb
