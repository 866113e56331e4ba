#include <algorithm>
#include <cstring>

#include "lab/base/error.h"
#include "lab/model/whole_graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;
using infer::Scale;

[[noreturn]] void refuse(const WholeNode& node, const std::string& why) { throw Error(why, node.name); }

void put(std::vector<std::uint8_t>& out, std::int32_t word) {
  const std::size_t at = out.size();
  out.resize(at + sizeof word);
  std::memcpy(out.data() + at, &word, sizeof word);
}

void put_scales(std::vector<std::uint8_t>& out, const std::vector<Scale>& scales, std::uint32_t from) {
  const auto of = [&](std::uint32_t o) { return from + o < scales.size() ? scales[from + o] : Scale{1 << 30, 1, 1}; };
  for (std::uint32_t o = 0; o < 4; ++o) put(out, of(o).multiplier);
  for (std::uint32_t o = 0; o < 4; ++o) put(out, of(o).offset);
  for (std::uint32_t o = 0; o < 4; ++o) put(out, of(o).shift);
}

std::int32_t twice_the_bias(const WholeNode& node, std::uint32_t output) {
  return output < node.bias.size() ? 2 * node.bias[output] : 0;
}

std::vector<std::uint8_t> dense_stream(const WholeNode& node, std::uint32_t channels) {
  std::vector<std::uint8_t> out;
  const std::uint32_t inputs = node.span * channels;
  for (std::uint32_t q = 0; q < infer::quads(node.channels); ++q) {
    for (std::uint32_t o = 0; o < 4; ++o) put(out, twice_the_bias(node, 4 * q + o));
    for (std::uint32_t i = 0; i < infer::sixteens(inputs); ++i) {
      for (std::uint32_t o = 4 * q; o < 4 * q + 4; ++o) {
        for (std::uint32_t k = 16 * i; k < 16 * i + 16; ++k)
          out.push_back(o < node.channels && k < inputs ? static_cast<std::uint8_t>(node.weights[o * inputs + k]) : 0);
      }
    }
    put_scales(out, node.scales, 4 * q);
  }
  return out;
}

std::vector<std::uint8_t> depthwise_stream(const WholeNode& node) {
  std::vector<std::uint8_t> out;
  for (std::uint32_t q = 0; q < infer::quads(node.channels); ++q) {
    for (std::uint32_t c = 0; c < 4; ++c) put(out, twice_the_bias(node, 4 * q + c));
    for (std::uint32_t k = 0; k < node.span; k += 2) {
      for (std::uint32_t c = 4 * q; c < 4 * q + 4; ++c) {
        const auto twice = [&](std::uint32_t tap) {
          return tap < node.span && c < node.channels ? 2 * node.weights[tap * node.channels + c] : 0;
        };
        put(out, static_cast<std::int32_t>((static_cast<std::uint32_t>(twice(k + 1)) << 16U) |
                                           (static_cast<std::uint32_t>(twice(k)) & 0xFFFFU)));
      }
    }
    put_scales(out, node.scales, 4 * q);
  }
  return out;
}

bool by_window(const WholeNode& node) {
  return node.kind == NodeKind::window_mean || node.kind == NodeKind::window_maximum;
}

