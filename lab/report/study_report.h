#pragma once
/// The page of a study: verdict first, then what it rests on, down to the wave around every mistake.
#include <string>
#include <vector>

#include "lab/report/evidence.h"
#include "lab/study/excerpt.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// One self-contained HTML page. The same bytes for the same result and excerpts; no identifiers, no path, no time of
/// day. At most about 5 MB: of the excerpts, worst records first, so many are drawn as fit, and the page says how many.
/// It reads whole without scripts; these add what moves: the operating point, zoomed waves, sorted tables.
std::string study_report(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts,
                         const Evidence& evidence = {});

/// What cannot be concluded from a study, a sentence each; those of `evidence` come last.
std::vector<std::string> limits_of(const StudyResult& result, const Evidence& evidence);

/// How many subjects, of alarms per day with the days they wear it, would show a requirement of the study that is not
/// shown, or why no number would; "" where nothing is known, and of one that is met or not met.
std::string needed_text(const StudyResult& result, const Evidence& evidence, std::size_t index);

}  // namespace vagus::lab
