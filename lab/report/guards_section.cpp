#include "lab/report/guards_section.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"

namespace vagus::lab {
namespace {

std::string table(const std::string& caption, const std::string& heads, const std::string& rows) {
  return "<div class=\"scroll\"><table><caption>" + caption + "</caption><thead><tr>" + heads +
         "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string property_rows(const std::vector<PropertyLook>& looks) {
  std::string rows;
  for (const PropertyLook& look : looks) {
    rows += "<tr><td class=\"t\">" + escaped(look.property) + "</td><td class=\"t\">" + escaped(look.label) +
            "</td><td>" + fixed(look.area.value, 2) + "<small>" + fixed(look.area.interval.low, 2) + " to " +
            fixed(look.area.interval.high, 2) + "</small></td><td>" + fixed(look.p, 4) + "</td><td class=\"w\">" +
            escaped(look.values) + "</td><td class=\"t\">" + std::string(name(look.state)) + "</td></tr>\n";
  }
  return rows;
}

constexpr const char* property_heads =
    "<th class=\"t\">Property</th><th class=\"t\">Label</th><th>Area</th><th>p, corrected</th>"
    "<th class=\"t\">With the label, and without</th><th class=\"t\">Outcome</th>";

}  // namespace

std::string accepted_notes(const GuardReport& report) {
  std::string out;
  for (const AcceptedProperty& one : report.accepted) {
    const bool needed = std::any_of(report.properties.begin(), report.properties.end(), [&](const auto& look) {
      return look.property == one.property && look.state == GuardState::accepted;
    });
    out += "<p class=\"note\"><strong>Accepted leak</strong>: the property <code>" + escaped(one.property) +
           "</code> may tell the label: " + escaped(one.reason) + (needed ? ". It does." : ". It was not found to.") +
           "</p>\n";
  }
  return out;
}

std::string guards_section(const GuardReport& report) {
  if (report.looks.empty()) return {};
  std::string rows;
  for (const GuardLook& look : report.looks) {
    std::string found;
    for (const std::string& one : look.found) found += "<small>" + escaped(one) + "</small>";
    rows += "<tr><td class=\"t\">" + escaped(look.name) + "</td><td class=\"t\">" + std::string(name(look.state)) +
            "</td><td class=\"w\">" + escaped(look.looked_at) + found + "</td></tr>\n";
  }
  std::string out = "<h2 id=\"leakage\">Guards against leakage</h2>\n" +
                    table("What was looked at before the detector ran. A leak that is not accepted ends the study.",
                          "<th class=\"t\">Guard</th><th class=\"t\">Outcome</th><th class=\"t\">Looked at</th>", rows);
  const std::string how =
      "How well a property of the file alone tells the label: area under the ROC curve of what trials of other "
      "subjects "
      "with nearly the same value are, with its interval by subject, corrected for the number of looks";
  if (!report.properties.empty())
    out += table(how + "; as the detector sees the files.", property_heads, property_rows(report.properties));
  if (!report.as_recorded.empty())
    out += table("The same of the files as recorded, before the cures.", property_heads,
                 property_rows(report.as_recorded));
  std::string cures;
  for (const CureLook& cure : report.cures)
    cures += "<tr><td class=\"w\">" + escaped(cure.cure) + "</td><td class=\"t\">" + escaped(cure.property) +
             "</td><td class=\"t\">" + (cure.cured ? "cured" : "not cured") + "</td><td class=\"w\">" +
             escaped(cure.why) + "</td></tr>\n";
  if (!cures.empty())
    out += table(
        "Cures that the specification declares.",
        "<th class=\"t\">Cure</th><th class=\"t\">Against</th><th class=\"t\">Outcome</th><th class=\"t\">Why</th>",
        cures);
  return out;
}

}  // namespace vagus::lab
