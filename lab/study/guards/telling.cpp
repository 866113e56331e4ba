#include "lab/study/guards/telling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "lab/base/numbers.h"
#include "lab/stats/multiplicity.h"
#include "lab/stats/random.h"
#include "lab/stats/roc.h"

namespace vagus::lab::guards {
namespace {

/// Chance is drawn from at most so many trials, spread over all subjects: more tell no more about whether it is chance.
constexpr std::size_t most_drawn = 4000;
/// Permutations end early once so many were as good as the data: it is chance.
constexpr int chance_enough = 40;

/// Trials sorted into values and subjects.
struct Table {
  std::vector<std::size_t> value, subject;  ///< of each trial
  std::vector<double> values;               ///< distinct, rising; what is not known comes first
  std::size_t subjects = 0;
  bool words = false;
  std::size_t trials() const { return value.size(); }
};

Table table_of(std::span<const std::size_t> subject, std::span<const double> values, bool words) {
  Table table;
  table.words = words;
  const auto place = [](double v) { return std::isnan(v) ? -1e300 : v; };
  for (const double v : values) table.values.push_back(place(v));
  std::sort(table.values.begin(), table.values.end());
  table.values.erase(std::unique(table.values.begin(), table.values.end()), table.values.end());
  std::map<std::size_t, std::size_t> numbers;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at = std::lower_bound(table.values.begin(), table.values.end(), place(values[i]));
    table.value.push_back(static_cast<std::size_t>(at - table.values.begin()));
    table.subject.push_back(numbers.emplace(subject[i], numbers.size()).first->second);
  }
  table.subjects = numbers.size();
  return table;
}

struct Tally {
  double all = 0, positive = 0;
};

/// The share of positives among the nearest trials of other subjects: of the same value at least, and of so many that
/// the share means something. A word has no neighbours.
class Scorer {
 public:
  explicit Scorer(const Table& table)
      : table_(table),
        enough_(std::clamp(std::sqrt(static_cast<double>(table.trials())), 5.0, 50.0)),
        by_subject_(table.subjects),
        all_(table.values.size()),
        own_(table.values.size()) {
    for (std::size_t i = 0; i < table.trials(); ++i) by_subject_[table.subject[i]].push_back(i);
  }

  void score(const std::vector<bool>& positive, std::vector<double>& scores) {
    std::fill(all_.begin(), all_.end(), Tally{});
    for (std::size_t i = 0; i < table_.trials(); ++i) add(all_[table_.value[i]], positive[i], 1);
    Tally total;
    for (const Tally& one : all_) {
      total.all += one.all;
      total.positive += one.positive;
    }
    scores.resize(table_.trials());
    for (const auto& trials : by_subject_) {
      Tally others = total;
      for (const std::size_t i : trials) {
        add(own_[table_.value[i]], positive[i], 1);
        add(others, positive[i], -1);
      }
      for (const std::size_t i : trials) scores[i] = share_near(table_.value[i], others);
      for (const std::size_t i : trials) own_[table_.value[i]] = {};
    }
  }

 private:
  static void add(Tally& tally, bool positive, double count) {
    tally.all += count;
    tally.positive += positive ? count : 0;
  }
  Tally at(std::size_t v) const { return {all_[v].all - own_[v].all, all_[v].positive - own_[v].positive}; }

  double share_near(std::size_t value, const Tally& others) const {
    Tally near = at(value);
    std::size_t low = value, high = value;
    while (near.all < enough_ && !table_.words && (low > 0 || high + 1 < table_.values.size())) {
      const double below = low > 0 ? table_.values[value] - table_.values[low - 1] : 1e301;
      const double above = high + 1 < table_.values.size() ? table_.values[high + 1] - table_.values[value] : 1e301;
      const Tally next = below <= above ? at(--low) : at(++high);
      near.all += next.all;
      near.positive += next.positive;
    }
    const Tally& known = near.all > 0 ? near : others;
    return known.all > 0 ? known.positive / known.all : 0.5;
  }

