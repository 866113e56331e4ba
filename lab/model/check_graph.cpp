#include <algorithm>

#include "lab/base/error.h"
#include "lab/model/graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

[[noreturn]] void refuse(const FloatNode& node, const char* why) { throw Error(why, node.name); }

void check_sizes(const FloatGraph& graph, const FloatNode& node) {
  constexpr std::uint32_t most = 65535;
  if (node.channels < 1 || node.channels > most || node.span < 1 || node.span > most || node.dilation < 1 ||
      node.dilation > most || node.stride < 1 || node.stride > most || node.first[0] > most || node.first[1] > most)
    refuse(node, "the node's sizes are out of range");
  const std::uint64_t channels = graph.channels_of(node.inputs[0]);
  const std::uint64_t joined = node.inputs.size() > 1 ? graph.channels_of(node.inputs[1]) : 0;
  std::uint64_t weights = 0, outputs = channels;
  if (node.kind == NodeKind::dense) {
    weights = std::uint64_t{node.channels} * node.span * channels;
    outputs = node.channels;
  }
  if (node.kind == NodeKind::depthwise) weights = node.span * channels;
  if (node.kind == NodeKind::concatenate) outputs = channels + joined;
  if (node.kind == NodeKind::add && joined != channels) refuse(node, "the two signals have different channels");
  const bool weighted = node.kind == NodeKind::dense || node.kind == NodeKind::depthwise;
  if (outputs != node.channels || node.weights.size() != weights || node.bias.size() != (weighted ? node.channels : 0U))
    refuse(node, "the node's weights do not fit its sizes");
}

}  // namespace

void check_graph(const FloatGraph& graph) {
  if (graph.nodes.empty() || graph.window < 1 || graph.hop < 1 || graph.mean.empty() ||
      graph.mean.size() != graph.deviation.size())
    throw Error("the network has no nodes, window or channels");
  std::vector<std::uint64_t> rows{graph.window};
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const FloatNode& node = graph.nodes[n];
    const bool two = node.kind == NodeKind::add || node.kind == NodeKind::concatenate;
    if (node.inputs.size() != (two ? 2U : 1U)) refuse(node, "the node has the wrong number of inputs");
    if (std::any_of(node.inputs.begin(), node.inputs.end(), [&](std::uint32_t value) { return value > n; }))
      refuse(node, "the node reads what comes after it");
    check_sizes(graph, node);
    std::uint64_t count = ~std::uint64_t{0};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::uint64_t there = rows[node.inputs[i]],
                          passed = node.first[i] + std::uint64_t{node.span - 1} * node.dilation;
      count = std::min(count, there > passed ? (there - passed - 1) / node.stride + 1 : 0);
    }
    if (count == 0) refuse(node, "the window is shorter than what the node looks at");
    rows.push_back(count);
  }
  if (rows.back() != 1) refuse(graph.nodes.back(), "the network does not give one row of outputs a window");
}

}  // namespace vagus::lab