void check(const WholeGraph& graph, std::size_t n) {
  const WholeNode& node = graph.nodes[n];
  const bool two = node.kind == NodeKind::add || node.kind == NodeKind::concatenate;
  if (node.inputs.size() != (two ? 2U : 1U)) refuse(node, "the node has the wrong number of inputs");
  for (const std::uint32_t value : node.inputs) {
    if (value > n) refuse(node, "the node reads what comes after it");
  }
  if (node.channels < 1 || node.span < 1 || node.dilation < 1 || node.stride < 1 || node.span > 65535 ||
      node.dilation > 65535 || node.stride > 65535 || node.channels > 65535)
    refuse(node, "the node's sizes are out of range");
  if (node.first[0] > 65535 || node.first[1] > 65535) refuse(node, "the node passes over too many rows");
  if (node.kind == NodeKind::depthwise && node.span > infer::most_taps) refuse(node, "the node has too many taps");
  for (const std::int32_t bias : node.bias) {
    if (bias <= -(1 << 29) || bias >= 1 << 29) refuse(node, "a bias is out of range");
  }
  const std::uint32_t channels = graph.channels_of(node.inputs[0]);
  const bool weighted = node.kind == NodeKind::dense || node.kind == NodeKind::depthwise;
  const std::size_t weights = node.kind == NodeKind::dense       ? std::size_t{node.channels} * node.span * channels
                              : node.kind == NodeKind::depthwise ? std::size_t{node.span} * channels
                              : node.kind == NodeKind::table     ? 256U
                                                                 : 0U;
  if (node.weights.size() != weights) refuse(node, "the node's weights do not fit its size");
  if (weighted && (node.bias.size() != node.channels || node.scales.size() != node.channels))
    refuse(node, "the node's biases and scales do not fit its outputs");
  const bool mean = node.kind == NodeKind::mean || node.kind == NodeKind::window_mean;
  if ((mean || node.kind == NodeKind::add) && node.scales.size() != 1) refuse(node, "the node has no scale");
  if (mean && node.bias.size() != 1) refuse(node, "the node does not say where its sum begins");
  for (const Scale& scale : node.scales) {
    if (scale.shift < infer::least_shift || scale.shift > infer::greatest_shift)
      refuse(node, "the node's scale is out of range");
  }
  if (by_window(node) && (node.dilation != 1 || node.span % node.stride != 0))
    refuse(node, "a pool over the window needs a hop that divides it");
}

/// How many rows of each value have to be kept: the counters of a run over several windows, rows dropped as soon as
/// nobody looks at them any more.
std::vector<std::uint32_t> rows_kept(const WholeGraph& graph) {
  const std::size_t values = graph.nodes.size() + 1;
  std::vector<std::int64_t> rows(values, 0);
  std::vector<std::uint32_t> most(values, 1);
  std::vector<std::array<std::int64_t, 2>> place(graph.nodes.size());
  std::vector<std::int64_t> since(graph.nodes.size(), 0);
  for (std::size_t n = 0; n < place.size(); ++n) place[n] = {graph.nodes[n].first[0], graph.nodes[n].first[1]};
  const auto add_row = [&](std::size_t value) {
    std::int64_t unneeded = rows[value];
    bool read = false;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (std::size_t i = 0; i < graph.nodes[n].inputs.size(); ++i) {
        if (graph.nodes[n].inputs[i] != value) continue;
        unneeded = std::min(unneeded, place[n][i]);
        read = true;
      }
    }
    if (!read) unneeded = rows[value];
    rows[value] -= unneeded;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (std::size_t i = 0; i < graph.nodes[n].inputs.size(); ++i) {
        if (graph.nodes[n].inputs[i] == value) place[n][i] -= unneeded;
      }
    }
    ++rows[value];
    most[value] = std::max(most[value], static_cast<std::uint32_t>(rows[value]));
  };
  for (std::uint64_t sample = 0; sample < 3ULL * graph.window + 3ULL * graph.hop; ++sample) {
    add_row(0);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const WholeNode& node = graph.nodes[n];
      const std::int64_t reach = by_window(node) ? 0 : std::int64_t{node.span - 1} * node.dilation;
      bool ready = true;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) ready = ready && place[n][i] + reach < rows[node.inputs[i]];
      if (!ready) continue;
      if (by_window(node)) {
        ++place[n][0];
        if (++since[n] % node.stride == 0 && since[n] >= node.span) add_row(n + 1);
        continue;
      }
      add_row(n + 1);
      for (std::size_t i = 0; i < node.inputs.size(); ++i) place[n][i] += node.stride;
    }
  }
  return most;
}

/// Where a value's memory is used: from the node that writes it to the last that reads it. What has to be there for the
/// next sample is used always.
struct Life {
  std::size_t from = 0, to = 0;
  std::uint32_t bytes = 0, at = 0;
};

/// Places for all, from `base` on: greatest first, each at the lowest place that is free while it lives.
std::uint32_t lay_out(std::vector<Life*> lives, std::uint32_t base) {
  std::stable_sort(lives.begin(), lives.end(), [](const Life* a, const Life* b) { return a->bytes > b->bytes; });
  std::vector<const Life*> placed;
  std::uint32_t end = base;
  for (Life* life : lives) {
    std::uint32_t at = base;
    for (bool moved = true; moved;) {
      moved = false;
      for (const Life* other : placed) {
        const bool together = life->from <= other->to && other->from <= life->to;
        if (!together || at + life->bytes <= other->at || other->at + other->bytes <= at) continue;
        at = other->at + other->bytes;
        moved = true;
      }
    }
    life->at = at;
    placed.push_back(life);
    end = std::max(end, at + life->bytes);
  }
  return end;
}

