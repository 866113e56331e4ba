#pragma once
/// What a study's page holds beside the study itself. What is empty is left out of the page.
#include <optional>
#include <string>
#include <vector>

#include "lab/report/operating_data.h"
#include "lab/study/power.h"

namespace vagus::lab {

/// A part of the signal in which errors concentrate; the fields of `study failures --json`.
struct SliceRow {
  std::string where;  ///< one sentence
  std::int64_t errors = 0;
  double share_of_errors = 0, share_of_signal = 0;  ///< 0..1
  double ratio = 0;                                 ///< of error rates, inside to outside
  double p_corrected = 1;                           ///< for all conjunctions searched
  std::string confirmed;                            ///< on held-out subjects: "yes", "no" or "too few"
  std::optional<double> smallest_ratio;             ///< that could have been seen where there were too few
};

/// A cost beside its budget.
struct CostRow {
  std::string core, metric, unit;  ///< "m4f", "RAM", "bytes"
  double measured = 0;
  std::optional<double> up_to;  ///< of a range: `measured` is its lower end
  std::optional<double> limit;  ///< none: printed without a verdict
};

/// Two measurements of one quantity on the same occasions (Bland-Altman).
struct AgreementPair {
  std::string subject;
  double reference = 0, test = 0;
};
struct Agreement {
  std::string quantity, unit;  ///< "heart rate", "bpm"
  std::vector<AgreementPair> pairs;
  double bias = 0, low = 0, high = 0;  ///< mean difference and limits of agreement, test less reference
  std::string method;                  ///< how the limits were made, in words; may be empty
};

struct Evidence {
  std::optional<OperatingData> operating;
  std::vector<SliceRow> slices;
  std::vector<CostRow> costs;
  std::vector<Agreement> agreements;
  std::vector<std::optional<RequirementPower>> powers;  ///< one a requirement: what would show what is not shown
  std::vector<std::string> limits;  ///< what the study cannot say, a sentence each; beside what every page lists
  bool waveforms = true;            ///< false: no sample of any signal is in the page
};

std::string slices_section(const Evidence& evidence);
std::string cost_section(const Evidence& evidence);
std::string agreement_section(const Evidence& evidence);

}  // namespace vagus::lab
