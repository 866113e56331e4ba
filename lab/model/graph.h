#pragma once
/// A network in floating point, as it was trained: what an import gives and quantisation starts from.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "device/infer/plan.h"
#include "lab/model/whole_graph.h"

namespace vagus::lab {

enum class Activation : std::uint8_t {
  none,
  relu,
  relu6,
  sigmoid,
  tanh,
  silu,
  gelu,
  hard_sigmoid,
  hard_swish,
  leaky_relu,
  elu
};

/// Node i writes value i + 1; value 0 is the input. As WholeNode, but in floating point and with its activation.
struct FloatNode {
  infer::NodeKind kind = infer::NodeKind::dense;  ///< `table` is an activation by itself
  std::string name{};
  std::vector<std::uint32_t> inputs{};
  std::uint32_t channels = 0;
  std::uint32_t span = 1, dilation = 1, stride = 1;
  std::array<std::uint32_t, 2> first{};
  std::vector<float> weights{};  ///< dense: [output][row][channel]; depthwise: [row][channel]
  std::vector<float> bias{};     ///< dense, depthwise: of each output
  Activation activation = Activation::none;
  float slope = 0.01F;  ///< of leaky_relu, elu
};

struct FloatGraph {
  std::uint32_t window = 0, hop = 0;       ///< in samples
  std::vector<float> mean{}, deviation{};  ///< of each channel: the network sees (x - mean) / deviation
  std::vector<FloatNode> nodes{};          ///< the last gives one row a window: the numbers before a softmax

  std::uint32_t channels_of(std::uint32_t value) const {
    return value == 0 ? static_cast<std::uint32_t>(mean.size()) : nodes[value - 1].channels;
  }
};

/// Throws Error naming the node where a graph contradicts itself: inputs that come later, weights of another number
/// than its sizes ask for, rows that no window has, more or fewer than one row of outputs a window.
void check_graph(const FloatGraph& graph);

/// The activation's value, in double precision.
double activated(Activation activation, double x, double slope);

/// All values of one window of samples [sample][channel] in the input's own units: rows of every value, [row][channel].
/// In double precision: what quantisation and imports are held against. Throws Error where the last value has not one
/// row.
std::vector<std::vector<float>> float_values_of_window(const FloatGraph& graph, std::span<const float> samples);

/// What eight bits do to one node.
struct NodeError {
  std::string name;
  double signal_to_noise_db =
      0;             ///< of what it writes, over the calibration windows, all nodes before it in eight bits too
  double scale = 0;  ///< what a step is worth
  std::int32_t zero = 0;
};

struct Quantised {
  WholeGraph graph;
  std::vector<NodeError> nodes;
};

/// Eight-bit weights of each output (symmetric) and values (asymmetric), by the ranges that the calibration windows
/// give. Throws Error where there is no window, or a value is no finite number, naming the node.
Quantised quantise(const FloatGraph& graph, const std::vector<std::vector<float>>& windows);

/// A sample on the graph's eight-bit scale, as the wrist takes it.
std::vector<std::int8_t> quantised_samples(const WholeGraph& graph, std::span<const float> samples);

}  // namespace vagus::lab