constexpr std::uint32_t up_to(std::uint32_t x, std::uint32_t multiple) {
  return (x + multiple - 1) / multiple * multiple;
}

template <class T>
void append(std::vector<std::uint8_t>& out, const T& record) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&record);
  out.insert(out.end(), bytes, bytes + sizeof record);
}

struct Sizes {
  std::vector<infer::PlanValue> values;
  std::vector<std::uint32_t> state;
  std::uint32_t scratch = 0, scratch_bytes = 0, arena = 0;
};

/// Bytes behind a value that kernels touch: whole sixteens read, whole quads written.
std::uint32_t pad_of(const WholeGraph& graph, std::uint32_t value) {
  std::uint32_t pad = value > 0 ? 3 : 0;
  for (const WholeNode& node : graph.nodes) {
    if (node.inputs[0] != value) continue;
    if (node.kind == NodeKind::dense) pad = std::max(pad, 15U);
    if (node.kind == NodeKind::depthwise) pad = std::max(pad, node.dilation * graph.channels_of(value) + 3);
  }
  return pad;
}

Sizes sizes_of(const WholeGraph& graph) {
  const auto kept = rows_kept(graph);
  const std::size_t all = kept.size();
  Sizes sizes;
  sizes.state.resize(graph.nodes.size(), 0);
  std::vector<Life> lives(all);
  for (std::size_t v = 0; v < all; ++v) {
    const auto value = static_cast<std::uint32_t>(v);
    // A value of which one row is kept is done with when its readers have read it, but for rows that are passed over or
    // waited for: these are read when another value's row comes.
    bool waits = kept[v] > 1;
    std::size_t last = v == 0 ? 0 : v - 1;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const WholeNode& node = graph.nodes[n];
      if (std::find(node.inputs.begin(), node.inputs.end(), value) == node.inputs.end()) continue;
      last = std::max(last, n);
      waits = waits || node.inputs.size() > 1 || node.stride > 1;
    }
    const std::uint32_t channels = graph.channels_of(value);
    // A few rows more than have to be kept, so that not each new one moves all others.
    const std::uint32_t capacity = kept[v] + (kept[v] > 1 ? std::max(1U, kept[v] / 4) : 0);
    if (capacity > 65535) throw Error("the network looks back too far", v == 0 ? "input" : graph.nodes[v - 1].name);
    const std::uint32_t pad = pad_of(graph, value);
    sizes.values.push_back({static_cast<std::uint16_t>(channels), static_cast<std::uint16_t>(capacity), 0, pad});
    const bool output = v + 1 == all;
    lives[v] = {waits || output ? 0 : (v == 0 ? 0 : v - 1), waits || output ? graph.nodes.size() : last,
                up_to(capacity * channels + pad, 16), 0};
  }
  std::vector<Life> states(graph.nodes.size());
  Life scratch{0, graph.nodes.size(), 0, 0};
  std::vector<Life*> laid;
  for (Life& life : lives) laid.push_back(&life);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const WholeNode& node = graph.nodes[n];
    const std::uint32_t channels = graph.channels_of(node.inputs[0]);
    if (by_window(node)) {
      infer::PlanNode window{};
      window.kind = node.kind;
      window.span = static_cast<std::uint16_t>(node.span);
      window.stride = static_cast<std::uint16_t>(node.stride);
      states[n] = {0, graph.nodes.size(), up_to(infer::window_state_bytes(window, channels), 16), 0};
      laid.push_back(&states[n]);
    }
    if (node.kind == NodeKind::dense) {
      const std::uint32_t inputs = node.span * channels;
      const std::uint32_t gathered = node.dilation == 1 ? 0 : 16 * infer::sixteens(inputs);
      scratch.bytes = std::max(scratch.bytes, gathered + infer::dense_scratch_bytes(inputs));
    }
  }
  scratch.bytes = up_to(scratch.bytes, 16);
  laid.push_back(&scratch);
  const std::uint32_t counters =
      up_to(infer::counter_bytes(static_cast<std::uint32_t>(all), static_cast<std::uint32_t>(graph.nodes.size())), 16);
  sizes.arena = lay_out(laid, counters);
  sizes.scratch = scratch.at;
  sizes.scratch_bytes = scratch.bytes;
  for (std::size_t v = 0; v < all; ++v) sizes.values[v].at = lives[v].at;
  for (std::size_t n = 0; n < states.size(); ++n) sizes.state[n] = states[n].at;
  return sizes;
}

}  // namespace

