// The C interface of a detector, generated from its contract's field tables.
#include <fmt/format.h>

#include <cctype>

#include "lab/base/numbers.h"
#include "lab/deploy/device_sources.h"
#include "lab/deploy/export.h"

namespace vagus::lab {
namespace {

using Kind = FieldInfo::Kind;

std::string upper(std::string text) {
  for (char& c : text) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::toupper(c)) : '_';
  return text;
}

const char* c_type(const FieldInfo& field) {
  if (field.kind == Kind::number) return "float";
  if (field.kind == Kind::flag) return "bool";
  if (field.kind == Kind::label) return "uint8_t";
  return field.bytes == 8 ? "int64_t" : "int32_t";
}
/// The member pointer of the device's field table that holds a field of this kind.
const char* table_member(const FieldInfo& field) {
  if (field.kind == Kind::number) return "f32";
  if (field.kind == Kind::flag) return "boolean";
  if (field.kind == Kind::label) return "label";
  return field.bytes == 8 ? "i64" : "i32";
}

std::string value_text(const FieldInfo& field, double value) {
  if (field.kind == Kind::flag) return value != 0 ? "true" : "false";
  if (field.kind == Kind::label) return field.labels.at(static_cast<std::size_t>(value));
  return field.kind == Kind::number ? shortest(static_cast<float>(value)) : shortest(value);
}

std::string channel_name(const ChannelNeed& need) {
  const std::string unit = name(need.unit);
  return std::string(name(need.quantity)) + (unit.empty() ? "" : "_" + unit);
}

std::string in_unit(const std::string& unit) { return unit.empty() ? "" : " " + unit; }

void append_labels(std::string& out, const std::string& prefix, const std::vector<FieldInfo>& fields) {
  for (const FieldInfo& field : fields) {
    if (field.labels.empty()) continue;
    out += "/* Values of `" + field.name + "`: " + field.meaning + ". */\nenum {\n";
    for (std::size_t i = 0; i < field.labels.size(); ++i)
      out += fmt::format("  {}_{}_{} = {}{}\n", upper(prefix), upper(field.name), upper(field.labels[i]), i,
                         i + 1 < field.labels.size() ? "," : "");
    out += "};\n\n";
  }
}

void append_config(std::string& out, const DetectorInfo& info, const std::string& p) {
  out += "/* Every tunable. Fill it by " + p + "_defaults, then change what must differ. */\ntypedef struct {\n";
  for (const FieldInfo& field : info.config) {
    out += fmt::format("  {} {}; /* {}; {} to {}{}, default {} */\n", c_type(field), field.name, field.meaning,
                       value_text(field, field.low), value_text(field, field.high), in_unit(field.unit),
                       value_text(field, field.standard));
  }
  out += "} " + p + "_config;\n\n";
}

void append_input(std::string& out, const DetectorInfo& info, const std::string& p) {
  out +=
      "/* One sample of every channel, on an even grid of `rate_hz`. What is no finite number is a missing value. */\n"
      "typedef struct {\n";
  for (const ChannelNeed& need : info.contract->reads) {
    out += fmt::format("  float {}; /* {}, {} to {} Hz{} */\n", channel_name(need), name(need.unit),
                       shortest(need.min_rate_hz), shortest(need.max_rate_hz),
                       need.optional ? "; optional: NaN where the device has none" : "");
  }
  out += "} " + p + "_input;\n\n";
}

void append_event(std::string& out, const DetectorInfo& info, const std::string& p) {
  out += fmt::format(
      "/* One answer ({}). Samples are counted from 0 as they are pushed; a gap does not advance the count.\n"
      "   Said at most {} ms of signal after the moment it is about. */\ntypedef struct {{\n",
      info.contract->event, shortest(info.contract->latency_ms));
  for (const FieldInfo& field : info.outputs) {
    const std::string unit = field.unit.empty() || field.unit == "sample" ? "" : " (" + field.unit + ")";
    out += fmt::format("  {} {}; /* {}{} */\n", c_type(field), field.name, field.meaning, unit);
  }
  out += "} " + p + "_event;\n\n";
}

constexpr const char* sink_text =
    R"(/* Who listens. Any of them may be null; they are called from within push and finish, with `context`. */
typedef struct {
  void (*event)(void *context, const @_event *event);
  /* What was weighed and not reported; a threshold is on `score`. */
  void (*candidate)(void *context, int64_t sample, float score);
  void (*score)(void *context, int64_t sample, float score);
  /* The stretch [start_sample, end_sample) cannot be read; `reason` is a constant text. */
  void (*unreadable)(void *context, int64_t start_sample, int64_t end_sample, const char *reason);
  void *context;
} @_sink;

/* The whole memory of a running detector: no heap, no pointers, nothing elsewhere. Declare it static where the stack is
   short. A snapshot is its bytes: memcpy it away, memcpy it back, here or on another core, and it goes on with the same
   bits. Not for two threads at once. */
typedef union {
  uint64_t align[@B];
  unsigned char bytes[@S];
} @;

void @_defaults(@_config *config);
/* 0, or an error code where a field of the configuration is refused; then `state` is as it was. */
int @_init(@ *state, const @_config *config);
/* The sentence of an error code. Never null. */
const char *@_error(int code);
void @_push(@ *state, const @_input *input, const @_sink *sink);
/* `lost_us` microseconds of samples were lost before the next push. */
void @_gap(@ *state, int64_t lost_us);
/* The signal ended: what is open is decided. Only init may follow. */
void @_finish(@ *state, const @_sink *sink);
)";

