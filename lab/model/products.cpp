#include <algorithm>

#include "lab/base/error.h"
#include "lab/model/whole_graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

/// Rows of every value in one window.
std::vector<std::uint64_t> rows_in_window(const WholeGraph& graph) {
  std::vector<std::uint64_t> rows{graph.window};
  for (const WholeNode& node : graph.nodes) {
    const std::uint64_t reach = std::uint64_t{node.span - 1} * node.dilation;
    std::uint64_t count = ~std::uint64_t{0};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::uint64_t there = rows[node.inputs[i]], passed = node.first[i] + reach;
      count = std::min(count, there > passed ? (there - passed - 1) / node.stride + 1 : 0);
    }
    rows.push_back(count);
  }
  return rows;
}

std::uint64_t products_a_row(const WholeGraph& graph, const WholeNode& node) {
  if (node.kind == NodeKind::dense) return std::uint64_t{node.span} * graph.channels_of(node.inputs[0]) * node.channels;
  return node.kind == NodeKind::depthwise ? std::uint64_t{node.span} * node.channels : 0;
}

}  // namespace

Needs needs_of(const WholeGraph& graph) {
  Needs needs;
  std::vector<std::uint64_t> period{graph.hop};
  for (const WholeNode& node : graph.nodes) {
    for (const std::uint32_t value : node.inputs) {
      if (period[value] != period[node.inputs[0]]) throw Error("the node joins rows of different rates", node.name);
    }
    if (period[node.inputs[0]] % node.stride != 0)
      throw Error("the hop of " + std::to_string(graph.hop) + " samples is no multiple of the network's stride",
                  node.name);
    period.push_back(period[node.inputs[0]] / node.stride);
  }
  if (period.back() != 1)
    throw Error("the network gives " + std::to_string(period.back()) + " outputs a hop, not one",
                graph.nodes.back().name);
  for (const std::uint64_t rows : period) needs.of_value.emplace_back(rows, false);
  needs.of_value.back()[0] = true;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const WholeNode& node = graph.nodes[n];
    const auto& out = needs.of_value[n + 1];
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      auto& in = needs.of_value[node.inputs[i]];
      for (std::size_t row = 0; row < out.size(); ++row) {
        if (!out[row]) continue;
        for (std::uint64_t k = 0; k < node.span; ++k)
          in[(node.first[i] + row * node.stride + k * node.dilation) % in.size()] = true;
      }
    }
  }
  return needs;
}

Products products_of(const WholeGraph& graph, std::size_t n) {
  const auto needs = needs_of(graph);
  const auto& needed = needs.of_value[n + 1];
  const std::uint64_t each = products_a_row(graph, graph.nodes[n]);
  return {each * rows_in_window(graph)[n + 1],
          each * static_cast<std::uint64_t>(std::count(needed.begin(), needed.end(), true))};
}

Products products_of(const WholeGraph& graph) {
  Products all;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Products one = products_of(graph, n);
    all.anew += one.anew;
    all.streaming += one.streaming;
  }
  return all;
}

}  // namespace vagus::lab