  const Table& table_;
  double enough_;
  std::vector<std::vector<std::size_t>> by_subject_;
  std::vector<Tally> all_, own_;
};

/// The area without its variance, for many draws.
double area_of(const std::vector<double>& scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double below = 0, sum = 0, positives = 0;
  for (std::size_t i = 0; i < order.size();) {
    double here_positive = 0, here_negative = 0;
    const double score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i)
      (positive[order[i]] ? here_positive : here_negative) += 1;
    sum += here_positive * (below + 0.5 * here_negative);
    below += here_negative;
    positives += here_positive;
  }
  return positives > 0 && below > 0 ? sum / (positives * below) : 0.5;
}

/// How a draw under chance is made.
enum class Exchange : std::uint8_t { labels_within, labels_between, values_between };

Exchange exchange_of(const Table& table, const std::vector<bool>& positive) {
  std::vector<std::optional<bool>> label(table.subjects);
  std::vector<std::optional<std::size_t>> value(table.subjects);
  bool one_label = true, one_value = true;
  for (std::size_t i = 0; i < table.trials(); ++i) {
    auto& l = label[table.subject[i]];
    auto& v = value[table.subject[i]];
    one_label = one_label && l.value_or(positive[i]) == positive[i];
    one_value = one_value && v.value_or(table.value[i]) == table.value[i];
    l = positive[i];
    v = table.value[i];
  }
  return one_label ? Exchange::labels_between : one_value ? Exchange::values_between : Exchange::labels_within;
}

template <class Value>
void shuffle(std::vector<Value>& all, SplitMix& random) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.below(static_cast<std::uint32_t>(i))]);
}

/// One draw: what the labels, or the values, would be if they had nothing to do with each other.
void draw(Exchange exchange, const Table& table, const std::vector<bool>& positive,
          const std::vector<std::vector<std::size_t>>& by_subject, SplitMix& random, Table& drawn,
          std::vector<bool>& labels) {
  if (exchange == Exchange::labels_within) {
    std::vector<char> own;
    for (const auto& trials : by_subject) {
      own.clear();
      for (const std::size_t i : trials) own.push_back(positive[i] ? 1 : 0);
      shuffle(own, random);
      for (std::size_t k = 0; k < trials.size(); ++k) labels[trials[k]] = own[k] != 0;
    }
    return;
  }
  std::vector<std::size_t> from(table.subjects);
  std::iota(from.begin(), from.end(), std::size_t{0});
  shuffle(from, random);
  for (std::size_t s = 0; s < by_subject.size(); ++s) {
    const std::size_t other = by_subject[from[s]].front();
    for (const std::size_t i : by_subject[s]) {
      if (exchange == Exchange::labels_between) labels[i] = positive[other];
      if (exchange == Exchange::values_between) drawn.value[i] = table.value[other];
    }
  }
}

/// Every so many-th trial of each subject.
std::vector<std::size_t> some_of(const Table& table) {
  std::vector<std::size_t> kept;
  const std::size_t each = (table.trials() + most_drawn - 1) / most_drawn;
  std::vector<std::size_t> seen(table.subjects);
  for (std::size_t i = 0; i < table.trials(); ++i) {
    if (seen[table.subject[i]]++ % each == 0) kept.push_back(i);
  }
  return kept;
}