std::string with_names(std::string_view text, const DetectorInfo& info) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '@') {
      out += text[i];
    } else if (text.substr(i).starts_with("@B")) {
      out += std::to_string((info.state_bytes + 7) / 8);
      ++i;
    } else if (text.substr(i).starts_with("@S")) {
      out += upper(c_name(info)) + "_STATE_BYTES";
      ++i;
    } else {
      out += c_name(info);
    }
  }
  return out;
}

}  // namespace

std::string c_name(const DetectorInfo& detector) {
  std::string out = "vagus_";
  for (const char c : std::string_view(detector.contract->name)) out += c == '.' || c == '-' ? '_' : c;
  return out;
}

std::string c_header(const DetectorInfo& info) {
  const Contract& contract = *info.contract;
  const std::string p = c_name(info), guard = upper(p) + "_H";
  std::string out = fmt::format(
      "#ifndef {0}\n#define {0}\n"
      "/* {1} {2}. {3}\n"
      "   Source: {4}.\n   Evidence: {5}.\n"
      "   Latency: at most {6} ms. Memory: {7} bytes of state and no heap.\n"
      "   Written by `vagus export {1}`; not a medical device. */\n"
      "#include <stdbool.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n"
      "#define {8}_VERSION \"{2}\"\n#define {8}_STATE_BYTES {7} /* the same on every core */\n"
      "#define {8}_LATENCY_MS {6}\n\n",
      guard, contract.name, contract.version, contract.summary, contract.source, contract.evidence,
      shortest(contract.latency_ms), info.state_bytes, upper(p));
  append_labels(out, p, info.config);
  append_config(out, info, p);
  append_input(out, info, p);
  append_labels(out, p, info.outputs);
  append_event(out, info, p);
  out += with_names(sink_text, info);
  out += "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
  return out;
}

std::string c_implementation(const DetectorInfo& info) {
  const std::string p = c_name(info);
  std::string out = fmt::format(
      "// {0}'s C interface on its C++ code. Written by `vagus export`.\n"
      "#include \"{1}.h\"\n\n#include <new>\n\n#include \"{2}\"\n\nnamespace {{\n\n"
      "using Detector = {3};\nusing Config = Detector::Config;\nusing Output = Detector::Output;\n\n"
      "static_assert(sizeof(Detector) == {4}_STATE_BYTES && alignof(Detector) <= alignof({1}),\n"
      "              \"the state is laid out otherwise than where this was exported\");\n"
      "static_assert(sizeof(Detector::Input) == sizeof({1}_input));\n"
      "static_assert(Detector::config_fields.size() == {5} && Detector::output_fields.size() == {6});\n\n"
      "Detector& of({1}* state) {{ return *std::launder(reinterpret_cast<Detector*>(state->bytes)); }}\n\n",
      info.contract->name, p, header_of(info.contract->name), info.type, upper(p), info.config.size(),
      info.outputs.size());
  out += "struct Ear {\n  const " + p + "_sink& sink;\n\n  void operator()(const Output& said) const {\n" +
         "    if (sink.event == nullptr) return;\n    " + p + "_event event{};\n";
  for (std::size_t i = 0; i < info.outputs.size(); ++i)
    out += fmt::format("    event.{} = said.*Detector::output_fields[{}].{};\n", info.outputs[i].name, i,
                       table_member(info.outputs[i]));
  out +=
      "    sink.event(sink.context, &event);\n  }\n"
      "  void candidate(const vagus::Candidate& c) const {\n"
      "    if (sink.candidate != nullptr) sink.candidate(sink.context, c.sample, c.score);\n  }\n"
      "  void score(const vagus::Score& s) const {\n"
      "    if (sink.score != nullptr) sink.score(sink.context, s.sample, s.score);\n  }\n"
      "  void unreadable(const vagus::Unreadable& u) const {\n"
      "    if (sink.unreadable != nullptr) sink.unreadable(sink.context, u.start_sample, u.end_sample, u.reason);\n"
      "  }\n};\n\n}  // namespace\n\n";
  out += "void " + p + "_defaults(" + p + "_config* config) {\n  const Config standard{};\n";
  for (std::size_t i = 0; i < info.config.size(); ++i)
    out += fmt::format("  config->{} = standard.*Detector::config_fields[{}].{};\n", info.config[i].name, i,
                       table_member(info.config[i]));
  out += "}\n\nint " + p + "_init(" + p + "* state, const " + p + "_config* config) {\n  Config own{};\n";
  for (std::size_t i = 0; i < info.config.size(); ++i)
    out += fmt::format("  own.*Detector::config_fields[{}].{} = config->{};\n", i, table_member(info.config[i]),
                       info.config[i].name);
  out +=
      "  const vagus::Result<Detector> made = Detector::make(own);\n"
      "  if (!made.ok()) return static_cast<int>(made.error());\n"
      "  ::new (static_cast<void*>(state->bytes)) Detector(made.value());\n  return 0;\n}\n\n";
  out += "const char* " + p + "_error(int code) { return vagus::sentence(static_cast<vagus::Errc>(code)); }\n\n";
  out += "void " + p + "_push(" + p + "* state, const " + p + "_input* input, const " + p + "_sink* sink) {\n" +
         "  Detector::Input row;\n  __builtin_memcpy(&row, input, sizeof row);\n" +
         "  of(state).push(row, Ear{*sink});\n}\n\n";
  out +=
      "void " + p + "_gap(" + p + "* state, int64_t lost_us) { of(state).gap(vagus::Duration::from_us(lost_us)); }\n\n";
  out += "void " + p + "_finish(" + p + "* state, const " + p + "_sink* sink) { of(state).finish(Ear{*sink}); }\n";
  return out;
}

