#include "lab/model/bundle.h"

#include <sodium.h>

#include <cstring>
#include <fstream>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr std::uint32_t code_of(const char (&text)[5]) {
  return static_cast<std::uint32_t>(text[0]) | static_cast<std::uint32_t>(text[1]) << 8U |
         static_cast<std::uint32_t>(text[2]) << 16U | static_cast<std::uint32_t>(text[3]) << 24U;
}
constexpr std::uint32_t magic = code_of("VGM1"), info_code = code_of("INFO"), plan_code = code_of("PLAN"),
                        floats_code = code_of("FLOA"), digest_code = code_of("DIGE"), sign_code = code_of("SIGN");
constexpr std::size_t head_bytes = 16, entry_bytes = 16, digest_bytes = 32, sign_bytes = 96, most_sections = 64;
constexpr std::size_t most_bytes = std::size_t{1} << 30U;

struct Section {
  std::uint32_t code;
  std::vector<std::uint8_t> bytes;
};

std::size_t aligned(std::size_t x) { return (x + 15) / 16 * 16; }

void put(std::vector<std::uint8_t>& out, std::size_t at, std::uint32_t word) {
  std::memcpy(out.data() + at, &word, sizeof word);
}

std::uint32_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint32_t word;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

/// All sections, then the digest of what lies before it and, where asked for, room for a signature.
std::vector<std::uint8_t> assembled(const std::vector<Section>& sections, bool with_signature) {
  const std::size_t count = sections.size() + 1 + (with_signature ? 1 : 0);
  std::vector<std::uint8_t> out(aligned(head_bytes + count * entry_bytes));
  std::size_t entry = head_bytes;
  const auto tell = [&](std::uint32_t code, std::size_t length) {
    put(out, entry, code);
    put(out, entry + 4, static_cast<std::uint32_t>(out.size()));
    put(out, entry + 8, static_cast<std::uint32_t>(length));
    entry += entry_bytes;
  };
  for (const Section& section : sections) {
    tell(section.code, section.bytes.size());
    out.insert(out.end(), section.bytes.begin(), section.bytes.end());
    out.resize(aligned(out.size()));
  }
  tell(digest_code, digest_bytes);
  const std::size_t digest = out.size();
  out.resize(digest + digest_bytes);
  if (with_signature) {
    tell(sign_code, sign_bytes);
    out.resize(out.size() + sign_bytes);
  }
  if (out.size() > most_bytes) throw Error("the model is larger than 1 GiB");
  put(out, 0, magic);
  put(out, 4, 1);
  put(out, 8, static_cast<std::uint32_t>(out.size()));
  put(out, 12, static_cast<std::uint32_t>(count));
  crypto_generichash(out.data() + digest, digest_bytes, out.data(), digest, nullptr, 0);
  return out;
}

struct Parsed {
  std::vector<Section> sections;  ///< but for digest and signature
  std::array<std::uint8_t, digest_bytes> digest{};
  std::optional<std::array<std::uint8_t, 32>> signer;
};

Parsed parse(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto refuse = [&](const std::string& why) { throw Error(why, name); };
  if (bytes.size() < head_bytes || word_at(bytes, 0) != magic) refuse("this is no model bundle");
  if (word_at(bytes, 4) != 1)
    refuse("the bundle is of version " + std::to_string(word_at(bytes, 4)) + ", and 1 is read");
  const std::size_t count = word_at(bytes, 12);
  if (word_at(bytes, 8) != bytes.size() || count < 1 || count > most_sections ||
      head_bytes + count * entry_bytes > bytes.size())
    refuse("the bundle is damaged: it has " + std::to_string(bytes.size()) + " bytes and says " +
           std::to_string(word_at(bytes, 8)));
  Parsed parsed;
  std::size_t digest = 0, signature = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = head_bytes + i * entry_bytes, at = word_at(bytes, entry + 4),
                      length = word_at(bytes, entry + 8);
    const std::uint32_t code = word_at(bytes, entry);
    if (at % 16 != 0 || at > bytes.size() || length > bytes.size() - at)
      refuse("the bundle is damaged: section " + std::to_string(i + 1) + " lies outside");
    if (code == digest_code && length == digest_bytes) digest = at;
    if (code == sign_code && length == sign_bytes) signature = at;
    if (code != digest_code && code != sign_code) {
      const auto piece = bytes.subspan(at, length);
      parsed.sections.push_back({code, {piece.begin(), piece.end()}});
    }
  }
  const std::size_t end = digest + digest_bytes + (signature != 0 ? sign_bytes : 0);
  if (digest == 0 || end != bytes.size() || (signature != 0 && signature != digest + digest_bytes))
    refuse("the bundle is damaged: its digest is not where it belongs");
  std::array<std::uint8_t, digest_bytes> is{};
  crypto_generichash(is.data(), is.size(), bytes.data(), digest, nullptr, 0);
  std::memcpy(parsed.digest.data(), bytes.data() + digest, digest_bytes);
  if (is != parsed.digest) refuse("the bundle is damaged: it is not what its digest says");
  if (signature != 0) {
    std::array<std::uint8_t, 32> key{};
    std::memcpy(key.data(), bytes.data() + signature, key.size());
    if (crypto_sign_verify_detached(bytes.data() + signature + 32, is.data(), is.size(), key.data()) != 0)
      refuse("the bundle's signature does not hold");
    parsed.signer = key;
  }
  return parsed;
}

