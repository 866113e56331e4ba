#include "lab/score/windows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "lab/base/error.h"
#include "lab/score/share_text.h"

namespace vagus::lab {
namespace {

struct Truth {
  std::string label;
  double share = 0;
};

/// The class with most of a window's time. `reference` is in order and without overlaps.
Truth truth_of(const std::vector<LabelledSpan>& reference, const TimeSpan& window) {
  auto at = std::lower_bound(reference.begin(), reference.end(), window.start_s,
                             [](const LabelledSpan& s, double t) { return s.at.end_s <= t; });
  std::map<std::string, double> seconds;
  for (; at != reference.end() && at->at.start_s < window.end_s; ++at) seconds[at->label] += shared_s(at->at, window);
  Truth truth;
  double most = 0;
  for (const auto& [label, s] : seconds)
    if (s > most) {
      most = s;
      truth.label = label;
    }
  truth.share = most / window.length_s();
  return truth;
}

std::vector<LabelledSpan> in_order(std::vector<LabelledSpan> reference) {
  std::erase_if(reference, [](const LabelledSpan& s) { return !(s.at.length_s() > 0); });
  std::stable_sort(reference.begin(), reference.end(),
                   [](const LabelledSpan& a, const LabelledSpan& b) { return a.at.start_s < b.at.start_s; });
  std::vector<LabelledSpan> out;
  for (LabelledSpan& s : reference) {
    if (out.empty() || s.at.start_s >= out.back().at.end_s) {
      out.push_back(std::move(s));
    } else if (s.label == out.back().label) {
      out.back().at.end_s = std::max(out.back().at.end_s, s.at.end_s);
    } else {
      throw Error("\"" + out.back().label + "\" and \"" + s.label + "\" overlap",
                  "reference at " + shortest(s.at.start_s) + " s");
    }
  }
  return out;
}

void add(ConfusionMatrix& to, const ConfusionMatrix& from) {
  for (const auto& [cell, n] : from) to[cell] += n;
}
std::int64_t sum_of(const ConfusionMatrix& matrix) {
  std::int64_t sum = 0;
  for (const auto& [cell, n] : matrix) sum += n;
  return sum;
}
std::string shown(const std::string& label) { return label == no_answer ? "unreadable" : label; }

Json figures_json(const ConfusionMatrix& matrix, bool unreadable_wrong) {
  const WindowFigures figures = window_figures(matrix, unreadable_wrong);
  Json json;
  json["windows"] = figures.windows;
  json["correct"] = figures.correct;
  json["accuracy"] = number(figures.accuracy);
  json["macro_f1"] = number(figures.macro_f1);
  Json f1 = Json::object();
  for (std::size_t k = 0; k < figures.classes.size(); ++k) f1[figures.classes[k]] = number(figures.f1[k]);
  json["f1"] = std::move(f1);
  return json;
}

double median_length_s(const std::vector<TestWindow>& windows, double otherwise) {
  std::vector<double> lengths;
  for (const TestWindow& w : windows)
    if (w.label != no_answer) lengths.push_back(w.at.length_s());
  if (lengths.empty()) return otherwise;
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2), lengths.end());
  return lengths[lengths.size() / 2];
}

}  // namespace

WindowFigures window_figures(const ConfusionMatrix& matrix, bool unreadable_wrong) {
  struct Counts {
    std::int64_t hits = 0, truth = 0, answers = 0;
  };
  std::map<std::string, Counts> classes;
  WindowFigures out;
  for (const auto& [cell, n] : matrix) {
    const auto& [truth, answer] = cell;
    if (answer == no_answer && !unreadable_wrong) continue;
    out.windows += n;
    classes[truth].truth += n;
    if (answer != no_answer) classes[answer].answers += n;
    if (truth != answer) continue;
    classes[truth].hits += n;
    out.correct += n;
  }
  double sum = 0;
  for (const auto& [label, c] : classes) {
    out.classes.push_back(label);
    out.f1.push_back(2 * static_cast<double>(c.hits) / static_cast<double>(c.truth + c.answers));
    sum += out.f1.back();
  }
  if (out.windows == 0) return out;
  out.macro_f1 = sum / static_cast<double>(classes.size());
  out.accuracy = static_cast<double>(out.correct) / static_cast<double>(out.windows);
  return out;
}

