#pragma once
/// A stretch of signal as the page's scripts read it: samples as 16-bit numbers in base64 (docs/report-data.md).
#include <span>
#include <string>

#include "lab/base/numbers.h"
#include "lab/report/wave.h"

namespace vagus::lab {

/// Base64 with padding, of bytes as they are.
std::string base64(std::span<const std::uint8_t> bytes);

/// Values as offset + scale * n with n from -32767 to 32767, little-endian, -32768 where there is none; the error is at
/// most half a step, 1/65534 of their range. {"scale", "offset", "data"}
Json packed_samples(std::span<const float> values);

/// {"t0", "t1", "signal": {"name", "unit", "rate", ...}, "probes": [...], "marks": [[kind, t, text]], "shades"}.
Json packed_wave(const Wave& wave);

/// JSON inside a script element: nothing in it can end the element.
std::string script_json(const Json& json);

}  // namespace vagus::lab
