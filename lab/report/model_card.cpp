#include "lab/report/model_card.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/study_report.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

/// Text in Markdown: what could be markup is escaped, lines are joined.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

/// A sentence to go on after.
std::string_view without_stop(std::string_view text) {
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

std::string estimate_text(const Statistic& about, const Estimate& estimate, const Interval& interval) {
  if (std::isnan(estimate.value)) return "unknown";
  return printed(about, estimate.value) + " (" + printed(about, interval.low) + " to " + printed(about, interval.high) +
         ")";
}

void line(std::string& out, const std::string& text) { out += text + "\n"; }

void intended_use(std::string& out, const StudyResult& result) {
  line(out, "## Intended use\n");
  line(out,
       plain(without_stop(result.contract.summary)) + ". For research and development, on people like those below.\n");
  line(out,
       "vagus is not a medical device: it is not cleared or approved for diagnosis, treatment or monitoring, and "
       "nothing "
       "here may be used for the care of a person.\n");
  const std::string lateness = !result.causal ? "It is not causal: it sees whole recordings."
                               : result.contract_words
                                   ? "How late it answers is not known."
                                   : "It runs sample by sample and answers at most " +
                                         fixed(static_cast<double>(result.contract.latency_ms), 0) + " ms late.";
  line(out, lateness + " Method: " + plain(result.contract.source) + "\n");
}

void data(std::string& out, const StudyResult& result) {
  line(out, "## Data\n");
  const DataSpec& spec = result.spec.data;
  std::string from;
  for (const auto& set : spec.sets) {
    const auto version = result.versions.find(set);
    from += (from.empty() ? "" : ", ") + plain(set) +
            (version == result.versions.end() ? "" : " (version " + version->second.substr(0, 16) + ")");
  }
  if (spec.simulate)
    from =
        "a simulated cohort of kind " + plain(spec.simulate->kind) + ", " + plural(spec.simulate->subjects, "subject");
  line(out, "- From: " + from);
  const GroupResult& judged = result.groups.front();
  line(out, "- Judged: " + plural(judged.records, "recording") + " of " + plural(judged.subjects, "subject"));
  if (!spec.where.empty()) line(out, "- Only where " + plain(spec.where.text()));
  for (const auto& one : result.excluded)
    line(out, "- Left out: " + plain(one.recording) + " (" + plain(one.reason) + ")");
  for (const auto& one : result.failed) line(out, "- Failed: " + plain(one.recording) + " (" + plain(one.why) + ")");
  line(out, "- Reference: label track " + plain(result.spec.score.reference) + ", scored by " +
                plain(result.spec.score.protocol) + " from " + shortest(result.spec.score.start_s) + " s on\n");
}

void figures(std::string& out, const StudyResult& result) {
  line(out, "## Figures\n");
  line(out, "Verdict: " + std::string(name(result.verdict)) + ". " + plain(result.sentence) + "\n");
  for (const auto& why : result.exploratory) line(out, "Exploratory, not confirmatory: " + plain(why) + ".\n");
  if (result.requirements.empty()) {
    line(out, "The specification states no requirement.\n");
    return;
  }
  line(out, "| requirement | wanted | estimate (interval) | confidence | verdict |\n|---|---|---|---|---|");
  for (const auto& one : result.requirements) {
    const bool least = one.asked.bound.direction == Direction::at_least;
    line(out,
         "| " + plain(one.asked.name) + (one.asked.group.empty() ? "" : ", where " + plain(one.asked.group.text())) +
             " | " + (least ? "at least " : "at most ") +
             printed(statistic(one.asked.statistic), one.asked.bound.bound) + " | " +
             estimate_text(statistic(one.asked.statistic), one.judgement.estimate, one.judgement.one_sided) + " | " +
             percent_as_stated(one.asked.bound.confidence) + " | " + std::string(name(one.verdict)) + " |");
  }
  if (result.on_original)
    line(out, "\nLabels of " + plural(static_cast<std::int64_t>(result.on_original->mended.size()), "recording") +
                  " were mended after they were published; on the labels as published the verdict is " +
                  std::string(name(result.on_original->verdict)) + ".");
  line(out, "");
}

void groups(std::string& out, const StudyResult& result) {
  line(out, "## Groups\n");
  line(out, "Intervals of 95 %, by subject.\n");
  std::vector<std::string> statistics;
  for (const auto& [statistic, figure] : result.groups.front().figures) {
    const bool of_all = result.spec.score.protocol != "ec57" || statistic.ends_with("_gross") ||
                        statistic.ends_with("unreadable_share");
    if (of_all && !std::isnan(figure.estimate.value)) statistics.push_back(statistic);
  }
  std::string heads = "| part | recordings | subjects |", rule = "|---|---|---|";
  for (const auto& statistic : statistics) heads += " " + plain(statistic) + " |", rule += "---|";
  line(out, heads + "\n" + rule);
  for (const auto& group : result.groups) {
    std::string row = "| " + plain(group.name) + " | " + std::to_string(group.records) + " | " +
                      std::to_string(group.subjects) + " |";
    for (const auto& statistic : statistics) {
      const auto at = group.figures.find(statistic);
      row += " " +
             (at == group.figures.end()
                  ? ""
                  : estimate_text(lab::statistic(statistic), at->second.estimate, at->second.estimate.interval)) +
             " |";
    }
    line(out, row);
  }
  line(out, "");
}

void provenance(std::string& out, const StudyResult& result) {
  line(out, "## Provenance\n");
  line(out,
       "- " + plain(result.contract.name) + " " + plain(result.contract.version) + ", sources `" + result.code + "`");
  std::string config;
  for (const auto& [key, value] : result.config) config += (config.empty() ? "" : ", ") + key + " = " + shortest(value);
  line(out, "- Configuration: " + (config.empty() ? "defaults" : plain(config)));
  line(out, "- Data: every signal and every label `" + result.data_hash + "`");
  line(out, "- vagus " + plain(vagus_version()) +
                "; results.json beside this card carries every count, and `vagus study "
                "verify` derives it again\n");
}

}  // namespace

std::string model_card(const StudyResult& result, const Evidence& evidence) {
  std::string out = "# " + plain(result.contract.name) + " " + plain(result.contract.version) + ": study " +
                    plain(result.spec.name) + "\n\n";
  if (result.simulated)
    out +=
        "**SIMULATED DATA: every signal and label was made by a simulator. This card says nothing about people.**\n\n";
  if (!result.spec.question.empty()) out += plain(result.spec.question) + "\n\n";
  intended_use(out, result);
  data(out, result);
  figures(out, result);
  groups(out, result);
  line(out, "## Limits\n");
  for (const auto& one : limits_of(result, evidence)) line(out, "- " + plain(one));
  line(out, "");
  provenance(out, result);
  return out;
}

}  // namespace vagus::lab