std::vector<std::uint8_t> write_plan(const WholeGraph& graph) {
  if (graph.nodes.empty() || graph.nodes.size() > infer::most_nodes - 1)
    throw Error("a network has 1 to " + std::to_string(infer::most_nodes - 1) + " nodes");
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) check(graph, n);
  const Sizes sizes = sizes_of(graph);
  infer::PlanHead head{};
  head.magic = infer::plan_magic;
  head.input_channels = static_cast<std::uint16_t>(graph.input.size());
  head.outputs = static_cast<std::uint16_t>(graph.nodes.back().channels);
  head.values = static_cast<std::uint16_t>(sizes.values.size());
  head.nodes = static_cast<std::uint16_t>(graph.nodes.size());
  head.window = graph.window;
  head.hop = graph.hop;
  head.arena_bytes = sizes.arena;
  head.scratch = sizes.scratch;
  head.scratch_bytes = sizes.scratch_bytes;
  head.output_scale = graph.output_scale;
  head.output_zero = graph.output_zero;
  std::vector<infer::PlanNode> nodes;
  std::vector<std::uint8_t> weights;
  const Needs needs = needs_of(graph);
  const std::size_t tables = sizeof head + graph.input.size() * sizeof(infer::InputScale) +
                             sizes.values.size() * sizeof(infer::PlanValue) +
                             graph.nodes.size() * sizeof(infer::PlanNode);
  const auto begin = up_to(static_cast<std::uint32_t>(tables), 16);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const WholeNode& node = graph.nodes[n];
    infer::PlanNode out{};
    out.kind = node.kind;
    out.inputs = static_cast<std::uint8_t>(node.inputs.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      out.input[i] = static_cast<std::uint16_t>(node.inputs[i]);
      out.first[i] = static_cast<std::uint16_t>(node.first[i]);
    }
    out.output = static_cast<std::uint16_t>(n + 1);
    out.span = static_cast<std::uint16_t>(node.span);
    out.dilation = static_cast<std::uint16_t>(node.dilation);
    out.stride = static_cast<std::uint16_t>(node.stride);
    out.state = sizes.state[n];
    if (node.scales.size() == 1 && node.kind != NodeKind::dense && node.kind != NodeKind::depthwise)
      out.scale = node.scales[0];
    const bool mean = node.kind == NodeKind::mean || node.kind == NodeKind::window_mean;
    out.multiplier[0] = mean ? node.bias[0] : node.multiplier[0];
    out.multiplier[1] = node.multiplier[1];
    const auto& needed = needs.of_value[n + 1];
    if (!by_window(node) && needed.size() <= 64 && std::find(needed.begin(), needed.end(), false) != needed.end()) {
      out.period = static_cast<std::uint32_t>(needed.size());
      for (std::size_t row = 0; row < needed.size(); ++row) {
        if (needed[row]) out.needed[row / 32] |= 1U << (row % 32);
      }
    }
    std::vector<std::uint8_t> stream;
    if (node.kind == NodeKind::dense) stream = dense_stream(node, graph.channels_of(node.inputs[0]));
    if (node.kind == NodeKind::depthwise) stream = depthwise_stream(node);
    if (node.kind == NodeKind::table) stream.assign(node.weights.begin(), node.weights.end());
    out.weights = begin + static_cast<std::uint32_t>(weights.size());
    out.weight_bytes = static_cast<std::uint32_t>(stream.size());
    weights.insert(weights.end(), stream.begin(), stream.end());
    weights.resize(up_to(static_cast<std::uint32_t>(weights.size()), 16));
    nodes.push_back(out);
  }
  head.bytes = begin + static_cast<std::uint32_t>(weights.size());
  std::vector<std::uint8_t> plan;
  append(plan, head);
  for (const auto& scale : graph.input) append(plan, scale);
  for (const auto& value : sizes.values) append(plan, value);
  for (const auto& node : nodes) append(plan, node);
  plan.resize(begin);
  plan.insert(plan.end(), weights.begin(), weights.end());
  if (infer::check_plan(plan).error != infer::PlanError::ok) throw Error("the network is too large for a plan");
  return plan;
}

}  // namespace vagus::lab