constexpr const char* kinds[] = {"dense",       "depthwise", "maximum",        "mean",       "add",
                                 "concatenate", "table",     "window_maximum", "window_mean"};
constexpr const char* activations[] = {"none", "relu",         "relu6",      "sigmoid",    "tanh", "silu",
                                       "gelu", "hard_sigmoid", "hard_swish", "leaky_relu", "elu"};

Json graph_json(const FloatGraph& graph, std::vector<std::uint8_t>& floats) {
  const auto keep = [&](const std::vector<float>& values) {
    const std::size_t at = floats.size();
    floats.resize(at + values.size() * sizeof(float));
    if (!values.empty()) std::memcpy(floats.data() + at, values.data(), values.size() * sizeof(float));
    return Json{at / sizeof(float), values.size()};
  };
  Json nodes = Json::array();
  for (const FloatNode& node : graph.nodes)
    nodes.push_back({{"kind", kinds[static_cast<std::size_t>(node.kind)]},
                     {"name", node.name},
                     {"inputs", node.inputs},
                     {"channels", node.channels},
                     {"span", node.span},
                     {"dilation", node.dilation},
                     {"stride", node.stride},
                     {"first", node.first},
                     {"activation", activations[static_cast<std::size_t>(node.activation)]},
                     {"slope", node.slope},
                     {"weights", keep(node.weights)},
                     {"bias", keep(node.bias)}});
  return {{"mean", keep(graph.mean)}, {"deviation", keep(graph.deviation)}, {"nodes", nodes}};
}

template <std::size_t N>
std::uint8_t place_in(const char* const (&names)[N], const std::string& name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<std::uint8_t>(i);
  }
  throw Error("the network has a node of a kind that this version does not know: " + name);
}

FloatGraph graph_of(const Json& said, const ModelInfo& info, std::span<const std::uint8_t> floats) {
  const auto kept = [&](const Json& where) {
    const auto at = where.at(0).get<std::uint64_t>(), count = where.at(1).get<std::uint64_t>(),
               all = std::uint64_t{floats.size() / sizeof(float)};
    if (at > all || count > all - at) throw Error("weights lie outside their section");
    std::vector<float> values(count);
    if (count > 0) std::memcpy(values.data(), floats.data() + at * sizeof(float), count * sizeof(float));
    return values;
  };
  FloatGraph graph;
  graph.window = info.window;
  graph.hop = info.hop;
  graph.mean = kept(said.at("mean"));
  graph.deviation = kept(said.at("deviation"));
  if (graph.mean.empty() || graph.mean.size() != graph.deviation.size() || graph.mean.size() != info.columns.size())
    throw Error("the network's input does not fit the bundle's channels");
  for (const Json& node : said.at("nodes")) {
    FloatNode made;
    made.kind = static_cast<infer::NodeKind>(place_in(kinds, node.at("kind").get<std::string>()));
    made.name = node.at("name").get<std::string>();
    made.inputs = node.at("inputs").get<std::vector<std::uint32_t>>();
    made.channels = node.at("channels").get<std::uint32_t>();
    made.span = node.at("span").get<std::uint32_t>();
    made.dilation = node.at("dilation").get<std::uint32_t>();
    made.stride = node.at("stride").get<std::uint32_t>();
    made.first = node.at("first").get<std::array<std::uint32_t, 2>>();
    made.activation = static_cast<Activation>(place_in(activations, node.at("activation").get<std::string>()));
    made.slope = node.at("slope").get<float>();
    made.weights = kept(node.at("weights"));
    made.bias = kept(node.at("bias"));
    graph.nodes.push_back(std::move(made));
  }
  check_graph(graph);
  return graph;
}

