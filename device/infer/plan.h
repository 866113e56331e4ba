#pragma once
/// A network as the wrist reads it: a program of few nodes over columns of eight-bit values, in place in flash.
///
/// Every value is a row of channels that comes again and again; row n of a value is computed once, when the last row
/// that it looks at has come. All offsets are checked by `check_plan`; what runs a plan relies on that.
///
/// Layout (little-endian; the whole aligned to 16): PlanHead, InputScale[input_channels], PlanValue[values],
/// PlanNode[nodes], then the weights. Offsets of weights count from the plan's beginning, offsets of state from the
/// arena's.
#include <cstdint>
#include <span>

#include "device/infer/depthwise.h"

namespace vagus::infer {

inline constexpr std::uint32_t plan_magic = 0x31504756;  // "VGP1"
inline constexpr std::uint32_t most_values = 96, most_nodes = 96;
inline constexpr std::uint32_t most_inputs = 32768;   ///< of a dense node
inline constexpr std::uint32_t most_taps = 256;       ///< of a depthwise one
inline constexpr std::uint32_t most_cells = 1 << 22;  ///< that a pool over the window keeps

struct PlanHead {
  std::uint32_t magic, bytes;
  std::uint16_t input_channels, outputs;  ///< values of one sample; of one decision
  std::uint16_t values, nodes;
  std::uint32_t window, hop;  ///< in samples: decision k is about samples [k hop, k hop + window)
  std::uint32_t arena_bytes;  ///< all memory that a run needs
  std::uint32_t scratch;      ///< in the arena: `scratch_bytes`, aligned to 4
  std::uint32_t scratch_bytes;
  float output_scale;        ///< what a step of an output is worth
  std::int32_t output_zero;  ///< the output that stands for 0
};
static_assert(sizeof(PlanHead) == 44);

/// A sample's channel on the eight bits' scale: round(x gain + offset), held within -128 to 127.
struct InputScale {
  float gain, offset;
};

/// Rows of channels, `capacity` of them at `at` in the arena, with `pad` bytes behind that kernels may touch.
struct PlanValue {
  std::uint16_t channels, capacity;
  std::uint32_t at, pad;
};

enum class NodeKind : std::uint8_t {
  dense,           ///< convolution over `span` rows: `dense_stream` of span x channels inputs
  depthwise,       ///< `depthwise_stream` of span taps
  maximum,         ///< of `span` rows
  mean,            ///< of `span` rows, by one Scale
  add,             ///< of two values: (a multiplier_a + b multiplier_b + offset) >> shift
  concatenate,     ///< two values' channels side by side
  table,           ///< 256 bytes, by value + 128
  window_maximum,  ///< of `span` rows, `span` a multiple of `stride`: kept in pieces of `stride` rows
  window_mean,
};

struct PlanNode {
  NodeKind kind;
  std::uint8_t inputs;     ///< 1 or 2
  std::uint16_t input[2];  ///< values
  std::uint16_t output;    ///< a value that no earlier node writes
  std::uint16_t span, dilation, stride;
  std::uint16_t first[2];  ///< rows of each input that are passed over at the beginning
  std::uint32_t weights, weight_bytes;
  std::uint32_t state;         ///< in the arena, aligned to 4: of the window kinds
  Scale scale;                 ///< of `mean`, `window_mean`
  std::int32_t multiplier[2];  ///< of `add`; of means, the first is where the sum begins
  std::uint32_t period;        ///< rows of the output from one decision to the next; 0: every row is needed
  std::uint32_t needed[2];     ///< one bit for each row of a period, up to 64; a row that is not needed is not computed
};
static_assert(sizeof(PlanNode) == 64);

enum class PlanError : std::uint8_t { ok, too_short, not_a_plan, value_out_of_range, node_out_of_range };

/// The parts of a plan in place. Empty where `error` is not ok.
struct Plan {
  PlanError error = PlanError::not_a_plan;
  const PlanHead* head = nullptr;
  const InputScale* input = nullptr;
  const PlanValue* values = nullptr;
  const PlanNode* nodes = nullptr;
  const std::uint8_t* bytes = nullptr;
};

/// Bytes of state of a window node: the piece that is being filled and those that are complete.
constexpr std::uint32_t window_state_bytes(const PlanNode& node, std::uint32_t channels) {
  const std::uint32_t cell = node.kind == NodeKind::window_mean ? 4 : 1;
  return 8 + ((node.span / node.stride + 1U) * channels * cell + 3) / 4 * 4;
}

/// Bytes of the counters that lie at the arena's beginning: rows of every value, where every input of every node
/// stands, and every node's place in its period.
constexpr std::uint32_t counter_bytes(std::uint32_t values, std::uint32_t nodes) { return 4 * (values + 3 * nodes); }

namespace detail {

constexpr bool within(std::uint64_t at, std::uint64_t count, std::uint64_t limit) {
  return at <= limit && count <= limit - at;
}

/// Whether a stream's scales lie in their ranges (`Scale`), and its biases leave room for the sums. `to_scales`: bytes
/// from a quad's beginning to its multipliers.
inline bool scales_are_sound(const std::uint8_t* stream, std::uint32_t quad_count, std::uint32_t to_scales) {
  constexpr std::int32_t most = 1 << 30;
  for (; quad_count != 0; --quad_count, stream += to_scales + 48) {
    for (std::uint32_t o = 0; o < 4; ++o) {
      const std::int32_t bias = word_at(stream + 4 * o), offset = word_at(stream + to_scales + 16 + 4 * o),
                         shift = word_at(stream + to_scales + 32 + 4 * o);
      if (bias <= -most || bias >= most || word_at(stream + to_scales + 4 * o) < 0 || offset <= -most ||
          offset >= most || shift < least_shift || shift > greatest_shift)
        return false;
    }
  }
  return true;
}

constexpr bool apart(std::uint64_t a, std::uint64_t a_bytes, std::uint64_t b, std::uint64_t b_bytes) {
  return a + a_bytes <= b || b + b_bytes <= a;
}

/// Whether nothing else is written where a pool over the window keeps its sums: they would not be sums any more.
inline bool state_is_its_own(const Plan& plan, std::uint32_t n) {
  const auto bytes_of = [&](const PlanNode& node) {
    return window_state_bytes(node, plan.values[node.input[0]].channels);
  };
  const PlanNode& node = plan.nodes[n];
  const std::uint32_t bytes = bytes_of(node);
  bool own = apart(node.state, bytes, plan.head->scratch, plan.head->scratch_bytes);
  for (std::uint32_t v = 0; v < plan.head->values; ++v) {
    const PlanValue& value = plan.values[v];
    own = own && apart(node.state, bytes, value.at, std::uint64_t{value.channels} * value.capacity + value.pad);
  }
  for (std::uint32_t other = 0; other < n; ++other) {
    if (plan.nodes[other].kind < NodeKind::window_maximum) continue;
    own = own && apart(node.state, bytes, plan.nodes[other].state, bytes_of(plan.nodes[other]));
  }
  return own;
}

/// Whether all that a node names is there and fits.
inline bool node_is_sound(const Plan& plan, const PlanNode& node, std::uint32_t before) {
  const PlanHead& head = *plan.head;
  if (node.kind > NodeKind::window_mean || node.inputs < 1 || node.inputs > 2) return false;
  const bool two = node.kind == NodeKind::add || node.kind == NodeKind::concatenate;
  if (two != (node.inputs == 2) || node.output >= head.values || node.output == 0) return false;
  if (node.span < 1 || node.dilation < 1 || node.stride < 1 || node.period > 64) return false;
  const PlanValue& out = plan.values[node.output];
  for (std::uint32_t i = 0; i < node.inputs; ++i) {
    if (node.input[i] >= head.values) return false;
    bool written = node.input[i] == 0;
    for (std::uint32_t n = 0; n < before; ++n) written = written || plan.nodes[n].output == node.input[i];
    if (!written) return false;
    // Rows enough to hold what a firing looks at.
    if (std::uint32_t{node.dilation} * (node.span - 1U) >= plan.values[node.input[i]].capacity &&
        node.kind < NodeKind::window_maximum)
      return false;
  }
  for (std::uint32_t n = 0; n < before; ++n) {
    if (plan.nodes[n].output == node.output) return false;
  }
  const PlanValue& in = plan.values[node.input[0]];
  const std::uint32_t inputs = std::uint32_t{node.span} * in.channels;
  if (node.weights % 4 != 0 || node.state % 4 != 0 || !within(node.weights, node.weight_bytes, head.bytes))
    return false;
  const std::int32_t offset = node.scale.offset;
  const bool scaled = node.scale.shift >= least_shift && node.scale.shift <= greatest_shift &&
                      node.scale.multiplier >= 0 && offset > -(1 << 30) && offset < 1 << 30;
  const auto small = [](std::int32_t multiplier) { return multiplier > -(1 << 21) && multiplier < 1 << 21; };
  switch (node.kind) {
    case NodeKind::dense: {
      // Several rows are one piece; with gaps between them they are gathered first.
      const std::uint32_t gathered = node.dilation == 1 ? 0 : 16 * sixteens(inputs);
      return inputs <= most_inputs && node.weight_bytes == dense_stream_bytes(inputs, out.channels) &&
             gathered + dense_scratch_bytes(inputs) <= head.scratch_bytes && in.pad >= 15 && out.pad >= 3 &&
             scales_are_sound(plan.bytes + node.weights, quads(out.channels), dense_quad_bytes(inputs) - 48);
    }
    case NodeKind::depthwise:
      return in.channels == out.channels && node.span <= most_taps &&
             node.weight_bytes == depthwise_stream_bytes(in.channels, node.span) &&
             in.pad >= std::uint32_t{node.dilation} * in.channels + 3 && out.pad >= 3 &&
             scales_are_sound(plan.bytes + node.weights, quads(out.channels), depthwise_quad_bytes(node.span) - 48);
    case NodeKind::maximum:
      return in.channels == out.channels;
    case NodeKind::mean:
      return in.channels == out.channels && scaled && small(node.multiplier[0]);
    case NodeKind::add:
      return in.channels == out.channels && plan.values[node.input[1]].channels == out.channels && scaled &&
             small(node.multiplier[0]) && small(node.multiplier[1]);
    case NodeKind::concatenate:
      return in.channels + plan.values[node.input[1]].channels == out.channels;
    case NodeKind::table:
      return in.channels == out.channels && node.weight_bytes == 256;
    case NodeKind::window_maximum:
    case NodeKind::window_mean:
      return in.channels == out.channels && node.dilation == 1 && node.span % node.stride == 0 &&
             (node.span / node.stride + std::uint64_t{1}) * in.channels <= most_cells &&
             (node.kind == NodeKind::window_maximum || (scaled && small(node.multiplier[0]))) &&
             within(node.state, window_state_bytes(node, in.channels), head.arena_bytes) &&
             node.state >= counter_bytes(head.values, head.nodes) && state_is_its_own(plan, before);
  }
  return false;
}

}  // namespace detail

/// The plan in `bytes` (aligned to 4), with everything checked that running it relies on, in time linear in its length
/// but for the nodes, of which there are `most_nodes` at most. Whatever the bytes are, nothing outside them is read.
inline Plan check_plan(std::span<const std::uint8_t> bytes) {
  Plan plan;
  if (bytes.size() < sizeof(PlanHead)) return {PlanError::too_short};
  const auto* head = reinterpret_cast<const PlanHead*>(bytes.data());
  if (head->magic != plan_magic || head->bytes > bytes.size()) return {PlanError::not_a_plan};
  if (head->values < 2 || head->values > most_values || head->nodes < 1 || head->nodes > most_nodes ||
      head->input_channels < 1 || head->window < 1 || head->hop < 1)
    return {PlanError::not_a_plan};
  const std::uint64_t tables = sizeof(PlanHead) + std::uint64_t{head->input_channels} * sizeof(InputScale) +
                               std::uint64_t{head->values} * sizeof(PlanValue) +
                               std::uint64_t{head->nodes} * sizeof(PlanNode);
  if (tables > head->bytes) return {PlanError::too_short};
  plan.head = head;
  plan.bytes = bytes.data();
  plan.input = reinterpret_cast<const InputScale*>(bytes.data() + sizeof(PlanHead));
  plan.values = reinterpret_cast<const PlanValue*>(plan.input + head->input_channels);
  plan.nodes = reinterpret_cast<const PlanNode*>(plan.values + head->values);
  const std::uint32_t counters = counter_bytes(head->values, head->nodes);
  if (counters > head->arena_bytes || head->scratch < counters || head->scratch % 4 != 0 ||
      !detail::within(head->scratch, head->scratch_bytes, head->arena_bytes))
    return {PlanError::value_out_of_range};
  for (std::uint32_t v = 0; v < head->values; ++v) {
    const PlanValue& value = plan.values[v];
    const std::uint64_t size = std::uint64_t{value.channels} * value.capacity + value.pad;
    if (value.channels < 1 || value.capacity < 1 || value.at < counters ||
        !detail::within(value.at, size, head->arena_bytes) ||
        !detail::apart(value.at, size, head->scratch, head->scratch_bytes))
      return {PlanError::value_out_of_range};
  }
  if (plan.values[0].channels != head->input_channels || plan.values[head->values - 1].channels != head->outputs)
    return {PlanError::value_out_of_range};
  for (std::uint32_t n = 0; n < head->nodes; ++n) {
    if (!detail::node_is_sound(plan, plan.nodes[n], n)) return {PlanError::node_out_of_range};
  }
  if (plan.nodes[head->nodes - 1].output != head->values - 1) return {PlanError::node_out_of_range};
  plan.error = PlanError::ok;
  return plan;
}

}  // namespace vagus::infer