WindowCounts score_windows(std::vector<LabelledSpan> reference, const std::vector<TestWindow>& test,
                           const WindowOptions& options) {
  if (!(options.pure_share > 0 && options.pure_share <= 1)) throw UsageError("a pure share must lie in (0, 1]");
  reference = in_order(std::move(reference));
  WindowCounts out;
  std::vector<TimeSpan> covered, labelled;
  for (const TestWindow& window : test) {
    if (!(window.at.length_s() > 0) || !std::isfinite(window.at.length_s()))
      throw Error("a window needs a length", "test at " + shortest(window.at.start_s) + " s");
    if (window.at.start_s < options.from_s || (options.to_s >= 0 && window.at.end_s > options.to_s)) continue;
    covered.push_back(window.at);
    const Truth truth = truth_of(reference, window.at);
    if (!(truth.share > 0)) {
      ++out.unlabelled;
      continue;
    }
    // A window's times are sums: half of a nanosecond may be missing from three quarters.
    const bool pure = truth.share >= options.pure_share - 1e-9;
    ++(pure ? out.pure : out.mixed)[{truth.label, window.label}];
    out.each.push_back({window.at, truth.label, window.label, !pure});
  }
  for (const LabelledSpan& s : reference) {
    const double end_s = options.to_s >= 0 ? std::min(s.at.end_s, options.to_s) : s.at.end_s;
    labelled.push_back({std::max(s.at.start_s, options.from_s), end_s});
  }
  out.reference = std::move(reference);
  out.answers = test;
  labelled = joined(std::move(labelled));
  out.labelled_s = total_s(labelled);
  out.uncovered_s = total_s(without(labelled, joined(std::move(covered))));
  return out;
}

ConfusionMatrix WindowCounts::all() const {
  ConfusionMatrix sum = pure;
  add(sum, mixed);
  return sum;
}
std::int64_t WindowCounts::windows() const { return sum_of(pure) + sum_of(mixed); }
std::int64_t WindowCounts::mixed_windows() const { return sum_of(mixed); }
std::int64_t WindowCounts::unreadable() const {
  std::int64_t sum = 0;
  for (const auto& [cell, n] : all())
    if (cell.second == no_answer) sum += n;
  return sum;
}

WindowCounts& WindowCounts::operator+=(const WindowCounts& other) {
  add(pure, other.pure);
  add(mixed, other.mixed);
  unlabelled += other.unlabelled;
  labelled_s += other.labelled_s;
  uncovered_s += other.uncovered_s;
  each.clear();
  reference.clear();
  answers.clear();
  return *this;
}

Json WindowCounts::json() const {
  Json json;
  json["windows"] = windows();
  json["mixed"] = mixed_windows();
  json["unreadable"] = unreadable();
  json["unlabelled"] = unlabelled;
  json["labelled_s"] = number(labelled_s);
  json["uncovered_s"] = number(uncovered_s);
  json["macro_f1"] = number(window_figures(all(), true).macro_f1);
  json["all"] = figures_json(all(), true);
  json["all_readable"] = figures_json(all(), false);
  json["pure"] = figures_json(pure, true);
  json["pure_readable"] = figures_json(pure, false);
  Json matrix = Json::object();
  for (const auto& [cell, n] : all()) matrix[cell.first][shown(cell.second)] = n;
  json["matrix"] = std::move(matrix);
  return json;
}

std::vector<LabelledSpan> window_reference(const MarkedTable& table) {
  std::vector<LabelledSpan> out;
  for (const MarkedRow& row : table.rows) {
    if (row.label.empty() || row.kind == "unreadable" || row.kind == "worn" || row.kind == "not_worn") continue;
    if (std::isnan(row.start_s) || std::isnan(row.end_s))
      throw Error("a label \"" + row.label + "\" needs t_start_s and t_end_s", table.shown);
    out.push_back({{row.start_s, row.end_s}, row.label});
  }
  return out;
}

