#pragma once
/// How far two measurements of the same thing lie apart, with several pairs a subject.
#include <cstdint>
#include <span>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

/// One moment measured twice, in one unit.
struct MeasuredPair {
  std::int64_t subject = 0;
  double a = 0, b = 0;
};

struct LimitsOfAgreement {
  std::int64_t subjects = 0, pairs = 0;
  double bias = 0;           ///< mean over subjects of their mean a - b
  double between_sd = 0;     ///< of subjects' true mean difference; 0 where its estimate is negative
  double within_sd = 0;      ///< of one difference about its subject's mean
  double total_sd = 0;       ///< of a single difference of a subject drawn anew
  double low = 0, high = 0;  ///< bias -+ 1.96 (for a share of 95 %) total_sd: NaN of fewer than two subjects
  Interval bias_interval, low_interval, high_interval;
  std::string untrusted;  ///< why the intervals cannot be trusted; empty where they can
};

/// Limits between which `share` of single differences lie, the true value varying from pair to pair.
/// Source: Bland and Altman 1999, Statistical Methods in Medical Research 8:135, section 5.3, and 2007, Journal of
/// Biopharmaceutical Statistics 17:571, with Zou's 2013 (Statistical Methods in Medical Research 22:630) total variance
/// for unequal numbers of pairs, s_mean^2 + (1 - 1/m_h) s_within^2 with m_h the harmonic mean, and his intervals of the
/// limits (MOVER). One pair a subject gives the limits of Bland and Altman 1986.
/// Throws UsageError for values that are not finite and for a confidence or share outside (0, 1).
LimitsOfAgreement limits_of_agreement(std::span<const MeasuredPair> pairs, double confidence = 0.95,
                                      double share = 0.95);

}  // namespace vagus::lab
