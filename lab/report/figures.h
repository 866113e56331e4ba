#pragma once
/// The drawings of a study's page: a dot for every recording, and the wave around every mistake.
#include <string>
#include <vector>

#include "lab/study/excerpt.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// Sensitivity and positive predictivity of each recording as dots on one axis, with the gross figure and its interval.
std::string dot_plot(const StudyResult& result);

/// The stretches around mistakes, grouped by recording in the order given; as many as fit into 4 MB. Each drawing has
/// its samples beside it, for the page's script to zoom into.
std::string gallery(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts);

/// The same mistakes as times alone: no sample of any signal.
std::string mistake_list(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts);

}  // namespace vagus::lab
