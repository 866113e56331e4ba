#pragma once
/// The table [detector] of a specification.
#include "lab/study/spec.h"
#include "lab/study/spec_section.h"

namespace vagus::lab {

/// `score` tells what a program says unless it is declared: beats, events or windows. Throws Error naming file and
/// line.
DetectorSpec read_detector(const Section& top, const ScoreSpec& score);

/// A program takes the parameters that a sweep sets.
void declare_swept(StudySpec& spec);

}  // namespace vagus::lab