Json info_json(const ModelInfo& info) {
  return {{"schema", "vagus.bundle/1"},   {"name", info.name},
          {"version", info.version},      {"summary", info.summary},
          {"columns", info.columns},      {"rate_hz", info.rate_hz},
          {"window", info.window},        {"hop", info.hop},
          {"labels", info.labels},        {"softmax", info.softmax},
          {"provenance", info.provenance}};
}

ModelInfo info_of(const Json& said) {
  ModelInfo info;
  info.name = said.at("name").get<std::string>();
  info.version = said.at("version").get<std::string>();
  info.summary = said.at("summary").get<std::string>();
  info.columns = said.at("columns").get<std::vector<std::string>>();
  info.rate_hz = said.at("rate_hz").get<double>();
  info.window = said.at("window").get<std::uint32_t>();
  info.hop = said.at("hop").get<std::uint32_t>();
  info.labels = said.at("labels").get<std::vector<std::string>>();
  info.softmax = said.at("softmax").get<bool>();
  info.provenance = said.at("provenance");
  if (!(info.rate_hz > 0 && info.rate_hz < 1e6) || info.window < 1 || info.hop < 1 || info.columns.empty())
    throw Error("rate, window, hop or channels are out of range");
  return info;
}

}  // namespace

std::vector<std::uint8_t> write_bundle(const Bundle& bundle) {
  Json said = info_json(bundle.info);
  std::vector<Section> sections;
  std::vector<std::uint8_t> floats;
  if (bundle.graph) said["graph"] = graph_json(*bundle.graph, floats);
  const std::string text = said.dump();
  sections.push_back({info_code, {text.begin(), text.end()}});
  if (!bundle.plan.empty()) sections.push_back({plan_code, bundle.plan});
  if (bundle.graph) sections.push_back({floats_code, floats});
  return assembled(sections, false);
}

Bundle read_bundle(std::span<const std::uint8_t> bytes, const std::string& name) {
  const Parsed parsed = parse(bytes, name);
  const auto find = [&](std::uint32_t code) -> const Section* {
    for (const Section& section : parsed.sections) {
      if (section.code == code) return &section;
    }
    return nullptr;
  };
  Bundle bundle;
  bundle.signer = parsed.signer;
  char hex[2 * digest_bytes + 1];
  bundle.digest = sodium_bin2hex(hex, sizeof hex, parsed.digest.data(), parsed.digest.size());
  try {
    const Section* info = find(info_code);
    if (info == nullptr) throw Error("the bundle does not say what it is");
    const Json said = Json::parse(info->bytes.begin(), info->bytes.end());
    bundle.info = info_of(said);
    if (const Section* plan = find(plan_code)) {
      bundle.plan = plan->bytes;
      const infer::Plan checked = infer::check_plan(bundle.plan);
      if (checked.error != infer::PlanError::ok) throw Error("its plan is not sound");
      if (checked.head->input_channels != bundle.info.columns.size() || checked.head->window != bundle.info.window ||
          checked.head->hop != bundle.info.hop)
        throw Error("its plan does not fit what it says of itself");
    }
    if (const Section* floats = find(floats_code))
      bundle.graph = graph_of(said.at("graph"), bundle.info, floats->bytes);
    if (!bundle.graph && bundle.plan.empty()) throw Error("the bundle holds no model that this version knows");
    const std::size_t outputs =
        bundle.graph ? bundle.graph->nodes.back().channels : infer::check_plan(bundle.plan).head->outputs;
    if (!bundle.info.labels.empty() && bundle.info.labels.size() != outputs)
      throw Error("it has another number of labels than of outputs");
  } catch (const Error& error) {
    throw Error(error.what(), name);
  } catch (const Json::exception& error) {
    throw Error(std::string("what it says of itself cannot be read: ") + error.what(), name);
  }
  return bundle;
}

Bundle read_bundle(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw Error("the file cannot be read: " + error.message(), path.string());
  if (size > most_bytes) throw Error("the file is larger than 1 GiB", path.string());
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw Error("the file cannot be read", path.string());
  return read_bundle(bytes, path.string());
}

std::vector<std::uint8_t> signed_bundle(std::span<const std::uint8_t> bytes,
                                        const std::array<std::uint8_t, 64>& secret) {
  std::vector<std::uint8_t> out = assembled(parse(bytes, "the bundle").sections, true);
  std::uint8_t* signature = out.data() + out.size() - sign_bytes;
  const std::uint8_t* digest = signature - digest_bytes;
  crypto_sign_ed25519_sk_to_pk(signature, secret.data());
  crypto_sign_detached(signature + 32, nullptr, digest, digest_bytes, secret.data());
  return out;
}

}  // namespace vagus::lab
