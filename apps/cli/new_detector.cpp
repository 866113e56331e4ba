/// `vagus new detector FAMILY.NAME`: the frame of a device detector, its test, a study and what builds it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include "apps/cli/command.h"
#include "apps/cli/new_text.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/detect/detector.h"
#include "lab/prototype/plugin.h"
#include "lab/signal/recording.h"

namespace vagus::cli {
namespace {

namespace fs = std::filesystem;

struct DetectorArguments {
  std::string name, from, output;
};

/// What is to be known of a kind of channel: rates in Hz, the largest value that is a measurement, noise at rest, and
/// the corner below which nothing is an event.
struct Kind {
  float low_hz, high_hz, standard_hz, most, floor, corner_hz;
};

Kind kind_of(Quantity quantity, Unit unit) {
  switch (quantity) {
    case Quantity::ecg:
      return unit == Unit::mv ? Kind{100, 1000, 250, 20, 0.02F, 5} : Kind{100, 1000, 250, 20000, 20, 5};
    case Quantity::acc_x:
    case Quantity::acc_y:
    case Quantity::acc_z:
      return unit == Unit::g ? Kind{25, 400, 100, 32, 0.03F, 5} : Kind{25, 400, 100, 320, 0.3F, 5};
    case Quantity::gyr_x:
    case Quantity::gyr_y:
    case Quantity::gyr_z:
      return {25, 400, 100, 4000, 1, 5};
    default:
      return {25, 250, 50, 1e6F, 1, 0.5F};
  }
}

/// One tunable of the frame.
struct Tunable {
  std::string name, unit, meaning;
  lab::FieldInfo::Kind kind = lab::FieldInfo::Kind::number;
  double standard = 0, low = 0, high = 1;
};

/// What a frame is written from.
struct Frame {
  std::string family, id, class_name, summary, event = "events";
  std::vector<ChannelNeed> reads;
  std::vector<Tunable> config;
  std::vector<lab::FieldInfo> outputs;  ///< beside sample and quality
  std::vector<std::string> probes = {"height", "background"};
};

bool is_identifier(const std::string& text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), fits);
}

/// "my_thing" -> "MyThing".
std::string camel(const std::string& id) {
  std::string out;
  bool up = true;
  for (const char c : id) {
    if (c != '_') out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = c == '_';
  }
  return out;
}

std::string cpp_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

/// A float literal: "5.0F", "0.02F".
std::string literal(double value) {
  std::string text = lab::shortest(static_cast<float>(value));
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "F";
}

/// The prototype of the file that the frame is for.
const lab::DetectorInfo& prototype_of(const std::string& file, const std::string& id) {
  const std::vector<std::string> names = lab::load_plugin(file);
  if (names.size() == 1) return lab::detector(names.front());
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ", ") + name;
    if (name.substr(name.rfind('.') + 1) == id) return lab::detector(name);
  }
  throw lab::UsageError(file + " declares " + all + ", and none is called " + id,
                        "name the new detector as one of them");
}

void take_prototype(Frame& frame, const lab::DetectorInfo& info) {
  if (!info.moment)
    throw lab::UsageError(std::string(info.contract->name) + " says stretches, and a frame says moments",
                          "examples/new_detector shows what an interval needs");
  frame.event = info.contract->event;
  frame.reads.assign(info.contract->reads.begin(), info.contract->reads.end());
  std::string summary = info.contract->summary;
  const std::string told = "Not causal: sees whole recordings. ";
  if (summary.starts_with(told)) summary.erase(0, told.size());
  if (!summary.empty()) frame.summary = summary;
  for (const lab::FieldInfo& field : info.config) {
    if (field.name == "rate_hz") continue;
    const double reach = field.standard == 0 ? 1e6 : 10 * std::abs(field.standard);
    Tunable one{field.name, field.unit, field.meaning, field.kind, field.standard, field.standard < 0 ? -reach : 0,
                reach};
    if (field.standard == 0) one.low = -reach;
    frame.config.push_back(std::move(one));
  }
  for (const lab::FieldInfo& field : info.outputs)
    if (field.name != "sample" && field.kind != lab::FieldInfo::Kind::label) frame.outputs.push_back(field);
  frame.probes.clear();
  for (const ProbeInfo& probe : info.contract->probes) frame.probes.emplace_back(probe.name);
}

