#pragma once
/// Networks drawn from a seed, for tests: convolutions with strides and dilations, depthwise ones, pools, residual
/// additions, two branches side by side, tables, a pool over the window, dense layers behind it.
#include <algorithm>
#include <utility>

#include "device/infer/random_stream.h"
#include "lab/model/whole_graph.h"

namespace vagus::lab {

class RandomGraph {
 public:
  explicit RandomGraph(std::uint32_t seed) : draws_{seed * 2654435761U + 1} {}

  WholeGraph make() {
    WholeGraph graph;
    const auto channels = static_cast<std::uint32_t>(draws_.within(1, 7));
    for (std::uint32_t c = 0; c < channels; ++c) graph.input.push_back({20.0F, static_cast<float>(c)});
    std::uint32_t value = 0, samples = 1, reach = 1;
    const int layers = draws_.within(1, 5);
    for (int i = 0; i < layers; ++i) {
      const auto span = static_cast<std::uint32_t>(draws_.within(1, 7)),
                 dilation = static_cast<std::uint32_t>(draws_.within(1, 4));
      const auto stride = static_cast<std::uint32_t>(draws_.within(0, 3) == 0 ? draws_.within(2, 3) : 1);
      const std::uint32_t was = value;
      switch (draws_.within(0, 5)) {
        case 0:
          value =
              add(graph, dense(graph, value, static_cast<std::uint32_t>(draws_.within(1, 20)), span, dilation, stride));
          break;
        case 1:
          value = add(graph, depthwise(graph, value, span, dilation, stride));
          break;
        case 2:
          value = add(graph, pool(graph, value, span, dilation, stride));
          break;
        case 3:
          value = add(graph, table(graph, value));
          continue;
        case 4: {  // x + f(x), on rows of x anywhere within what f looked at
          value = add(graph, dense(graph, value, graph.channels_of(value), span, dilation, 1));
          value =
              add(graph, sum(graph, value, was,
                             static_cast<std::uint32_t>(draws_.within(0, static_cast<int>((span - 1) * dilation)))));
          reach += (span - 1) * dilation * samples;
          continue;
        }
        default: {
          const std::uint32_t other = add(graph, depthwise(graph, value, span, dilation, 1));
          value = add(graph, beside(graph, other, value, (span - 1) * dilation));
          reach += (span - 1) * dilation * samples;
          continue;
        }
      }
      reach += (span - 1) * dilation * samples;
      samples *= stride;
    }
    const auto rows = static_cast<std::uint32_t>(draws_.within(1, 12)),
               pieces = static_cast<std::uint32_t>(draws_.within(1, 4));
    switch (draws_.within(0, 2)) {
      case 0:  // pieces that the window is whole of
        value = add(graph, window_pool(graph, value, rows * pieces, rows));
        graph.hop = rows * samples;
        reach += (rows * pieces - 1) * samples;
        break;
      case 1:
        value = add(graph, pool(graph, value, rows, 1, pieces));
        graph.hop = pieces * samples;
        reach += (rows - 1) * samples;
        break;
      default:
        value = add(graph, dense(graph, value, static_cast<std::uint32_t>(draws_.within(1, 9)), rows, 1, pieces));
        graph.hop = pieces * samples;
        reach += (rows - 1) * samples;
        break;
    }
    value = add(graph, dense(graph, value, static_cast<std::uint32_t>(draws_.within(1, 9)), 1, 1, 1));
    add(graph, dense(graph, value, static_cast<std::uint32_t>(draws_.within(2, 6)), 1, 1, 1));
    graph.window = reach;
    return graph;
  }

  infer::Draws& draws() { return draws_; }

