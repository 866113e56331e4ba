#include "lab/report/review_page.h"

#include <cmath>
#include <set>

#include "lab/base/error.h"
#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/page_scripts.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

double end_of(const Trace& signal) { return signal.t0_s + static_cast<double>(signal.values.size()) / signal.rate_hz; }

void check(const ReviewSet& set) {
  if (set.cases.empty()) throw UsageError("a review needs a case");
  std::set<std::string> ids;
  for (const ReviewCase& one : set.cases) {
    if (!ids.insert(one.id).second) throw UsageError("two cases of a review are called '" + one.id + "'");
    const bool inside = one.signal.rate_hz > 0 && one.t_s >= one.signal.t0_s && one.t_s <= end_of(one.signal);
    if (!inside) throw UsageError("case '" + one.id + "' lies outside the stretch that is shown");
  }
}

Json case_json(const ReviewCase& one) {
  Excerpt excerpt;
  excerpt.t0_s = one.signal.t0_s;
  excerpt.t1_s = end_of(one.signal);
  excerpt.signal = one.signal;
  if (one.lines.empty()) excerpt.signal.name.clear();  // a lead may tell the recording
  excerpt.probes = one.lines;
  Wave wave;
  wave.excerpt = &excerpt;
  for (const ReviewMark& mark : one.marks) wave.marks.push_back({Mark::Kind::candidate, mark.t_s, mark.label});
  return {{"id", one.id}, {"t_s", number(one.t_s)}, {"question", one.question}, {"wave", packed_wave(wave)}};
}

}  // namespace

std::string review_set_hash(const ReviewSet& set) {
  Hasher hasher;
  hasher.field("vagus.label-review/1").field(set.title).field(static_cast<std::int64_t>(set.cases.size()));
  for (const ReviewCase& one : set.cases) {
    hasher.field(one.id).field(one.recording).field(one.t_s).field(one.question);
    hasher.field(one.signal.t0_s).field(one.signal.rate_hz);
    hasher.field(static_cast<std::int64_t>(one.signal.values.size()));
    for (const float value : one.signal.values) hasher.field(static_cast<double>(value));
    hasher.field(static_cast<std::int64_t>(one.marks.size()));
    for (const ReviewMark& mark : one.marks) hasher.field(mark.t_s).field(mark.label);
    for (const ProbeTrace& line : one.lines) {
      hasher.field("line").field(line.name).field(static_cast<std::int64_t>(line.points.size()));
      for (const ProbePoint& point : line.points) hasher.field(point.t_s).field(static_cast<double>(point.value));
    }
  }
  return hasher.hex();
}

std::string review_page(const ReviewSet& set) {
  check(set);
  Json cases = Json::array();
  for (const ReviewCase& one : set.cases) cases.push_back(case_json(one));
  const Json data = {
      {"schema", "vagus.label-review/1"}, {"hash", review_set_hash(set)}, {"title", set.title}, {"cases", cases}};
  std::string body;
  if (set.simulated)
    body +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>Every signal on this page was made by a "
        "simulator.</span></div>\n";
  body += "<h1>" + escaped(set.title) + "</h1>\n<p>" + escaped(set.instructions) +
          "</p>\n<details open><summary>How it is done</summary><p>Each case asks about the violet mark with the "
          "question mark. <kbd>A</kbd> accepts it, <kbd>R</kbd> rejects it, <kbd>M</kbd> moves it with the arrow keys, "
          "<kbd>U</kbd> says that you cannot tell. <kbd>Z</kbd> takes the last decision back; the arrow keys go from "
          "case to case, <kbd>N</kbd> to the next open one; <kbd>+</kbd> and <kbd>-</kbd> zoom; <kbd>S</kbd> saves the "
          "file. Nothing leaves this computer until you give the file to somebody.</p></details>\n";
  body +=
      "<noscript><p><strong>This page needs its script, which is inside it: please allow scripts for "
      "it.</strong></p></noscript>\n<section id=\"review\"></section>\n";
  body += "<script type=\"application/json\" id=\"cases\">" + script_json(data) + "</script>\n<footer>" +
          std::string(not_a_device()) + "</footer>\n";
  return page(set.title, body, review_script());
}

}  // namespace vagus::lab