/// What it reads where no prototype says so: by family.
void take_family(Frame& frame) {
  if (frame.family == "health") {
    frame.reads = {{Quantity::ecg, Unit::mv, 0, 0}};
    frame.event = "beats";
  } else {
    frame.reads = {
        {Quantity::acc_x, Unit::g, 0, 0}, {Quantity::acc_y, Unit::g, 0, 0}, {Quantity::acc_z, Unit::g, 0, 0}};
  }
}

std::string column(const ChannelNeed& need) {
  const std::string unit = name(need.unit);
  return std::string(name(need.quantity)) + (unit.empty() ? "" : "_" + unit);
}

/// As C++ names them: Quantity::acc_x, Unit::g are spelt as canonical CSV has them.
std::string unit_name(Unit unit) { return unit == Unit::none ? "none" : std::string(name(unit)); }

std::string config_type(lab::FieldInfo::Kind kind) {
  return kind == lab::FieldInfo::Kind::flag ? "bool" : kind == lab::FieldInfo::Kind::integer ? "std::int32_t" : "float";
}
std::string config_value(const Tunable& one) {
  if (one.kind == lab::FieldInfo::Kind::flag) return one.standard != 0 ? "true" : "false";
  if (one.kind == lab::FieldInfo::Kind::integer) return std::to_string(std::llround(one.standard));
  return literal(one.standard);
}
std::string config_field(const Tunable& one) {
  const std::string meaning = cpp_text(one.meaning);
  if (one.kind == lab::FieldInfo::Kind::flag)
    return fmt::format("      Field<Config>::flag(\"{0}\", &Config::{0}, \"{1}\"),\n", one.name, meaning);
  const bool whole = one.kind == lab::FieldInfo::Kind::integer;
  const auto bound = [&](double value) { return whole ? std::to_string(std::llround(value)) : literal(value); };
  return fmt::format("      Field<Config>::{0}(\"{1}\", \"{2}\", &Config::{1}, {3}, {4}, \"{5}\"),\n",
                     whole ? "integer" : "number", one.name, cpp_text(one.unit), bound(one.low), bound(one.high),
                     meaning);
}

using Words = std::map<std::string, std::string>;

void add_fields(const Frame& frame, Words& words) {
  std::string config, fields, outputs, output_fields, fill;
  for (const Tunable& one : frame.config) {
    config += fmt::format("    {} {} = {};\n", config_type(one.kind), one.name, config_value(one));
    fields += config_field(one);
  }
  bool scored = false;
  for (const lab::FieldInfo& one : frame.outputs) {
    const bool number = one.kind == lab::FieldInfo::Kind::number, flag = one.kind == lab::FieldInfo::Kind::flag;
    outputs += fmt::format("    {} {};\n", flag ? "bool" : number ? "float" : "std::int32_t", one.name);
    const char* said = "as the prototype says it";
    output_fields +=
        flag     ? fmt::format("      Field<Output>::flag(\"{0}\", &Output::{0}, \"{1}\"),\n", one.name, said)
        : number ? fmt::format("      Field<Output>::number(\"{0}\", \"\", &Output::{0}, \"{1}\"),\n", one.name, said)
                 : fmt::format("      Field<Output>::integer(\"{0}\", \"\", &Output::{0}, 0, 0, \"{1}\"),\n", one.name,
                               said);
    if (number && !scored) fill += fmt::format("    out.{} = score;\n", one.name);
    scored = scored || number;
  }
  words["CONFIG"] += config;
  words["CONFIG_FIELDS"] += fields;
  words["OUTPUTS"] = outputs;
  words["OUTPUT_FIELDS"] = output_fields;
  words["FILL_OUTPUT"] = fill;
}

