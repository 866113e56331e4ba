#include "lab/report/study_report.h"

#include <algorithm>
#include <cmath>

#include "lab/report/figures.h"
#include "lab/report/guards_section.h"
#include "lab/report/html.h"
#include "lab/report/method_section.h"
#include "lab/report/operating_section.h"
#include "lab/report/page_scripts.h"
#include "lab/report/protocol_sections.h"
#include "lab/report/quality_sweep.h"
#include "lab/report/subject_table.h"
#include "lab/report/sweep_section.h"
#include "lab/report/trial_section.h"

namespace vagus::lab {
namespace {

std::string kebab(std::string_view words) {
  std::string text(words);
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

std::string with_interval(double value, const Interval& interval) {
  if (!std::isfinite(value)) return "unknown";
  return "<span data-value>" + percent(value) + "</span><small data-interval>" +
         percent_range(interval.low, interval.high) + "</small>";
}

/// What an element needs to follow the threshold with a statistic over a group; "" where it cannot.
std::string following(const Evidence& evidence, std::string_view statistic_name, const std::string& group) {
  const Statistic& about = statistic(statistic_name);
  if (!evidence.operating || protocol_of(about) != "ec57" || about.whole || about.unreadable_wrong ||
      about.of == Statistic::Of::unreadable_share)
    return {};
  return follows(*evidence.operating, about.of == Statistic::Of::sensitivity ? "sensitivity" : "predictivity",
                 figure_over(about), group);
}

std::string cell(std::string_view content, std::string_view style = {}) {
  return (style.empty() ? "<td>" : "<td class=\"" + std::string(style) + "\">") + std::string(content) + "</td>";
}

const Figure& figure_of(const GroupResult& group, const char* statistic) { return group.figures.at(statistic); }

std::string figure_cell(const Evidence& evidence, const GroupResult& group, const char* statistic, bool who = false) {
  const Figure& figure = figure_of(group, statistic);
  std::string text = with_interval(figure.estimate.value, figure.estimate.interval);
  if (who && !figure.who.empty()) text += "<small data-who>" + escaped(figure.who) + "</small>";
  const std::string follow = following(evidence, statistic, group.name);
  return "<td" + (follow.empty() ? " class=\"fixed\"" : follow) + ">" + text + "</td>";
}

/// A count that follows the threshold where the page has its sums.
std::string sum_cell(const Evidence& evidence, const GroupResult& group, const char* column, std::int64_t count) {
  if (!evidence.operating) return cell(counted(count));
  const auto& known = evidence.operating->groups;
  const auto at = std::find(known.begin(), known.end(), group.name) - known.begin();
  if (at == static_cast<std::ptrdiff_t>(known.size())) return cell(counted(count), "fixed");
  return std::string("<td data-sum=\"") + column + " " + std::to_string(at) + "\">" + counted(count) + "</td>";
}

/// Which requirements and claims stand in the way, by name.
std::string what_is_short(const StudyResult& result) {
  std::string out;
  for (const Verdict verdict : {Verdict::not_met, Verdict::not_shown}) {
    std::string names;
    const auto take = [&](Verdict of, const std::string& name) {
      if (of == verdict) names += (names.empty() ? "" : "; ") + escaped(name);
    };
    for (const RequirementResult& one : result.requirements) take(one.verdict, one.asked.name);
    for (const HypothesisResult& one : result.hypotheses) take(one.verdict, one.asked.name);
    for (const CostResult& one : result.costs) take(one.verdict, one.asked.metric + " on " + one.asked.core);
    if (!names.empty())
      out += std::string("<br>") + (verdict == Verdict::not_met ? "Not met: " : "Not shown: ") + names + ".";
  }
  return out;
}

std::string top_of_page(const StudyResult& result) {
  std::string out;
  if (result.simulated)
    out +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>Every signal and label on this page was made by a "
        "simulator. It says nothing about people.</span></div>\n";
  out += "<h1>Study: " + escaped(result.spec.name) + "</h1>\n";
  if (!result.spec.question.empty()) out += "<p class=\"question\">" + escaped(result.spec.question) + "</p>\n";
  out += "<div class=\"verdict " + kebab(name(result.verdict)) +
         "\" role=\"status\"><strong>Verdict: " + std::string(name(result.verdict)) + "</strong>" +
         escaped(result.sentence) + what_is_short(result) + "</div>\n";
  out += accepted_notes(result.guards);
  for (const auto& why : result.exploratory)
    out += "<p class=\"note\"><strong>Exploratory</strong>, not confirmatory: " + escaped(why) + ".</p>\n";
  return out;
}

std::string cards(const StudyResult& result, const Evidence& evidence) {
  if (result.spec.score.protocol != "ec57") return {};
  std::string out = "<div class=\"cards\">\n";
  for (const GroupResult& shown : result.groups) {
    if (&shown != &result.groups.front() && shown.name != all_recordings) continue;
    const auto card = [&](const char* statistic, const char* title) {
      const Estimate& estimate = figure_of(shown, statistic).estimate;
      out += "<div class=\"card\"" + following(evidence, statistic, shown.name) + "><small>" + std::string(title) +
             ", " + escaped(shown.name) + "</small><b data-value>" + percent(estimate.value) +
             "</b><small>95&#8239;% interval <span data-interval>" +
             percent_range(estimate.interval.low, estimate.interval.high) + "</span> &middot; " +
             plural(shown.records, "recording") + ", " + plural(shown.subjects, "subject") + "</small></div>\n";
    };
    card("ec57.sensitivity_gross", "Sensitivity");
    card("ec57.positive_predictivity_gross", "Positive predictivity");
  }
  return out + "</div>\n<p class=\"note\">Both by protocol ec57 (ANSI/AAMI EC57), gross over all beats from " +
         clock_time(result.spec.score.start_s) + " to the end of each recording.</p>\n";
}

/// Of a requirement that can be judged at another threshold too; its place in the operating data.
std::string requirement_following(const Evidence& evidence, std::size_t index) {
  if (!evidence.operating) return {};
  const auto& known = evidence.operating->requirements;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].asked != index) continue;
    return follows(*evidence.operating, known[i].figure, known[i].over, evidence.operating->groups[known[i].group]) +
           " data-requirement=\"" + std::to_string(i) + "\" data-confidence=\"" + shortest(known[i].confidence) + "\"";
  }
  return " class=\"fixed\"";
}

