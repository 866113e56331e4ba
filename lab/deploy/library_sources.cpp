#include "lab/deploy/library_sources.h"

#include <fmt/format.h>

#include <bit>
#include <deque>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/prototype/declared.h"
#include "lab/prototype/library_info.h"

namespace vagus::lab {
namespace {

/// What was printed as the C structures that it was printed of.
class Description {
 public:
  explicit Description(const Json& said) {
    info_.interface_version = said.at("interface_version");
    if (info_.interface_version != VAGUS_DETECTOR_INTERFACE) return;
    info_.name = text(said.at("name"));
    info_.version = text(said.at("version"));
    info_.summary = text(said.at("summary"));
    info_.event = text(said.at("event"));
    info_.stretches = said.at("stretches");
    info_.channel_count = said.at("channel_count");
    for (const Json& c : said.at("channels"))
      channels_.push_back(
          {text(c.at("column")), real(c.at("min_rate_hz")), real(c.at("max_rate_hz")), c.at("optional")});
    if (said.at("channels").is_array()) info_.channels = channels_.data();
    info_.setting_count = said.at("setting_count");
    for (const Json& s : said.at("settings"))
      settings_.push_back({text(s.at("name")), text(s.at("unit")), text(s.at("meaning")), real(s.at("standard")),
                           real(s.at("low")), real(s.at("high"))});
    if (said.at("settings").is_array()) info_.settings = settings_.data();
    info_.field_count = said.at("field_count");
    for (const Json& f : said.at("fields"))
      fields_.push_back({text(f.at("name")), text(f.at("unit")), f.at("labelled") != 0 ? &no_label_ : nullptr, 0});
    if (said.at("fields").is_array()) info_.fields = fields_.data();
    info_.probe_count = said.at("probe_count");
    for (const Json& p : said.at("probes")) probes_.push_back(text(p));
    if (said.at("probes").is_array()) info_.probes = probes_.data();
    info_.state_bytes = said.at("state_bytes");
    info_.state_align = said.at("state_align");
    // They are on the core; here only whether they are there is asked.
    if (said.at("has_init") != 0) info_.init = [](void*, float, const float*) { return 1; };
    if (said.at("has_push") != 0) info_.push = [](void*, const float*, const vagus_detector_sink*) {};
  }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;
  const vagus_detector_info& info() const { return info_; }

 private:
  const char* text(const Json& said) {
    return said.is_string() ? texts_.emplace_back(said.get<std::string>()).c_str() : nullptr;
  }
  static float real(const Json& bits) { return std::bit_cast<float>(bits.get<std::uint32_t>()); }

  std::deque<std::string> texts_;
  const char* no_label_ = "";
  std::vector<vagus_detector_channel> channels_;
  std::vector<vagus_detector_setting> settings_;
  std::vector<vagus_detector_field> fields_;
  std::vector<const char*> probes_;
  vagus_detector_info info_{};
};

/// A literal that is a float on the core.
std::string literal(double value) { return fmt::format("static_cast<float>({})", shortest(value)); }

/// In quotes, for C++.
std::string string_literal(const std::string& text) { return Json(text).dump(); }

}  // namespace

DescribedLibrary described_library(const LibrarySources& sources, const std::string& printed) {
  const std::string file = sources.files.front().string();
  const Json said = Json::parse(printed, nullptr, false);
  if (!said.is_object() || !said.contains("there"))
    throw Error("vagus_detector() did not come to its end on the emulated core: " + printed, file);
  if (said.at("there") == 0) throw Error(fault_of(nullptr), file);
  const Description description(said);
  const vagus_detector_info& info = description.info();
  if (const std::string fault = fault_of(&info); !fault.empty()) throw Error(fault, file);
  if (info.state_bytes > library_state_bytes)
    throw Error(fmt::format("its state takes {} bytes, and {} are set aside for it on the emulated core",
                            info.state_bytes, library_state_bytes),
                file);
  const auto declared = std::make_shared<Declared>(declared_of(described(info, ""), file));
  settle(*declared, [](const Config&, Wanted) { return std::unique_ptr<Instance>(); });
  return {sources, std::shared_ptr<const DetectorInfo>(declared, &declared->info), info.state_bytes, info.state_align};
}

std::string library_settings(const DescribedLibrary& library, const Config& config, double rate_hz, int seconds) {
  const DetectorInfo& info = *library.info;
  std::string reads, settings;
  for (const ChannelNeed& need : info.contract->reads)
    reads += fmt::format("{{vagus::Quantity({}), vagus::Unit({}), {}, {}, {}}}, ", static_cast<int>(need.quantity),
                         static_cast<int>(need.unit), literal(static_cast<double>(need.min_rate_hz)),
                         literal(static_cast<double>(need.max_rate_hz)), need.optional);
  for (const FieldInfo& field : info.config) {
    if (field.name == "rate_hz") continue;  // init takes it apart from the settings
    const auto given = config.find(field.name);
    settings += literal(given == config.end() ? field.standard : given->second) + ", ";
  }
  return fmt::format(
      "#pragma once\n#define VAGUS_COST_LIBRARY\n#define VAGUS_COST_NAME {}\n#define VAGUS_COST_READS {}\n"
      "#define VAGUS_COST_RATE_HZ {}\n#define VAGUS_COST_SETTINGS {}0.0F\n#define VAGUS_COST_STATE_BYTES {}\n"
      "#define VAGUS_COST_STATE_ALIGN {}\n#define VAGUS_COST_SECONDS {}\n",
      string_literal(info.contract->name), reads, literal(rate_hz), settings, library.state_bytes, library.state_align,
      seconds);
}

}  // namespace vagus::lab
