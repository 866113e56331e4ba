#pragma once
/// What reviewers found, taken together.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/review/answers.h"
#include "lab/stats/kappa.h"

namespace vagus::lab {

/// What becomes of one case.
struct Ruling {
  enum class By : std::uint8_t {
    one,        ///< the only reviewer
    both,       ///< two who decided the same
    third,      ///< the one who adjudicates, where two differ
    differ,     ///< two differ and nobody adjudicated: the label stays
    undecided,  ///< not all of the reviewers decided it: the label stays
  } by = By::undecided;
  Answer answer;  ///< undecided where the label stays for one of the last two reasons
};

/// One reviewer, on the cases that one decided.
struct ReviewerFigures {
  std::string reviewer;
  std::map<CaseKind, std::map<Decision, std::int64_t>> decided;
  /// Share of the agreeing cases in which the reviewer has the beat (the fall) too (accepted or moved), of those
  /// decided for or against.
  Estimate agreeing;
};

struct ReviewOutcome {
  std::vector<ReviewerFigures> reviewers;  ///< in the order given; a third one adjudicates
  std::optional<Kappa> kappa;              ///< of the first two, over cases that both decided; four decisions
  std::vector<Ruling> rulings;             ///< by case
};

/// Moves of one mark that are nearer to each other than this are the same decision: 50 ms of beats, half a second of
/// falls and crashes, which have no sharper moment.
double same_place_s(const ReviewKey& key);

/// Takes one to three reviewers together: two must decide a case alike, or the third does. Throws UsageError for none
/// or more than three, or one reviewer twice; Error (`not evidence`) where the cases hold none on which detector and
/// reference agree, or a reviewer decided none of them: nothing then tells a careful reviewer from a careless one.
ReviewOutcome outcome_of(const ReviewKey& key, const std::vector<ReviewAnswers>& files,
                         const std::vector<std::string>& paths);

Json as_json(const ReviewOutcome& outcome, const ReviewKey& key);

}  // namespace vagus::lab
