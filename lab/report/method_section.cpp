#include "lab/report/method_section.h"

#include <algorithm>

#include "lab/report/html.h"
#include "lab/study/folds.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

/// Which laws a prototype holds, tried on the standard signal.
std::string laws_table(const std::vector<Law>& laws) {
  std::string out =
      "<div class=\"scroll\"><table id=\"laws\"><thead><tr><th class=\"t\">Law</th><th class=\"t\">On the standard "
      "signal</th><th class=\"t\">How</th></tr></thead><tbody>\n";
  for (const Law& law : laws)
    out += "<tr><td class=\"t\">" + escaped(law.name) + "</td><td class=\"t\">" + std::string(name(law.state)) +
           "</td><td class=\"w\">" + escaped(law.why) + "</td></tr>\n";
  return out + "</tbody></table></div>";
}

}  // namespace

std::string method_section(const StudyResult& result) {
  const auto count = [&](Role role) {
    return std::count_if(result.records.begin(), result.records.end(), [&](const auto& r) { return r.role == role; });
  };
  const auto tuned = count(Role::tune) + count(Role::train);
  std::string out = "<h2 id=\"method\">How it was done</h2>\n<dl>\n";
  const auto row = [&](std::string_view what, const std::string& value) {
    out += "<dt>" + std::string(what) + "</dt><dd>" + value + "</dd>\n";
  };
  row("Detector", "<code>" + escaped(result.contract.name) + "</code> " + escaped(result.contract.version) + ": " +
                      escaped(result.contract.summary));
  const bool beats = result.spec.score.protocol == "ec57";
  if (result.stored) {
    row("Causal, initialised from truth", "not known here: the events were stored, the detector ran elsewhere");
  } else if (!result.causal) {
    row("Causal", "no: it sees whole recordings");
  } else if (std::string_view(result.contract.name) == simulated_events) {
    row("Causal", "its scores are simulated, each with its own delay; the rule that decides sees the past alone");
  } else if (result.contract_words) {
    row("Causal", "a stream; how late it answers nobody has said: a prototype");
  } else {
    row("Causal", "yes: sample by sample, each moment said at most " +
                      fixed(static_cast<double>(result.contract.latency_ms), 0) + " ms after it");
    row("Initialised from truth", "no");
  }
  if (!result.laws.empty()) row("Laws of the conformance kit", laws_table(result.laws));
  row("Tuned on recordings shown here",
      tuned > 0 ? plural(tuned, "recording") + ", and reported apart: the headline leaves them out"
                : std::string("none are named in the specification"));
  if (result.spec.score.protocol == "events")
    row("Match", std::string("rule ") + std::string(name(result.spec.score.rule)) +
                     ": a detection counts for the event whose impact is nearest among those in whose window it lies; "
                     "an event is found once; all others are false alarms");
  if (result.spec.score.protocol == "windows")
    row("Match", "the truth of a window is the class with most of its time; a window of less than " +
                     percent_as_stated(result.spec.score.pure_share) + " of one class is mixed");
  if (beats)
    row("Match",
        "a beat is found if the detector marks it within 150 ms; each mark goes to the nearer reference beat; beats "
        "between ventricular flutter marks are left out");
  if (beats) row("Beat classes", "<code>" + escaped(describe(BeatMap::bxb)) + "</code>");
  row("Reference", result.spec.score.reference.empty()
                       ? std::string(result.simulated ? "the simulation's own truth" : "all label tracks")
                       : "label track <code>" + escaped(result.spec.score.reference) + "</code>");
  row("Intervals",
      "exact binomial at the effective number of trials, by how much subjects differ (Korn and Graubard); of a "
      "worst figure exact binomial within that subject" +
          std::string(beats ? ""
                            : "; of rates negative binomial over people; of latencies product limit, of macro F1 "
                              "bootstrap, both by subject"));
  if (result.spec.split.by_folds())
    row("Folds", plural(static_cast<std::int64_t>(fold_names(result.records).size()), "fold") +
                     " of subjects; nothing that is chosen or learned for a subject comes from its own fold");
  row("Verdict rule", "the two-sided interval at the confidence stated decides: met, not met, or not shown");
  return out + "</dl>\n";
}

