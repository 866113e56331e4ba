#pragma once
/// A network in whole numbers, as it is before it is laid out for a wrist: nodes over values, weights in plain order.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "device/infer/plan.h"

namespace vagus::lab {

/// Node i of a graph writes value i + 1; value 0 is the input, a row a sample.
struct WholeNode {
  infer::NodeKind kind = infer::NodeKind::dense;
  std::string name{};                   ///< for the reader: "conv1"
  std::vector<std::uint32_t> inputs{};  ///< values, one or two
  std::uint32_t channels = 0;           ///< of what it writes
  std::uint32_t span = 1, dilation = 1, stride = 1;
  std::array<std::uint32_t, 2> first{};  ///< rows of each input that are passed over at the beginning
  std::vector<std::int8_t>
      weights{};  ///< dense: [output][row][channel]; depthwise: [row][channel]; table: by value + 128
  std::vector<std::int32_t>
      bias{};  ///< of each output (dense, depthwise) or one (means): where the sum begins; below 2^29 in size
  std::vector<infer::Scale> scales{};        ///< of each output (dense, depthwise), or one (mean, window_mean, add)
  std::array<std::int32_t, 2> multiplier{};  ///< add
};

struct WholeGraph {
  std::uint32_t window = 0, hop = 0;     ///< in samples
  std::vector<infer::InputScale> input;  ///< of each channel
  std::vector<WholeNode> nodes;          ///< in an order in which each reads what was written before
  float output_scale = 1;
  std::int32_t output_zero = 0;

  std::uint32_t channels_of(std::uint32_t value) const {
    return value == 0 ? static_cast<std::uint32_t>(input.size()) : nodes[value - 1].channels;
  }
};

/// The outputs for one window of eight-bit samples [sample][channel], every node computed over all of it by its
/// definition: what running the plan is held against. Source of the definitions: device/infer/plan.h.
std::vector<std::int8_t> outputs_of_window(const WholeGraph& graph, std::span<const std::int8_t> samples);

/// Which rows of each value a decision looks at, as a bit for each row of a period (the rows of a hop).
struct Needs {
  std::vector<std::vector<bool>> of_value;  ///< its size is the period
};
/// Throws Error where the hop is no multiple of what the strides multiply to, naming the node.
Needs needs_of(const WholeGraph& graph);

/// The same, with the rows of every value.
std::vector<std::vector<std::int8_t>> values_of_window(const WholeGraph& graph, std::span<const std::int8_t> samples);

/// Products per decision where every window is computed anew, and where only what is new and needed is.
struct Products {
  std::uint64_t anew = 0, streaming = 0;
};
/// Of all dense and depthwise nodes, and of each.
Products products_of(const WholeGraph& graph);
Products products_of(const WholeGraph& graph, std::size_t node);

/// The plan's bytes: streams of weights, rooms for rows as small as a run needs (found by running the graph's
/// counters), memory of what is done with within a sample shared. Throws Error where the graph contradicts itself,
/// naming the node.
std::vector<std::uint8_t> write_plan(const WholeGraph& graph);

}  // namespace vagus::lab