void add_channels(const Frame& frame, const Kind& kind, Words& words) {
  std::string inputs, reads, measure, rest;
  for (const ChannelNeed& need : frame.reads) {
    const std::string own = column(need);
    inputs += (inputs.empty() ? "" : ", ") + own;
    reads += fmt::format("      {{Quantity::{}, Unit::{}, {}, {}}},\n", name(need.quantity), unit_name(need.unit),
                         kind.low_hz, kind.high_hz);
    measure += (measure.empty() ? "" : " + ") + fmt::format("in.{0} * in.{0}", own);
    rest += rest.empty() ? "x" : ", 0.0F";
  }
  const bool one = frame.reads.size() == 1;
  words["INPUTS"] = inputs;
  words["READS"] = reads;
  words["MEASURE"] = one ? "in." + inputs : "math::sqrt(" + measure + ")";
  words["TEST_INPUT"] = rest;
  words["REST"] = one ? "0.0F" : literal(20 * static_cast<double>(kind.floor));
  words["BUMP"] = literal(40 * static_cast<double>(kind.floor));
}

Words words_of(const Frame& frame) {
  constexpr float distance_ms = 200, background_ms = 500;
  Kind kind = kind_of(frame.reads.front().quantity, frame.reads.front().unit);
  for (const ChannelNeed& need : frame.reads) {
    const Kind other = kind_of(need.quantity, need.unit);
    kind.low_hz = std::max(kind.low_hz, other.low_hz);
    kind.high_hz = std::min(kind.high_hz, other.high_hz);
    kind.most = std::max(kind.most, other.most);
  }
  const auto cap = [&](float ms) { return static_cast<int>(std::ceil(ms * 0.001F * kind.high_hz)) + 2; };
  Words words = {{"NAME", frame.family + "." + frame.id},
                 {"FAMILY", frame.family},
                 {"ID", frame.id},
                 {"CLASS", frame.class_name},
                 {"SUMMARY", cpp_text(frame.summary)},
                 {"EVENT", cpp_text(frame.event)},
                 {"DISTANCE_MS", std::to_string(static_cast<int>(distance_ms))},
                 {"BACKGROUND_MS", std::to_string(static_cast<int>(background_ms))},
                 {"CORNER", literal(static_cast<double>(kind.corner_hz))},
                 {"MOST", literal(static_cast<double>(kind.most))},
                 {"FLOOR", literal(static_cast<double>(kind.floor))},
                 {"PEAKS_CAP", std::to_string(cap(distance_ms))},
                 {"BACKGROUND_CAP", std::to_string(cap(background_ms))},
                 {"RAM", std::to_string(4 * (cap(distance_ms) + cap(background_ms)) +
                                        8 * static_cast<int>(frame.config.size()) + 320)}};
  words["CONFIG"] = fmt::format("    float rate_hz = {};\n    float standing_out = 4;\n", kind.standard_hz);
  words["CONFIG_FIELDS"] = fmt::format(
      "      Field<Config>::number(\"rate_hz\", \"Hz\", &Config::rate_hz, {}, {}, \"rate of the even grid\"),\n"
      "      Field<Config>::number(\"standing_out\", \"\", &Config::standing_out, 1, 100, \"height over background: "
      "higher misses, lower invents\"),\n",
      kind.low_hz, kind.high_hz);
  words["THRESHOLD"] = "config_.standing_out";
  add_fields(frame, words);
  add_channels(frame, kind, words);
  std::string probes, said;
  const char* values[] = {"height", "background"};
  for (std::size_t i = 0; i < frame.probes.size(); ++i) {
    probes += (i == 0 ? "" : ", ") + fmt::format("{{\"{}\", \"\"}}", cpp_text(frame.probes[i]));
    if (i < std::size(values)) said += fmt::format("    probe(emit, {}, sample_, {});\n", i, values[i]);
  }
  words["PROBES"] = probes;
  words["SAY_PROBES"] = said;
  const int rate = static_cast<int>(kind.standard_hz);
  words["TRUTH"] = fmt::format("{}, {}, {}", 3 * rate, 5 * rate, 8 * rate);
  words["LENGTH"] = std::to_string(10 * rate);
  const bool beats = frame.event == "beats";
  const bool ecg = frame.reads.size() == 1 && frame.reads.front().quantity == Quantity::ecg;
  words["PROTOCOL"] = beats ? "ec57" : "events";
  words["PPV"] = beats ? "positive_predictivity_gross" : "ppv_gross";
  words["DATA"] =
      beats && ecg ? "simulate = {kind = \"ecg\", subjects = 20, duration_s = 60}" : "sets = [\"my-" + frame.id + "\"]";
  words["DATA_NOTE"] = beats && ecg ? "Simulated ECG to begin with: sets = [\"mitdb\"] asks the question of people."
                                    : "The recordings are your own: `vagus data add FOLDER --as my-" + frame.id +
                                          "` (docs/own-data.md).";
  return words;
}

