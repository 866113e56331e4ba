#pragma once
/// One offline page on which somebody who does not write code reviews labels by keyboard and saves a file
/// (docs/label-review.md).
#include <string>
#include <vector>

#include "lab/study/steps.h"

namespace vagus::lab {

/// A mark shown beside the one asked about. It never says who set it.
struct ReviewMark {
  double t_s = 0;
  std::string label;  ///< "N", "V", or nothing
};

/// One question about one moment. Neither the recording's name nor what detector or reference said is in the page.
struct ReviewCase {
  std::string id;                 ///< unique in the set, and telling nothing: "c001"
  std::string recording;          ///< "mitdb:100"
  double t_s = 0;                 ///< the moment asked about, in the recording's time
  Trace signal;                   ///< the stretch around it
  std::vector<ProbeTrace> lines;  ///< drawn below it, on one scale: of an accelerometer its axes
  std::vector<ReviewMark> marks;
  std::string question;  ///< "Is there a beat at the mark?"
};

struct ReviewSet {
  std::string title;
  std::string instructions;  ///< a paragraph for the reviewer
  bool simulated = false;
  std::vector<ReviewCase> cases;
};

/// BLAKE2b-256 of everything that is asked and shown, recordings included: names the set in what a reviewer saves.
std::string review_set_hash(const ReviewSet& set);

/// The page. Throws UsageError for a set without cases, two cases of one id, or a case outside its stretch.
std::string review_page(const ReviewSet& set);

}  // namespace vagus::lab