std::string left_out_section(const StudyResult& result) {
  std::string out;
  if (!result.failed.empty()) {
    out +=
        "<h2 id=\"failed\">Recordings that failed</h2>\n<p>They are in no figure, and no requirement that they belong "
        "to is "
        "called met.</p>\n<div class=\"scroll\"><table><thead><tr><th class=\"t\">Recording</th><th "
        "class=\"t\">Why</th></tr></thead><tbody>\n";
    for (const auto& failure : result.failed)
      out += "<tr><td class=\"t\">" + escaped(failure.recording) + "</td><td class=\"w\">" + escaped(failure.why) +
             "</td></tr>\n";
    out += "</tbody></table></div>\n";
  }
  if (!result.excluded.empty()) {
    out +=
        "<h2 id=\"excluded\">Recordings left out on purpose</h2>\n<div class=\"scroll\"><table><thead><tr><th "
        "class=\"t\">Recording</th>"
        "<th class=\"t\">Reason given</th></tr></thead><tbody>\n";
    for (const auto& exclusion : result.excluded)
      out += "<tr><td class=\"t\">" + escaped(exclusion.recording) + "</td><td class=\"w\">" +
             escaped(exclusion.reason) + "</td></tr>\n";
    out += "</tbody></table></div>\n";
  }
  return out;
}

std::string provenance_section(const StudyResult& result) {
  const DataSpec& data = result.spec.data;
  std::string out = "<h2 id=\"provenance\">Where it comes from</h2>\n<dl>\n";
  const auto row = [&](std::string_view what, const std::string& value) {
    out += "<dt>" + std::string(what) + "</dt><dd>" + value + "</dd>\n";
  };
  std::string from;
  for (const auto& set : data.sets) from += (from.empty() ? "" : ", ") + escaped(set);
  if (data.simulate)
    from = "simulated cohort of kind " + escaped(data.simulate->kind) + ", " +
           plural(data.simulate->subjects, "subject") + ", " + clock_time(data.simulate->duration_s) + " each, seed " +
           std::to_string(result.spec.seed);
  row("Data", from + ", " + plural(static_cast<std::int64_t>(result.records.size()), "recording") + " scored" +
                  (data.where.empty() ? "" : ", where " + escaped(data.where.text())) +
                  (data.resample_hz > 0 ? ", resampled to " + fixed(data.resample_hz, 0) + " Hz" : ""));
  for (const auto& [set, version] : result.versions) row("Version of " + escaped(set), "<code>" + version + "</code>");
  row("Data hash", "<code>" + result.data_hash + "</code> (every signal and every label)");
  row("Detector sources", "<code>" + result.code + "</code>");
  std::string config;
  for (const auto& [key, value] : result.config)
    config += (config.empty() ? "" : ", ") + escaped(key) + " = " + shortest(value);
  row("Configuration", config.empty() ? "defaults" : config);
  row("vagus", escaped(vagus_version()) + ", detector version " + escaped(result.contract.version));
  row("Method stands on", escaped(result.contract.source));
  std::string environment;
  const Json build = environment_of_build();
  for (const auto& [what, value] : build.items())
    environment += (environment.empty() ? "" : ", ") + escaped(what) + " " + escaped(value.get<std::string>());
  row("Computed with", environment);
  row("Seed", std::to_string(result.spec.seed));
  row("Looks at this test data",
      result.looks > 0 ? counted(result.looks) + ", this one included" : "no ledger was asked");
  row("Every count",
      "in <code>results.json</code> beside this page; <code>vagus study verify</code> derives it again, "
      "<code>vagus study explain</code> says where each number comes from");
  return out + "</dl>\n";
}

}  // namespace vagus::lab
