#pragma once
/// What is drawn of a recording of falls or crashes.
#include <vector>

#include "lab/study/steps.h"

namespace vagus::lab {

/// The first three-axis accelerometer of a recording, x, y, z: where all axes have one length and one time, and a unit
/// that is one of acceleration. Else nothing.
std::vector<const Channel*> acceleration_axes(const Recording& recording);

/// A stretch [t0_s, t1_s): as the signal the magnitude of the acceleration, and as probes its three axes, all in g;
/// of a recording without an accelerometer its first channel alone. No values where it has no signals.
Excerpt event_excerpt(const Recording& recording, double t0_s, double t1_s);

/// The moment of the greatest magnitude in [from_s, to_s], on the accelerometer's grid; `from_s` where none is known.
double greatest_moment_s(const Recording& recording, double from_s, double to_s);

}  // namespace vagus::lab
