#include "lab/study/guards/report.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace vagus::lab {

std::string_view name(GuardState state) {
  switch (state) {
    case GuardState::clear:
      return "clear";
    case GuardState::noted:
      return "noted";
    case GuardState::accepted:
      return "accepted";
    case GuardState::refused:
      return "refused";
    default:
      return "not looked";
  }
}

std::string GuardReport::refused() const {
  std::string text;
  for (const GuardLook& look : looks) {
    if (look.state != GuardState::refused) continue;
    for (const std::string& one : look.found) text += (text.empty() ? "" : "; ") + one;
  }
  return text;
}

const std::vector<std::string>& guarded_properties() {
  static const std::vector<std::string> names{"true_rate", "bandwidth", "length",     "quantisation",
                                              "channels",  "gaps",      "start_time", "device"};
  return names;
}

std::string guarded_property(std::string_view written) {
  std::string plain;
  for (const char c : written) {
    if (c == '_' || c == '-' || c == ' ') continue;
    plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  static const std::pair<const char*, const char*> spellings[] = {{"truerate", "true_rate"},
                                                                  {"truesamplingrate", "true_rate"},
                                                                  {"samplingrate", "true_rate"},
                                                                  {"rate", "true_rate"},
                                                                  {"ratehz", "true_rate"},
                                                                  {"trueratehz", "true_rate"},
                                                                  {"bandwidth", "bandwidth"},
                                                                  {"bandwidthhz", "bandwidth"},
                                                                  {"band", "bandwidth"},
                                                                  {"length", "length"},
                                                                  {"lengths", "length"},
                                                                  {"duration", "length"},
                                                                  {"durations", "length"},
                                                                  {"quantisation", "quantisation"},
                                                                  {"quantization", "quantisation"},
                                                                  {"bits", "quantisation"},
                                                                  {"resolution", "quantisation"},
                                                                  {"resolutionbits", "quantisation"},
                                                                  {"channels", "channels"},
                                                                  {"channelcount", "channels"},
                                                                  {"gaps", "gaps"},
                                                                  {"starttime", "start_time"},
                                                                  {"start", "start_time"},
                                                                  {"timeofday", "start_time"},
                                                                  {"device", "device"}};
  for (const auto& [spelling, name] : spellings) {
    if (plain == spelling) return name;
  }
  return {};
}

}  // namespace vagus::lab
