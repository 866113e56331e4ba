#pragma once
/// What a signal looks like whatever its gain, offset, polarity, rate and rounding: enough to know it again under
/// another name, in an excerpt that begins elsewhere, and with noise added.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::guards {

/// Fingerprints are on this grid, whatever the signal's own rate.
inline constexpr double print_hz = 32;

/// A moment that stands out (a QRS complex, an impact, a step), and 24 comparisons of the signal around it, as bits.
struct Anchor {
  float at = 0;            ///< in grid steps since the piece's first value
  std::uint32_t code = 0;  ///< 24 bits, the same under inversion
  std::uint32_t weak = 0;  ///< the three bits of `code` that noise turns first
};

/// A run of one channel without a gap: values between 0.5 and 10 Hz, scaled by their own rms over 16 s.
struct Piece {
  std::uint32_t channel = 0;
  double t_start_s = 0;
  std::vector<std::int8_t> values;
  std::vector<Anchor> anchors;
};

/// Of a recording: its first three channels; of one longer than two hours, 24 evenly spread stretches of five minutes.
struct Fingerprint {
  std::vector<Piece> pieces;
};
Fingerprint fingerprint(const Recording& recording);
std::string pack(const Fingerprint& print);
/// Nothing where the bytes are not a fingerprint of this version.
std::optional<Fingerprint> unpack_fingerprint(std::string_view bytes);
/// Names how fingerprints are made: part of the key of those that are kept.
inline constexpr std::string_view fingerprint_version = "1";

/// Two fingerprints that hold the same stretch of signal.
struct SameSignal {
  std::size_t a = 0, b = 0;
  double t_a_s = 0, t_b_s = 0;  ///< where the stretch begins in each
  double seconds = 0;           ///< how much of it was found the same
  double correlation = 0;       ///< mean over that, in 0.5 to 10 Hz
};

/// Every pair for which `compared` is true and that shares a stretch of at least 16 s (of recordings shorter than 32 s:
/// 6 s and 0.4 of the shorter), each once, in order (`compared` is called with the lower index first, from several
/// threads). A stretch is shared where the two correlate by at least 0.8 and much less so at any
/// other shift up to 4 s: rhythms that merely keep step correlate at the next beat as well. Linear in the anchors but
/// for codes that many recordings have.
std::vector<SameSignal> same_signals(std::span<const Fingerprint> prints,
                                     const std::function<bool(std::size_t, std::size_t)>& compared);

}  // namespace vagus::lab::guards