 private:
  static std::uint32_t add(WholeGraph& graph, WholeNode node) {
    node.name = "node " + std::to_string(graph.nodes.size());
    graph.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(graph.nodes.size());
  }
  infer::Scale scale(int shift) {
    shift = std::clamp(shift, int{infer::least_shift}, int{infer::greatest_shift});
    return {draws_.within(1 << 30, 0x7FFFFFFF), (1 << (shift - 1)) + draws_.within(-60, 60) * (1 << shift),
            static_cast<std::uint8_t>(shift)};
  }
  void weigh(WholeNode& node, std::size_t weights, int shift) {
    for (std::size_t i = 0; i < weights; ++i) node.weights.push_back(static_cast<std::int8_t>(draws_.byte()));
    for (std::uint32_t o = 0; o < node.channels; ++o) {
      node.bias.push_back(draws_.within(-20000, 20000));
      node.scales.push_back(scale(shift + draws_.within(-1, 1)));
    }
  }
  WholeNode dense(const WholeGraph& graph, std::uint32_t from, std::uint32_t channels, std::uint32_t span,
                  std::uint32_t dilation, std::uint32_t stride) {
    WholeNode node{.kind = infer::NodeKind::dense,
                   .inputs = {from},
                   .channels = channels,
                   .span = span,
                   .dilation = dilation,
                   .stride = stride};
    const std::uint32_t inputs = span * graph.channels_of(from);
    int shift = 6;
    for (std::uint32_t n = 1; n < inputs; n *= 4) ++shift;
    weigh(node, std::size_t{inputs} * channels, shift);
    return node;
  }
  WholeNode depthwise(const WholeGraph& graph, std::uint32_t from, std::uint32_t span, std::uint32_t dilation,
                      std::uint32_t stride) {
    WholeNode node{.kind = infer::NodeKind::depthwise,
                   .inputs = {from},
                   .channels = graph.channels_of(from),
                   .span = span,
                   .dilation = dilation,
                   .stride = stride};
    weigh(node, std::size_t{span} * node.channels, 7);
    return node;
  }
  WholeNode pool(const WholeGraph& graph, std::uint32_t from, std::uint32_t span, std::uint32_t dilation,
                 std::uint32_t stride) {
    const bool mean = draws_.within(0, 1) == 1;
    WholeNode node{.kind = mean ? infer::NodeKind::mean : infer::NodeKind::maximum,
                   .inputs = {from},
                   .channels = graph.channels_of(from),
                   .span = span,
                   .dilation = dilation,
                   .stride = stride};
    if (mean) {
      node.scales = {scale(2)};
      node.bias = {draws_.within(-300, 300)};
    }
    return node;
  }
  WholeNode window_pool(const WholeGraph& graph, std::uint32_t from, std::uint32_t span, std::uint32_t stride) {
    WholeNode node = pool(graph, from, span, 1, stride);
    node.kind = node.kind == infer::NodeKind::mean ? infer::NodeKind::window_mean : infer::NodeKind::window_maximum;
    return node;
  }
  WholeNode table(const WholeGraph& graph, std::uint32_t from) {
    WholeNode node{.kind = infer::NodeKind::table, .inputs = {from}, .channels = graph.channels_of(from)};
    for (int i = 0; i < 256; ++i) node.weights.push_back(static_cast<std::int8_t>(draws_.byte()));
    return node;
  }
  WholeNode sum(const WholeGraph& graph, std::uint32_t a, std::uint32_t b, std::uint32_t first) {
    WholeNode node{
        .kind = infer::NodeKind::add, .inputs = {a, b}, .channels = graph.channels_of(a), .first = {0, first}};
    node.scales = {scale(14)};
    node.multiplier = {draws_.within(1000, 20000), draws_.within(-20000, 20000)};
    return node;
  }
  WholeNode beside(const WholeGraph& graph, std::uint32_t a, std::uint32_t b, std::uint32_t first) {
    return {.kind = infer::NodeKind::concatenate,
            .inputs = {a, b},
            .channels = graph.channels_of(a) + graph.channels_of(b),
            .first = {0, first}};
  }

  infer::Draws draws_;
};

}  // namespace vagus::lab