std::string filled(const std::string& text, const Words& words) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('@', at), close = text.find('@', open + 1);
    if (open == std::string::npos || close == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open - at);
    out += words.at(text.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  return out;
}

int new_detector(const DetectorArguments& arguments) {
  const auto dot = arguments.name.find('.');
  Frame frame;
  frame.family = arguments.name.substr(0, dot);
  frame.id = dot == std::string::npos ? "" : arguments.name.substr(dot + 1);
  if (!is_identifier(frame.family) || !is_identifier(frame.id))
    throw lab::UsageError("\"" + arguments.name + "\" is no name of a detector",
                          "FAMILY.NAME in small letters, digits and _: safety.my_thing");
  frame.class_name = camel(frame.id);
  frame.summary = "Finds what stands out in the signal.";
  if (arguments.from.empty()) {
    take_family(frame);
  } else {
    take_prototype(frame, prototype_of(arguments.from, frame.id));
  }
  const fs::path folder = arguments.output.empty() ? fs::path(frame.id) : fs::path(arguments.output);
  const std::pair<std::string, const char*> files[] = {
      {frame.id + ".h", new_header},      {"registry.h", new_registry},    {"plugin.cpp", new_plugin},
      {frame.id + "_test.cpp", new_test}, {frame.id + ".toml", new_study}, {"CMakeLists.txt", new_cmake}};
  std::error_code code;
  for (const auto& [file, text] : files)
    if (fs::exists(folder / file, code))
      throw lab::UsageError((folder / file).string() + " is there already",
                            "nothing was written; -o names another folder");
  fs::create_directories(folder, code);
  if (code || !fs::is_directory(folder)) throw lab::Error("the folder cannot be made", folder.string());
  const Words words = words_of(frame);
  for (const auto& [file, text] : files) lab::write_whole(folder / file, filled(text, words));
  const std::string build = (folder / "build").string();
  fmt::print(
      "{0}: a frame that runs as it stands; the detector itself is yours to write in {1}.h\n"
      "  cmake -S {2} -B {3} -DVAGUS_ROOT=CHECKOUT && cmake --build {3}\n"
      "  ctest --test-dir {3}\n"
      "  vagus run {0} FILE --plugin {3}/{4}.so\n",
      arguments.name, (folder / frame.id).string(), folder.string(), build, frame.id);
  return 0;
}

}  // namespace

void declare_new(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  CLI::App* sub =
      app.add_subcommand("detector", "A device detector to fill in: builds, passes the laws and runs at once");
  const auto arguments = std::make_shared<DetectorArguments>();
  sub->add_option("NAME", arguments->name, "FAMILY.NAME: health.spikes, safety.my_thing")->required();
  sub->add_option("--from", arguments->from,
                  "a prototype: name, channels, parameters, outputs and probes are taken from it")
      ->type_name("FILE.py");
  sub->add_option("-o,--output", arguments->output, "folder to write to (NAME unless told)");
  sub->footer(
      "Examples:\n  vagus new detector health.spikes\n  vagus new detector safety.my_thing --from proto.py -o "
      "detectors/my_thing\n");
  sub->callback([arguments, &action] { action = [arguments] { return new_detector(*arguments); }; });
}

}  // namespace vagus::cli
