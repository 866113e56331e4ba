#include "lab/study/guard_json.h"

#include <algorithm>

namespace vagus::lab {
namespace {

Json properties_json(const std::vector<PropertyLook>& looks) {
  Json all = Json::array();
  for (const PropertyLook& look : looks)
    all.push_back({{"property", look.property},
                   {"label", look.label},
                   {"trials", look.trials},
                   {"subjects", look.subjects},
                   {"area", number(look.area.value)},
                   {"interval", Json::array({number(look.area.interval.low), number(look.area.interval.high)})},
                   {"p_corrected", number(look.p)},
                   {"values", look.values},
                   {"outcome", name(look.state)}});
  return all;
}

}  // namespace

Json guards_json(const GuardReport& report) {
  Json looks = Json::array();
  for (const GuardLook& look : report.looks)
    looks.push_back(
        {{"name", look.name}, {"outcome", name(look.state)}, {"looked_at", look.looked_at}, {"found", look.found}});
  Json cures = Json::array();
  for (const CureLook& cure : report.cures)
    cures.push_back({{"cure", cure.cure}, {"property", cure.property}, {"cured", cure.cured}, {"why", cure.why}});
  return {{"looks", looks},
          {"properties", properties_json(report.properties)},
          {"properties_as_recorded", properties_json(report.as_recorded)},
          {"cures", cures}};
}

Json accepted_json(const GuardReport& report) {
  Json all = Json::array();
  for (const AcceptedProperty& one : report.accepted) {
    const bool tells = std::any_of(report.properties.begin(), report.properties.end(), [&](const PropertyLook& look) {
      return look.property == one.property && look.state == GuardState::accepted;
    });
    all.push_back({{"property", one.property}, {"reason", one.reason}, {"tells", tells}});
  }
  return all;
}

}  // namespace vagus::lab
