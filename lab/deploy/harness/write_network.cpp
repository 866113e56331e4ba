// Writes a header with the plan of a network of 336 k products a window: three convolutions, a pool over the window, a
// dense layer. `write_network FILE.h`
#include <cstdio>
#include <fstream>
#include <iostream>

#include "device/infer/random_stream.h"
#include "lab/model/whole_graph.h"

namespace {

using namespace vagus;

lab::WholeNode layer(lab::WholeGraph& graph, infer::Draws& draws, std::uint32_t channels, std::uint32_t span,
                     std::uint32_t stride) {
  const auto value = static_cast<std::uint32_t>(graph.nodes.size());
  lab::WholeNode node{.kind = infer::NodeKind::dense,
                      .name = "layer " + std::to_string(value),
                      .inputs = {value},
                      .channels = channels,
                      .span = span,
                      .stride = stride};
  for (std::uint32_t i = 0; i < channels * span * graph.channels_of(value); ++i)
    node.weights.push_back(static_cast<std::int8_t>(draws.byte()));
  for (std::uint32_t o = 0; o < channels; ++o) {
    node.bias.push_back(draws.within(-5000, 5000));
    node.scales.push_back({draws.within(1 << 30, 0x7FFFFFFF), 1 << 9, 10});
  }
  return node;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  lab::WholeGraph graph;
  graph.window = graph.hop = 128;
  graph.input.assign(6, {20.0F, 0.0F});
  infer::Draws draws{7};
  graph.nodes.push_back(layer(graph, draws, 16, 5, 2));
  graph.nodes.push_back(layer(graph, draws, 32, 5, 2));
  graph.nodes.push_back(layer(graph, draws, 56, 5, 1));
  // 62, 29 and 25 rows a window. The next window begins 128 samples later: rows of its own alone are needed.
  lab::WholeNode pool{
      .kind = infer::NodeKind::mean, .name = "pool", .inputs = {3}, .channels = 56, .span = 25, .stride = 32};
  pool.bias = {0};
  pool.scales = {{(1 << 30) + (1 << 28), 1 << 3, 4}};
  graph.nodes.push_back(pool);
  graph.nodes.push_back(layer(graph, draws, 96, 1, 1));
  graph.nodes.push_back(layer(graph, draws, 6, 1, 1));
  std::uint64_t products = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) products += lab::products_of(graph, n).streaming;
  const auto plan = lab::write_plan(graph);
  std::ofstream out(argv[1]);
  out << "// Written by write_network.\n#include <cstdint>\nconstexpr std::uint32_t network_products = " << products
      << ";\nalignas(16) constexpr std::uint8_t network_plan[] = {";
  for (std::size_t i = 0; i < plan.size(); ++i) out << (i % 32 == 0 ? "\n" : "") << unsigned{plan[i]} << ",";
  out << "};\n";
  return out ? 0 : 1;
}
