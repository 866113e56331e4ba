#pragma once
/// What the arrays of a .npy, .npz or .mat file are: by a TOML file, or by their names.
///
///   rate_hz = 125                 # or rate = "fs", a single number in the file; or time = "t", with time_unit = "s"
///   start = "2015-03-01T10:00:00Z"                     # optional
///   subject = "7"                                      # optional; session, attributes = {sex = "F"} likewise
///
///   [[array]]
///   variable = "sig"            # its name in the file; "" or left out where there is one array only
///   time_axis = 1               # which axis is time, from 0 on; the other one counts channels. Default: the longest
///   rate_hz = 125               # where it differs from the one above; rate, time and time_unit likewise
///   channels = ["ecg_mv", "ppg_1", "ppg_2", "acc_x_g", "acc_y_g", {skip = true},
///               {name = "chest", quantity = "ecg", unit = "", placement = "chest", gain = 0.001, offset = 0}]
///
///   [[labels]]                  # moments: sample numbers (or seconds, with unit = "s") of an array
///   variable = "R_peak"
///   track = "beats"
///   label = "N"
///   rate_hz = 500               # of the sample numbers; default the one above
///   first = 1                   # number of the first sample: 0, or 1 as MATLAB counts
///
///   [[labels]]                  # windows: one value each, the value is the label
///   variable = "BPM0"
///   file = "{stem}_BPMtrace.mat"  # in another file of the same folder; {stem} is the recording's name
///   track = "hr_bpm"
///   window_s = 8
///   step_s = 2
///   start_s = 0
///
/// A channel as text is a canonical CSV column. A number becomes value * gain + offset in the channel's unit.
#include <map>
#include <string>

#include "lab/formats/arrays/array.h"
#include "lab/formats/read.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// Makes a recording of arrays by the layout file `options.layout`. Throws Error naming the layout and its line, or the
/// array that is missing or has another shape.
Recording by_layout(const Location& where, const Arrays& arrays, const ReadOptions& options);

/// Makes a recording of arrays that are named by canonical CSV columns, with `t_s` (or t_ms, t_us, t_ns; `t_s.COLUMN`
/// for one column) or `rate_hz` beside them, as `npz_arrays` makes them. Throws Error that lists the arrays if they are
/// not.
Recording by_names(const Location& where, const Arrays& arrays);

/// A recording as named arrays: one float32 array a channel with a canonical column, `t_s` (or `t_s.COLUMN` where their
/// times differ), `channels` (their order), `start`, and for each track `track.NAME.t_s`, `.t_end_s`, `.label` and
/// `.text`.
Arrays npz_arrays(const Recording& recording);

/// Reads .npy, .npz or .mat, whichever it is by content.
Recording read_arrays(const Location& where, const ReadOptions& options = {});

}  // namespace vagus::lab
