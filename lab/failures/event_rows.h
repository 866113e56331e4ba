#pragma once
/// What stood at each event, and in each stretch in which a false alarm could be raised (protocol events); and at each
/// window (protocol windows).
#include "lab/failures/study_errors.h"

namespace vagus::lab {

/// As many stretches as this a study is cut into at most, recordings and trials that are shorter apart.
inline constexpr double most_stretches = 400'000;

/// Kinds "missed" (of the reference's events, a row each) and "false" (of the hours that were worn or staged: stretches
/// of a minute, longer ones where these would be more than `most_stretches`). Context: place (wear, activity, kind of
/// trial), type of the event, time of day where the start is known, position, distance to the nearest other event, what
/// the detector called unreadable, whether it weighed the event at all; where the recording has signals, movement and
/// breaks. False alarms outside of all that the reference describes are no errors of the table; the notes count them.
StudyErrors event_errors(const StudyResult& result, const Source& source, int threads = 0);

/// Length of such stretches, s: 60, 120, 300, 600, 1800, 3600, 21600 or 86400.
double stretch_length_s(double total_s);

/// Kind "wrong", of the windows. Context: true class, whether it is mixed, time of day, position, distance to the
/// nearest change of class.
StudyErrors window_errors(const StudyResult& result);

}  // namespace vagus::lab