double chance_of(const Table& whole, const std::vector<bool>& all_positive, const TellingOptions& options,
                 std::uint64_t stream) {
  std::vector<std::size_t> subject;
  std::vector<double> values;
  std::vector<bool> positive;
  for (const std::size_t i : some_of(whole)) {
    subject.push_back(whole.subject[i]);
    values.push_back(whole.values[whole.value[i]]);
    positive.push_back(all_positive[i]);
  }
  const Table table = table_of(subject, values, whole.words);
  std::vector<std::vector<std::size_t>> by_subject(table.subjects);
  for (std::size_t i = 0; i < table.trials(); ++i) by_subject[table.subject[i]].push_back(i);
  std::vector<double> scores;
  Scorer(table).score(positive, scores);
  const double area = area_of(scores, positive);
  const Exchange exchange = exchange_of(table, positive);
  SplitMix random = SplitMix::stream(options.seed, stream);
  Table drawn = table;
  std::vector<bool> labels = positive;
  Scorer scorer(drawn);
  int as_large = 0, tried = 0;
  for (; tried < options.permutations && as_large < chance_enough; ++tried) {
    draw(exchange, table, positive, by_subject, random, drawn, labels);
    scorer.score(labels, scores);
    as_large += area_of(scores, labels) >= area - 1e-12 ? 1 : 0;
  }
  return (as_large + 1.0) / (tried + 1.0);
}

/// "15" or "12 to 100 (median 25)".
std::string spread(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }), values.end());
  if (values.empty()) return "not known";
  std::sort(values.begin(), values.end());
  const auto shown = [](double v) { return shortest(static_cast<float>(v)); };
  if (values.front() == values.back()) return shown(values.front());
  return shown(values.front()) + " to " + shown(values.back()) + " (median " + shown(values[values.size() / 2]) + ")";
}

std::vector<std::string> labels_to_tell(std::span<const Trial> trials) {
  std::map<std::string, std::size_t> counts;
  for (const Trial& trial : trials) ++counts[trial.label];
  std::vector<std::string> labels;
  labels.reserve(counts.size());
  for (const auto& [label, count] : counts) labels.push_back(label);
  if (labels.size() < 2) return {};
  if (labels.size() == 2) return {counts[labels[0]] < counts[labels[1]] ? labels[0] : labels[1]};
  return labels;
}

}  // namespace

std::vector<PropertyLook> telling(std::span<const Trial> trials, std::span<const Property> properties,
                                  const TellingOptions& options) {
  std::vector<std::size_t> subject;
  std::map<std::string, std::size_t> numbers;
  for (const Trial& trial : trials) subject.push_back(numbers.emplace(trial.subject, numbers.size()).first->second);
  const auto labels = labels_to_tell(trials);
  const auto family = static_cast<double>(labels.size() * properties.size());
  std::vector<PropertyLook> looks;
  std::vector<double> p;
  for (const Property& property : properties) {
    const Table table = table_of(subject, property.values, property.words);
    for (const std::string& label : labels) {
      std::vector<bool> positive;
      for (const Trial& trial : trials) positive.push_back(trial.label == label);
      std::vector<double> scores;
      Scorer(table).score(positive, scores);
      std::vector<ScoredTrial> scored;
      std::vector<double> with, without;
      for (std::size_t i = 0; i < trials.size(); ++i) {
        scored.push_back({static_cast<std::int64_t>(subject[i]), positive[i], scores[i], 0});
        (positive[i] ? with : without).push_back(property.values[i]);
      }
      PropertyLook look;
      look.property = property.name;
      look.label = label;
      look.trials = static_cast<std::int64_t>(trials.size());
      look.subjects = static_cast<std::int64_t>(numbers.size());
      look.area = roc_area(scored, 1 - 0.05 / family);
      if (!property.words) look.values = spread(std::move(with)) + " against " + spread(std::move(without));
      p.push_back(look.area.value >= options.least_area ? chance_of(table, positive, options, looks.size()) : 1);
      looks.push_back(std::move(look));
    }
  }
  const std::vector<double> corrected = holm(p);
  for (std::size_t i = 0; i < looks.size(); ++i) {
    looks[i].p = corrected[i];
    if (looks[i].area.value >= options.least_area)
      looks[i].state = corrected[i] <= options.alpha ? GuardState::refused : GuardState::noted;
  }
  return looks;
}

}  // namespace vagus::lab::guards