std::string c_example(const DetectorInfo& info) {
  const std::string p = c_name(info);
  std::string out = fmt::format(
      "/* {0} on samples as text: a line a sample, its channels in order, separated by spaces or commas; an empty line "
      "is\n"
      "   a missing sample. In a firmware the loop's body is what the sensor's interrupt or task calls. */\n"
      "#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n\n#include \"{1}.h\"\n\n"
      "static {1} detector;\n\n"
      "static void on_event(void *context, const {1}_event *event) {{\n  (void)context;\n  printf(\"{{\");\n",
      info.contract->name, p);
  const char* separator = "";
  for (const FieldInfo& field : info.outputs) {
    if (field.kind == Kind::number) {
      out += fmt::format("  printf(\"{}\\\"{}\\\": %.9g\", (double)event->{});\n", separator, field.name, field.name);
    } else if (field.bytes == 8) {
      out +=
          fmt::format("  printf(\"{}\\\"{}\\\": %lld\", (long long)event->{});\n", separator, field.name, field.name);
    } else {
      out += fmt::format("  printf(\"{}\\\"{}\\\": %ld\", (long)event->{});\n", separator, field.name, field.name);
    }
    separator = ", ";
  }
  out += "  printf(\"}\\n\");\n}\n\n";
  out += fmt::format(
      "int main(int argc, char **argv) {{\n  const {0}_sink sink = {{on_event, NULL, NULL, NULL, NULL}};\n"
      "  {0}_config config;\n  char line[512];\n  int error;\n\n  {0}_defaults(&config);\n",
      p);
  bool has_rate = false;
  for (const FieldInfo& field : info.config) has_rate = has_rate || field.name == "rate_hz";
  out += has_rate ? "  if (argc > 1) config.rate_hz = strtof(argv[1], NULL);\n" : "  (void)argc;\n  (void)argv;\n";
  out += fmt::format(
      "  error = {0}_init(&detector, &config);\n  if (error != 0) {{\n"
      "    fprintf(stderr, \"%s\\n\", {0}_error(error));\n    return 2;\n  }}\n"
      "  while (fgets(line, sizeof line, stdin) != NULL) {{\n    {0}_input input;\n    char *at = line;\n    char "
      "*end;\n",
      p);
  for (const ChannelNeed& need : info.contract->reads) {
    out += fmt::format(
        "    while (*at == ' ' || *at == ',') ++at;\n    input.{0} = strtof(at, &end);\n"
        "    if (end == at) input.{0} = NAN;\n    at = end;\n",
        channel_name(need));
  }
  out += fmt::format(
      "    {0}_push(&detector, &input, &sink);\n  }}\n  {0}_finish(&detector, &sink);\n  return 0;\n}}\n", p);
  return out;
}

}  // namespace vagus::lab
