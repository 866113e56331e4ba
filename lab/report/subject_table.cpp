#include "lab/report/subject_table.h"

#include <algorithm>
#include <map>
#include <vector>

#include "lab/report/html.h"

namespace vagus::lab {
namespace {

struct SubjectRow {
  std::string subject;
  Role role = Role::judged;
  std::int64_t recordings = 0, tp = 0, fn = 0, fp = 0;
  double unreadable_s = 0, duration_s = 0;
};

std::vector<SubjectRow> rows_of(const StudyResult& result) {
  std::map<std::string, std::size_t> places;
  std::vector<SubjectRow> rows;
  for (const RecordResult& record : result.records) {
    const auto [at, fresh] = places.emplace(record.item.subject, rows.size());
    if (fresh) rows.push_back({record.item.subject, record.role, 0, 0, 0, 0, 0, 0});
    SubjectRow& row = rows[at->second];
    ++row.recordings;
    row.tp += record.scored.tp;
    row.fn += record.scored.fn;
    row.fp += record.scored.fp;
    row.unreadable_s += record.run.unreadable_s;
    row.duration_s += record.run.duration_s;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const SubjectRow& a, const SubjectRow& b) { return a.fn + a.fp > b.fn + b.fp; });
  return rows;
}

std::string number_cell(double sort_by, const std::string& text) {
  return "<td data-v=\"" + fixed(sort_by, 8) + "\">" + text + "</td>";
}

std::string share_cell(std::int64_t hits, std::int64_t of) {
  if (of == 0) return number_cell(-1, "unknown");
  const double share = static_cast<double>(hits) / static_cast<double>(of);
  const Interval interval = clopper_pearson(static_cast<double>(hits), static_cast<double>(of));
  return number_cell(share, percent(share) + "<small>" + percent_range(interval.low, interval.high) + "</small>");
}

}  // namespace

std::string subject_table(const StudyResult& result) {
  const std::vector<SubjectRow> rows = rows_of(result);
  if (rows.size() == result.records.size()) return {};
  std::string out =
      "<h2 id=\"subjects\">Every subject, worst first</h2>\n<div class=\"scroll\"><table "
      "class=\"sortable\"><caption>All "
      "recordings of a subject together, in the scored part; the 95&#8239;% interval takes the subject's beats as "
      "independent. Press a heading to sort.</caption><thead><tr>";
  constexpr const char* heads[] = {"Subject", "Part", "Recordings", "Beats",     "Missed",
                                   "False",   "Se",   "+P",         "Unreadable"};
  for (std::size_t i = 0; i < std::size(heads); ++i)
    out += std::string("<th") + (i < 2 ? " class=\"t\"" : "") + " scope=\"col\"><button type=\"button\">" + heads[i] +
           "</button></th>";
  out += "</tr></thead><tbody>\n";
  for (const SubjectRow& row : rows) {
    const bool split = result.spec.split.kind == SplitSpec::Kind::fixed;
    out += "<tr><td class=\"t\">" + escaped(row.subject) + "</td><td class=\"t\">" +
           (split ? std::string(name(row.role)) : "all") + "</td>";
    for (const std::int64_t count : {row.recordings, row.tp + row.fn, row.fn, row.fp})
      out += number_cell(static_cast<double>(count), counted(count));
    out += share_cell(row.tp, row.tp + row.fn) + share_cell(row.tp, row.tp + row.fp);
    const double unreadable = row.duration_s > 0 ? row.unreadable_s / row.duration_s : 0;
    out += number_cell(unreadable, percent(unreadable)) + "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace vagus::lab
