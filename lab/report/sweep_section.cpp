#include "lab/report/sweep_section.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/page_scripts.h"
#include "lab/report/protocol_sections.h"
#include "lab/report/sweep_plot.h"
#include "lab/study/results.h"
#include "lab/study/sweep_cost.h"

namespace vagus::lab {
namespace {

std::string style_of(Verdict verdict) {
  std::string text(name(verdict));
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

std::string verdict_word(Verdict verdict) {
  return "<span class=\"v-" + style_of(verdict) + "\">" + std::string(name(verdict)) + "</span>";
}

std::string brief(double value) {
  std::string text = shortest(value);
  return text.size() <= 8 ? text : shortest(std::stod(fixed(value, value < 1 ? 5 : 3)));
}

/// The keys of a configuration that the sweep varies; of a sweep that varies none, all.
std::vector<std::string> swept_keys(const StudySpec& spec) {
  std::vector<std::string> keys;
  for (const auto& [key, values] : spec.sweep.parameters) keys.push_back(key);
  if (spec.sweep.thresholds > 0) keys.emplace_back("threshold");
  return keys;
}

std::string config_text(const Config& config, const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) {
    const auto at = config.find(key);
    if (at != config.end()) text += (text.empty() ? "" : ", ") + key + " " + brief(at->second);
  }
  return text;
}

std::string figure_cell(const SweptFigure& one, bool with_verdict) {
  const Statistic& about = statistic(one.statistic);
  const double value = one.judgement.estimate.value;
  return "<td data-v=\"" + (std::isfinite(value) ? fixed(value, 8) : std::string("-1")) + "\">" +
         value_with_interval(about, value, one.judgement.one_sided) +
         (with_verdict ? "<small>" + verdict_word(one.judgement.verdict) + "</small>" : "") + "</td>";
}

std::string requirement_heads(const StudySpec& spec) {
  std::string out;
  for (const RequirementSpec& asked : spec.requirements) {
    const Statistic& about = statistic(asked.statistic);
    out += "<th scope=\"col\">" + escaped(asked.name) + "<small>" +
           (asked.bound.direction == Direction::at_least ? "&ge; " : "&le; ") + as_stated(about, asked.bound.bound) +
           " at " + percent_as_stated(asked.bound.confidence) + "</small></th>";
  }
  return out;
}

std::string judged_table(const StudySpec& spec, const SweepResult& sweep) {
  std::string out = "<div class=\"scroll\"><table><caption>Judged on " + plural(sweep.judged_records, "recording") +
                    " of " + plural(sweep.judged_subjects, "subject") +
                    ", none of whom chose what they are judged by.</caption><thead><tr><th class=\"t\" "
                    "scope=\"col\">Requirement</th><th>Estimate and interval</th><th>Bound</th><th>Confidence</th><th "
                    "class=\"t\">Verdict</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < sweep.judged.size(); ++i) {
    const SweptFigure& one = sweep.judged[i];
    const Requirement& bound = spec.requirements[i].bound;
    const Statistic& about = statistic(one.statistic);
    out += "<tr><td class=\"w\">" + escaped(one.requirement) + "<small><code>" + escaped(one.statistic) +
           "</code></small></td><td>" +
           value_with_interval(about, one.judgement.estimate.value, one.judgement.one_sided) + "</td><td>" +
           (bound.direction == Direction::at_least ? "&ge; " : "&le; ") + as_stated(about, bound.bound) + "</td><td>" +
           percent_as_stated(bound.confidence) + "</td><td class=\"t\">" + verdict_word(one.judgement.verdict) +
           "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string agreement_text(const SweepAgreement& agreement) {
  std::string out =
      "<p>" + counted(agreement.alike) + " of " + plural(agreement.folds, "fold") + " chose the same setting.";
  for (const ParameterAgreement& one : agreement.parameters) {
    out += " " + escaped(one.name) + ": ";
    if (one.values.size() == 1) {
      out += brief(one.values.begin()->first) + " in all.";
    } else if (one.values.size() > 4) {
      out += plural(static_cast<std::int64_t>(one.values.size()), "value") + ", " + brief(one.values.begin()->first) +
             " to " + brief(one.values.rbegin()->first) + ".";
    } else {
      std::string list;
      for (const auto& [value, folds] : one.values)
        list += (list.empty() ? "" : ", ") + brief(value) + " in " + counted(folds);
      out += list + ".";
    }
  }
  return out + "</p>\n";
}

std::string choices_table(const StudySpec& spec, const SweepResult& sweep) {
  const bool folds = spec.split.by_folds();
  const bool nested = spec.split.kind == SplitSpec::Kind::nested;
  std::string out =
      "<div class=\"scroll\"><table><caption>What was chosen, and its figures on the subjects it was chosen "
      "on: too kind, for it was chosen by them." +
      std::string(nested ? " Held out: the same parameters within those subjects, each inner fold at the "
                           "threshold that the other inner folds fitted."
                         : "") +
      "</caption><thead><tr>" + (folds ? "<th class=\"t\" scope=\"col\">Fold</th>" : "") +
      "<th class=\"t\" scope=\"col\">Chosen</th><th scope=\"col\">By subjects</th>" + requirement_heads(spec) +
      (nested ? "<th scope=\"col\">Inner folds that agree</th>" : "") + "</tr></thead><tbody>\n";
  for (const SweepChoice& one : sweep.choices) {
    out += "<tr>" + (folds ? "<td class=\"t\">" + escaped(one.fold) + "</td>" : std::string()) + "<td class=\"w\">" +
           escaped(config_text(one.config, swept_keys(spec))) +
           (one.met ? "" : "<small>" + escaped(one.why) + "</small>") + "</td><td>" + counted(one.subjects) + "</td>";
    for (const SweptFigure& figure : one.chosen_on) out += figure_cell(figure, true);
    if (one.inner) out += "<td>" + counted(one.inner->agreeing) + " of " + counted(one.inner->folds) + "</td>";
    out += "</tr>\n";
    if (!one.inner) continue;
    out += "<tr><td></td><td class=\"w\"><small>held out</small></td><td></td>";
    for (const SweptFigure& figure : one.inner->held_out) out += figure_cell(figure, true);
    out += "<td></td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string sort_head(const std::string& text, bool left, const std::string& more = {}) {
  return std::string("<th scope=\"col\"") + (left ? " class=\"t\"" : "") + "><button type=\"button\">" + text +
         "</button>" + more + "</th>";
}

std::string objective_cell(const SweptObjective& one) {
  if (!one.known) return "<td data-v=\"-1\">unknown</td>";
  if (!is_cost(one.name))
    return "<td data-v=\"" + fixed(one.value, 8) + "\">" +
           value_with_interval(statistic(one.name), one.value, one.range) + "</td>";
  const std::string text =
      one.range.low == one.range.high ? brief(one.value) : brief(one.range.low) + " to " + brief(one.range.high);
  return "<td data-v=\"" + fixed(one.value, 8) + "\">" + text + "</td>";
}

/// The settings, those on the front and those chosen first; of more than these, the rest is in the JSON.
std::string settings_table(const StudySpec& spec, const SweepResult& sweep) {
  constexpr std::size_t most = 400;
  std::vector<const SweptSetting*> order;
  const auto chosen = [&](const SweptSetting& one) {
    return std::any_of(sweep.choices.begin(), sweep.choices.end(),
                       [&](const SweepChoice& choice) { return choice.config == one.config; });
  };
  for (const SweptSetting& one : sweep.settings) order.push_back(&one);
  const auto rank = [&](const SweptSetting* one) { return chosen(*one) ? 0 : one->front ? 1 : 2; };
  std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  const std::vector<std::string> keys = swept_keys(spec);
  std::string out =
      "<h3>Every setting</h3>\n<div class=\"scroll\"><table class=\"sortable\"><caption>On the subjects that settings "
      "are chosen on" +
      std::string(spec.split.by_folds() ? " (of folds: on all, to be looked at only)" : "") +
      ". Press a heading to sort.</caption><thead><tr>";
  for (const std::string& key : keys) out += sort_head(escaped(key), false);
  for (const RequirementSpec& asked : spec.requirements)
    out += sort_head(escaped(asked.name), false, "<small><code>" + escaped(asked.statistic) + "</code></small>");
  for (const SweptObjective& one : order.front()->objectives) out += sort_head(escaped(one.name), false);
  out += sort_head("Meets all", true) + sort_head("Front", true) + sort_head("Chosen", true) + "</tr></thead><tbody>\n";
  for (std::size_t k = 0; k < std::min(most, order.size()); ++k) {
    const SweptSetting& one = *order[k];
    out += "<tr>";
    for (const std::string& key : keys) {
      const auto at = one.config.find(key);
      out += at == one.config.end() ? "<td></td>"
                                    : "<td data-v=\"" + fixed(at->second, 8) + "\">" + brief(at->second) + "</td>";
    }
    for (const SweptFigure& figure : one.figures) out += figure_cell(figure, false);
    for (const SweptObjective& objective : one.objectives) out += objective_cell(objective);
    out += std::string("<td class=\"t\">") + (one.feasible ? "yes" : "no") + "</td><td class=\"t\">" +
           (one.front ? "yes" : "no") + "</td><td class=\"t\">" + (chosen(one) ? "yes" : "no") + "</td></tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (order.size() > most)
    out += "<p class=\"note\">" + counted(static_cast<std::int64_t>(order.size() - most)) +
           " more settings are in the JSON.</p>\n";
  return out;
}

std::string how_chosen(const StudySpec& spec) {
  using Kind = SplitSpec::Kind;
  std::string out = "<p>";
  if (spec.split.kind == Kind::fixed)
    out +=
        "Settings are chosen on the recordings trained or tuned on, and the one chosen is judged on the test "
        "recordings.";
  else if (spec.split.kind == Kind::nested)
    out += "Each fold's setting is chosen by folds within the other folds, and judged on the fold itself.";
  else
    out += "Each fold's setting is chosen by the other folds, and judged on the fold itself.";
  out += " Of the settings that meet every requirement with its confidence ";
  if (spec.sweep.prefer == "margin") {
    out += "the one is taken whose smallest margin is largest";
  } else if (spec.sweep.prefer == "sensitivity") {
    out += "the one with the lowest threshold is taken";
  } else if (spec.sweep.prefer == "fewest_alarms") {
    out += "the one with the highest threshold is taken";
  } else {
    out += "the best in <code>" + escaped(spec.sweep.prefer) + "</code> is taken";
  }
  return out +
         "; where none does, the nearest. A setting is on the front if no other is clearly better in one figure and "
         "clearly "
         "worse in none; ranges that overlap are ties.</p>\n";
}

std::string body_of(const StudySpec& spec, const SweepResult& sweep) {
  std::string out = how_chosen(spec) + judged_table(spec, sweep);
  if (sweep.agreement) out += agreement_text(*sweep.agreement);
  out += sweep_plot(spec, sweep);
  for (const std::string& note : sweep.notes) out += "<p class=\"note\">" + escaped(note) + ".</p>\n";
  out += choices_table(spec, sweep);
  if (!sweep.settings.empty()) out += settings_table(spec, sweep);
  return out;
}

}  // namespace

std::string sweep_section(const StudySpec& spec, const SweepResult& sweep) {
  return "<h2 id=\"sweep\">Settings swept</h2>\n<p>The verdict at the top of this page is about the configuration that "
         "the "
         "specification names. Chosen as below, the settings are " +
         verdict_word(sweep.verdict) + ".</p>\n" + body_of(spec, sweep);
}

std::string sweep_page(const StudySpec& spec, const SweepResult& sweep, const SweepPage& around) {
  std::string out;
  if (around.simulated)
    out +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>Every signal and label on this page was made by a "
        "simulator. It says nothing about people.</span></div>\n";
  out += "<h1>Sweep: " + escaped(spec.name) + "</h1>\n";
  if (!spec.question.empty()) out += "<p class=\"question\">" + escaped(spec.question) + "</p>\n";
  const auto met = std::count_if(sweep.judged.begin(), sweep.judged.end(),
                                 [](const SweptFigure& one) { return one.judgement.verdict == Verdict::met; });
  out +=
      "<div class=\"verdict " + style_of(sweep.verdict) +
      "\" role=\"status\"><strong>Verdict: " + std::string(name(sweep.verdict)) + "</strong>" + counted(met) + " of " +
      plural(static_cast<std::int64_t>(sweep.judged.size()), "requirement") + " met at the chosen " +
      (sweep.choices.size() == 1 ? "setting, " + escaped(config_text(sweep.choices.front().config, swept_keys(spec)))
                                 : "settings of " + plural(static_cast<std::int64_t>(sweep.choices.size()), "fold")) +
      ", on subjects who did not choose." + (around.simulated ? " The data is simulated." : "") + "</div>\n";
  for (const auto& why : around.exploratory)
    out += "<p class=\"note\"><strong>Exploratory</strong>, not confirmatory: " + escaped(why) + ".</p>\n";
  out += body_of(spec, sweep);
  for (const Failure& one : sweep.failed)
    out +=
        "<p class=\"note\">" + escaped(one.recording) + " failed and is in no figure: " + escaped(one.why) + "</p>\n";
  out +=
      "<h2 id=\"limits\">Limits</h2>\n<ul><li>What is shown holds for people like those judged; people, devices and "
      "placements that are not among them were not examined.</li><li>Figures of settings that were not chosen are "
      "there to look at: choosing by them, and reporting them, would be too kind to the detector.</li>" +
      std::string(spec.split.by_folds() ? "<li>In folds no single setting is judged, but the way of choosing one.</li>"
                                        : "") +
      "</ul>\n<h2 id=\"provenance\">Where it comes from</h2>\n<dl><dt>Detector</dt><dd><code>" +
      escaped(spec.detector.name) + "</code></dd><dt>Looks at this test data</dt><dd>" +
      (around.looks > 0 ? counted(around.looks) + ", this one included" : "no ledger was asked") +
      "</dd><dt>Seed</dt><dd>" + std::to_string(spec.seed) + "</dd><dt>vagus</dt><dd>" + escaped(vagus_version()) +
      "</dd></dl>\n<footer>" + std::string(not_a_device()) + "</footer>\n";
  return page(
      "Sweep " + spec.name + ": " + std::string(name(sweep.verdict)) + (around.simulated ? " (simulated data)" : ""),
      out, report_script());
}

}  // namespace vagus::lab