std::vector<TestWindow> window_test(const MarkedTable& table, double window_s) {
  if (!(window_s > 0)) throw UsageError("a window must be longer than 0 s");
  std::vector<TestWindow> windows, out;
  for (const MarkedRow& row : table.rows) {
    if (!row.kind.empty() && row.kind != "window" && row.kind != "unreadable") continue;
    const bool unreadable = row.kind == "unreadable" || row.label == "unreadable" || row.label == "unknown";
    if (!unreadable && row.label.empty()) throw Error("a window without a label", table.shown);
    const TimeSpan at =
        std::isnan(row.end_s) ? TimeSpan{row.start_s - window_s, row.start_s} : TimeSpan{row.start_s, row.end_s};
    windows.push_back({at, unreadable ? no_answer : row.label, row.score});
  }
  const double usual = median_length_s(windows, window_s);
  for (TestWindow& window : windows) {
    const double length = window.at.length_s();
    const auto parts = window.label == no_answer && length > 1.5 * usual
                           ? static_cast<std::int64_t>(std::floor(length / usual + 0.5))
                           : 1;
    for (std::int64_t k = 0; k < parts; ++k) {
      const double step = length / static_cast<double>(parts);
      out.push_back({{window.at.start_s + step * static_cast<double>(k),
                      k + 1 == parts ? window.at.end_s : window.at.start_s + step * static_cast<double>(k + 1)},
                     window.label,
                     window.score});
    }
  }
  return out;
}

namespace {

std::string matrix_text(const ConfusionMatrix& matrix) {
  std::set<std::string> truths, answers;
  for (const auto& [cell, n] : matrix) {
    truths.insert(cell.first);
    answers.insert(cell.second);
  }
  std::size_t head = 6;
  for (const std::string& truth : truths) head = std::max(head, truth.size() + 2);
  const auto padded = [](const std::string& text, std::size_t width) {
    return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
  };
  std::string out(head + 1, ' ');
  for (const std::string& answer : answers) out += padded(shown(answer), std::max<std::size_t>(9, answer.size() + 1));
  out += "\n";
  for (const std::string& truth : truths) {
    out += "  " + truth + std::string(head - truth.size() - 2, ' ') + "|";
    for (const std::string& answer : answers) {
      const auto cell = matrix.find({truth, answer});
      out += padded(std::to_string(cell == matrix.end() ? 0 : cell->second),
                    std::max<std::size_t>({9, answer.size() + 1, answer == no_answer ? std::size_t{11} : 0}));
    }
    out += "\n";
  }
  return out;
}

std::string figure_lines(const char* name, const ConfusionMatrix& matrix) {
  std::string out;
  for (const bool wrong : {true, false}) {
    const WindowFigures figures = window_figures(matrix, wrong);
    char buffer[96];
    std::snprintf(buffer, sizeof buffer, "%-26s%7.3f\n", (std::string(name) + " macro F1").c_str(), figures.macro_f1);
    out += wrong ? std::string() : std::string("  unreadable left out:\n");
    out += std::isnan(figures.macro_f1) ? std::string(name) + " macro F1: no window\n" : std::string(buffer);
    out += share_line(std::string(name) + " accuracy", {figures.correct, figures.windows});
  }
  return out;
}

}  // namespace

std::string windows_text(const WindowCounts& counts, const std::string& reference, const std::string& test) {
  std::string out =
      "windows: " + test + " against " + reference + "\n\n" + std::to_string(counts.windows()) + " windows scored, " +
      std::to_string(counts.mixed_windows()) + " of them mixed (less than 75 % one class), " +
      std::to_string(counts.unreadable()) + " unreadable; " + std::to_string(counts.unlabelled) +
      " more where nothing is labelled\n" + shortest(std::floor(counts.uncovered_s * 1000 + 0.5) / 1000) + " s of " +
      shortest(std::floor(counts.labelled_s * 1000 + 0.5) / 1000) + " s labelled are covered by no window\n\n";
  out += std::string(26, ' ') + "  share     95 % exact binomial, as if windows were independent\n";
  out += figure_lines("All", counts.all()) + "\n" + figure_lines("Not mixed", counts.pure) + "\n";
  out += "F1 by class, all windows, unreadable as wrong:\n";
  const WindowFigures figures = window_figures(counts.all(), true);
  for (std::size_t k = 0; k < figures.classes.size(); ++k) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%7.3f\n", figures.f1[k]);
    std::string line = "  " + figures.classes[k];
    if (line.size() < 26) line.resize(26, ' ');
    out += line + buffer;
  }
  return out + "\n" + matrix_text(counts.all()) + "\nRows: reference, columns: test.\n";
}

}  // namespace vagus::lab
