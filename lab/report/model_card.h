#pragma once
/// A model card in Markdown: what a detector is for, on what it was examined, and what that showed.
#include <string>

#include "lab/report/evidence.h"
#include "lab/study/study.h"

namespace vagus::lab {

/// The card of a study's detector: intended use, data, figures with intervals, groups, limits, provenance. Simulated
/// data is called so at the top. Source of its parts: M. Mitchell et al. 2019, Model cards for model reporting.
std::string model_card(const StudyResult& result, const Evidence& evidence = {});

}  // namespace vagus::lab