/// How much data like this would show a requirement that is not shown.
std::string would_show(const StudyResult& result, const Evidence& evidence, std::size_t index) {
  const std::string text = needed_text(result, evidence, index);
  return text.empty() ? text : "<small class=\"would-show\">" + escaped(text) + "</small>";
}

std::string requirements(const StudyResult& result, const Evidence& evidence) {
  std::string out = "<h2 id=\"requirements\">Requirements</h2>\n";
  if (result.requirements.empty()) return out + "<p>The specification states none.</p>\n";
  out +=
      "<div class=\"scroll\"><table><caption>Met: the whole interval satisfies the bound. Not met: no value in it "
      "does. "
      "Not shown: these data cannot tell.</caption><thead><tr><th class=\"t\">Requirement</th><th "
      "class=\"t\">Statistic</th>"
      "<th>Estimate and interval</th><th>Bound</th><th>Confidence</th><th>Subjects</th><th class=\"t\">Verdict</th>"
      "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < result.requirements.size(); ++i) {
    const RequirementResult& one = result.requirements[i];
    const RequirementSpec& asked = one.asked;
    const Judgement& judgement = one.judgement;
    out += "<tr" + requirement_following(evidence, i) + "><td class=\"w\">" + escaped(asked.name) +
           (asked.group.empty() ? "" : "<small>where " + escaped(asked.group.text()) + "</small>") + "</td>";
    out += "<td class=\"w\">" + escaped(describe(statistic(asked.statistic))) + "<small><code>" +
           escaped(asked.statistic) + "</code></small></td>";
    const Statistic& about = statistic(asked.statistic);
    out += cell((quantity(about) == Quantity::share
                     ? with_interval(judgement.estimate.value, judgement.one_sided)
                     : value_with_interval(about, judgement.estimate.value, judgement.one_sided)) +
                (one.who.empty() ? "" : "<small data-who>" + escaped(one.who) + "</small>"));
    out += cell(std::string(asked.bound.direction == Direction::at_least ? "&ge; " : "&le; ") +
                as_stated(about, asked.bound.bound));
    out += cell(percent_as_stated(asked.bound.confidence));
    out += cell(counted(judgement.estimate.clusters) + "<small>" + plural(one.records, "recording") + "</small>" +
                would_show(result, evidence, i));
    out += "<td class=\"w\"><span data-verdict class=\"v-" + kebab(name(one.verdict)) + "\">" +
           std::string(name(one.verdict)) + "</span><small data-why>" + escaped(one.why) + "</small><small>" +
           escaped(judgement.estimate.method) + "</small></td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string groups(const StudyResult& result, const Evidence& evidence) {
  std::string out =
      "<h2 id=\"figures\">Figures, part by part</h2>\n<div class=\"scroll\"><table><caption>Protocol ec57, from " +
      clock_time(result.spec.score.start_s) +
      " to the end; under each estimate its 95&#8239;% interval, by subject. Gross counts all beats together; the "
      "average gives "
      "each subject the same weight.</caption><thead><tr><th "
      "class=\"t\">Part</th><th>Beats</th><th>Missed</th><th>False</th>"
      "<th>Se gross</th><th>+P gross</th><th>Se average</th><th>+P average</th><th>Se worst subject</th>"
      "<th>+P worst subject</th></tr></thead><tbody>\n";
  for (const auto& group : result.groups) {
    out += "<tr><td class=\"w\">" + escaped(group.name) + "<small>" + plural(group.records, "recording") + ", " +
           plural(group.subjects, "subject") + "</small></td>";
    out += cell(counted(group.counts.tp + group.counts.fn)) + sum_cell(evidence, group, "fn", group.counts.fn) +
           sum_cell(evidence, group, "fp", group.counts.fp);
    out += figure_cell(evidence, group, "ec57.sensitivity_gross") +
           figure_cell(evidence, group, "ec57.positive_predictivity_gross");
    out += figure_cell(evidence, group, "ec57.sensitivity_average") +
           figure_cell(evidence, group, "ec57.positive_predictivity_average");
    out += figure_cell(evidence, group, "ec57.sensitivity_worst", true) +
           figure_cell(evidence, group, "ec57.positive_predictivity_worst", true);
    out += "</tr>\n";
  }
  out +=
      "</tbody></table></div>\n<div class=\"scroll\"><table><caption>The same with the learning period, and with what "
      "the "
      "detector declined to read.</caption><thead><tr><th class=\"t\">Part</th><th>Se gross, whole record</th>"
      "<th>+P gross, whole record</th><th>Missed, whole</th><th>False, whole</th><th>Signal called unreadable</th>"
      "<th>Se gross, unreadable counted as wrong</th></tr></thead><tbody>\n";
  for (const auto& group : result.groups) {
    out += "<tr><td class=\"w\">" + escaped(group.name) + "</td>";
    out += figure_cell(evidence, group, "ec57_whole.sensitivity_gross") +
           figure_cell(evidence, group, "ec57_whole.positive_predictivity_gross");
    out += cell(counted(group.whole.fn)) + cell(counted(group.whole.fp));
    out += figure_cell(evidence, group, "ec57.unreadable_share") +
           figure_cell(evidence, group, "ec57.sensitivity_gross_unreadable_wrong");
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

/// The requirements on the labels as published and as mended, side by side.
std::string both_labels(const StudyResult& result) {
  if (!result.on_original) return {};
  const OnOriginalLabels& on = *result.on_original;
  std::string out =
      "<h2 id=\"labels\">On the labels as published, and as mended</h2>\n<p>People looked at labels of " +
      plural(static_cast<std::int64_t>(on.mended.size()), "recording") +
      " again. Everything else on this page is on the labels as mended.</p>\n<div class=\"scroll\"><table>"
      "<thead><tr><th class=\"t\">Requirement</th><th>As published</th><th class=\"t\">Verdict</th>"
      "<th>As mended</th><th class=\"t\">Verdict</th></tr></thead><tbody>\n";
  const auto of_verdict = [](Verdict verdict) {
    return "<td class=\"t\"><span class=\"v-" + kebab(name(verdict)) + "\">" + std::string(name(verdict)) +
           "</span></td>";
  };
  for (std::size_t i = 0; i < std::min(on.requirements.size(), result.requirements.size()); ++i) {
    const RequirementResult &before = on.requirements[i], &now = result.requirements[i];
    const auto figure_of_it = [](const RequirementResult& one) {
      const Statistic& about = statistic(one.asked.statistic);
      const Interval& interval = one.judgement.one_sided;
      return cell(escaped(printed(about, one.judgement.estimate.value)) + "<small>" +
                  escaped(printed(about, interval.low) + " to " + printed(about, interval.high)) + "</small>");
    };
    out += "<tr><td class=\"w\">" + escaped(now.asked.name) + "</td>" + figure_of_it(before) +
           of_verdict(before.verdict) + figure_of_it(now) + of_verdict(now.verdict) + "</tr>\n";
  }
  out += "<tr><td class=\"w\"><strong>All together</strong></td><td></td>" + of_verdict(on.verdict) + "<td></td>" +
         of_verdict(result.verdict) +
         "</tr>\n</tbody></table></div>\n<div class=\"scroll\"><table><thead><tr><th "
         "class=\"t\">Recording</th><th class=\"t\">By</th><th class=\"t\">Why</th></tr></thead><tbody>\n";
  for (const MendedLabels& one : on.mended)
    out += "<tr><td class=\"t\">" + escaped(one.recording) + "</td><td class=\"w\">" + escaped(one.author) +
           "</td><td class=\"w\">" + escaped(one.reason) + "</td></tr>\n";
  return out + "</tbody></table></div>\n";
}

std::string record_table(const StudyResult& result, const std::vector<RecordExcerpts>& order) {
  std::string out =
      "<h2 id=\"records\">Every recording, worst first</h2>\n" + dot_plot(result) +
      "<div class=\"scroll\"><table class=\"sortable\"><caption>Protocol ec57, from " +
      clock_time(result.spec.score.start_s) +
      " to the end; the last two figures are of the whole record. Press a heading to sort.</caption><thead><tr>";
  constexpr const char* heads[] = {"Recording", "Subject",  "Part",       "Beats", "Missed",   "False",   "Se",
                                   "+P",        "RR error", "Unreadable", "Gaps",  "Se whole", "+P whole"};
  for (std::size_t i = 0; i < std::size(heads); ++i)
    out += std::string("<th") + (i < 3 ? " class=\"t\"" : "") + " scope=\"col\"><button type=\"button\">" + heads[i] +
           "</button></th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& entry : order) {
    const RecordResult& record = result.records[entry.record];
    const Ec57& scored = record.scored;
    const auto value = [](double v) {
      return " data-v=\"" + (std::isfinite(v) ? fixed(v, 8) : std::string("-1")) + "\">";
    };
    const std::string id = escaped(record.item.id());
    out += "<tr><td class=\"t\">" +
           (entry.excerpts.empty() ? id : "<a href=\"#r" + std::to_string(entry.record) + "\">" + id + "</a>") +
           "</td>";
    out += "<td class=\"t\">" + escaped(record.item.subject) + "</td>";
    const bool split = result.spec.split.kind != SplitSpec::Kind::none;
    out += "<td class=\"t\">" + (split ? std::string(name(record.role)) : "all") + "</td>";
    const auto number_cell = [&](std::int64_t n) {
      out += "<td data-v=\"" + std::to_string(n) + "\">" + counted(n) + "</td>";
    };
    number_cell(scored.tp + scored.fn);
    number_cell(scored.fn);
    number_cell(scored.fp);
    const auto share_cell = [&](double v) { out += "<td" + value(v) + percent(v) + "</td>"; };
    share_cell(scored.se());
    share_cell(scored.ppv());
    out += "<td" + value(scored.rr_rms_ms()) + fixed(scored.rr_rms_ms(), 1) +
           (std::isfinite(scored.rr_rms_ms()) ? " ms" : "") + "</td>";
    share_cell(record.run.duration_s > 0 ? record.run.unreadable_s / record.run.duration_s : 0);
    number_cell(record.run.gaps);
    share_cell(record.whole.se());
    share_cell(record.whole.ppv());
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string limits(const StudyResult& result, const Evidence& evidence) {
  std::string out = "<section class=\"fixed\"><h2 id=\"limits\">Limits</h2>\n<ul>\n";
  for (const std::string& one : limits_of(result, evidence)) out += "<li>" + escaped(one) + "</li>\n";
  return out + "</ul></section>\n";
}

/// Links to what the page has.
std::string contents(const std::string& body) {
  constexpr std::pair<const char*, const char*> places[] = {{"requirements", "Requirements"},
                                                            {"hypotheses", "Hypotheses"},
                                                            {"budget", "Budget"},
                                                            {"operating-point", "Operating point"},
                                                            {"trials", "Trials"},
                                                            {"worth", "What an alarm is worth"},
                                                            {"figures", "Figures"},
                                                            {"sweep", "Settings swept"},
                                                            {"slices", "Where errors concentrate"},
                                                            {"labels", "Labels"},
                                                            {"subjects", "Subjects"},
                                                            {"records", "Recordings"},
                                                            {"agreement", "Agreement"},
                                                            {"cost", "Cost"},
                                                            {"leakage", "Leakage"},
                                                            {"method", "Method"},
                                                            {"limits", "Limits"},
                                                            {"provenance", "Provenance"},
                                                            {"mistakes", "Mistakes"}};
  std::string out = "<nav class=\"contents\" aria-label=\"Contents\">";
  for (const auto& [id, title] : places) {
    if (body.find("id=\"" + std::string(id) + "\"") != std::string::npos)
      out += "<a href=\"#" + std::string(id) + "\">" + title + "</a> ";
  }
  return out + "</nav>\n";
}

std::string section(const char* style, const std::string& html) {
  return html.empty() ? html : "<section class=\"" + std::string(style) + "\">" + html + "</section>\n";
}

}  // namespace

std::string needed_text(const StudyResult& result, const Evidence& evidence, std::size_t index) {
  const RequirementResult& one = result.requirements[index];
  if (one.verdict != Verdict::not_shown) return {};
  const RequirementPower* power =
      index < evidence.powers.size() && evidence.powers[index] ? &*evidence.powers[index] : nullptr;
  std::optional<std::int64_t> needed = one.judgement.subjects_needed;
  if (power != nullptr) {
    needed = power->needed;
    const Statistic::Over over = statistic(one.asked.statistic).over;
    if (over == Statistic::Over::worst || over == Statistic::Over::worst_record) return power->why;
    if (!needed && power->curve.empty()) return "no number of subjects like these would show it";
    if (!needed)
      return "even " + counted(power->curve.back().subjects) + " subjects like these would not show it (power 80 %)";
  }
  if (!needed) return {};
  std::string text = "about " + counted(*needed) + " subjects like these would show it (power 80 %";
  text += power != nullptr ? ")" : ", by extrapolation)";
  if (statistic(one.asked.statistic).of != Statistic::Of::alarms_per_day) return text;
  double worn_s = 0;
  for (const RecordResult& record : result.records)
    if (record.events && record.role == Role::judged && one.asked.group.picks(record.item.attributes))
      worn_s += record.events->counts.worn_s;
  const auto subjects = static_cast<double>(std::max<std::int64_t>(1, one.judgement.estimate.clusters));
  return text + ", " + counted(std::llround(static_cast<double>(*needed) * worn_s / 86400 / subjects)) +
         " days of wear";
}

std::vector<std::string> limits_of(const StudyResult& result, const Evidence& evidence) {
  std::vector<std::string> all;
  std::int64_t judged = 0;
  for (const auto& record : result.records) judged += record.role == Role::judged ? 1 : 0;
  if (result.simulated) all.emplace_back("The signals are simulated: nothing here is about people.");
  if (!result.exploratory.empty()) all.emplace_back("The result is exploratory, for the reasons under the verdict.");
  all.push_back("What is shown holds for people like those of the " + plural(judged, "judged recording") +
                "; people, devices and placements that are not among them were not examined.");
  all.emplace_back("The reference is taken as true. Where it errs, the detector is charged with it or excused by it.");
  all.emplace_back("Intervals take subjects as independent and as a fair sample of those the detector is meant for.");
  if (evidence.operating)
    all.emplace_back(
        "At other thresholds than the locked one nothing was validated: choosing there and reporting the figure from "
        "the same data would be too kind to the detector.");
  if (!result.failed.empty())
    all.push_back(plural(static_cast<std::int64_t>(result.failed.size()), "recording") +
                  " failed, and nothing is known of them.");
  if (result.on_original)
    all.emplace_back(
        "Labels were mended after they were published. Which cases were looked at followed from a detector's errors, "
        "so "
        "mended labels favour that detector; figures on the labels as published stand beside them.");
  all.insert(all.end(), evidence.limits.begin(), evidence.limits.end());
  return all;
}

std::string study_report(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts,
                         const Evidence& evidence) {
  const bool beats = result.spec.score.protocol == "ec57";
  std::string body = section("follows", requirements(result, evidence));
  if (const std::string claims = claims_section(result); !claims.empty()) body += section("fixed", claims);
  if (evidence.operating) body += operating_section(*evidence.operating);
  body += section("fixed", trial_section(result));
  body += section("fixed", predictive_value_section(result));
  body += section("follows", beats ? groups(result, evidence) : figure_rows(result));
  if (result.sweep) body += section("fixed", sweep_section(result.spec, *result.sweep));
  body += section("fixed", both_labels(result));
  body += section("fixed", left_out_section(result));
  body += slices_section(evidence);
  if (beats) body += section("fixed", subject_table(result));
  body += section("fixed", beats ? record_table(result, excerpts) : worst_recordings(result));
  body += agreement_section(evidence);
  body += cost_section(evidence);
  body += section("fixed", guards_section(result.guards));
  body += section("fixed", method_section(result));
  body += limits(result, evidence);
  body += section("fixed", provenance_section(result));
  // The longest part by far stands behind what everybody has to read.
  if (beats) body += section("fixed", evidence.waveforms ? gallery(result, excerpts) : mistake_list(result, excerpts));
  body += "<footer>" + std::string(not_a_device()) + "</footer>\n";
  return page("Study " + result.spec.name + ": " + std::string(name(result.verdict)) +
                  (result.simulated ? " (simulated data)" : ""),
              top_of_page(result) + cards(result, evidence) + contents(body) + body, report_script());
}

}  // namespace vagus::lab
