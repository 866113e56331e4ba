#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/model/graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

struct FloatRows {
  const std::vector<float>& values;
  std::uint32_t channels;
  std::int64_t count() const { return static_cast<std::int64_t>(values.size() / channels); }
  double at(std::int64_t row, std::uint32_t channel) const {
    return static_cast<double>(values[static_cast<std::size_t>(row) * channels + channel]);
  }
};

double float_output(const FloatNode& node, const std::vector<FloatRows>& in, std::int64_t row, std::uint32_t out) {
  const FloatRows& a = in[0];
  const std::int64_t from = row * node.stride + node.first[0];
  const auto look = [&](std::uint32_t k, std::uint32_t c) { return a.at(from + std::int64_t{k} * node.dilation, c); };
  switch (node.kind) {
    case NodeKind::dense: {
      double sum = static_cast<double>(node.bias[out]);
      for (std::uint32_t k = 0; k < node.span; ++k) {
        for (std::uint32_t c = 0; c < a.channels; ++c)
          sum += static_cast<double>(node.weights[(out * node.span + k) * a.channels + c]) * look(k, c);
      }
      return sum;
    }
    case NodeKind::depthwise: {
      double sum = static_cast<double>(node.bias[out]);
      for (std::uint32_t k = 0; k < node.span; ++k)
        sum += static_cast<double>(node.weights[k * a.channels + out]) * look(k, out);
      return sum;
    }
    case NodeKind::mean:
    case NodeKind::window_mean: {
      double sum = 0;
      for (std::uint32_t k = 0; k < node.span; ++k) sum += look(k, out);
      return sum / node.span;
    }
    case NodeKind::maximum:
    case NodeKind::window_maximum: {
      double most = look(0, out);
      for (std::uint32_t k = 1; k < node.span; ++k) most = std::max(most, look(k, out));
      return most;
    }
    case NodeKind::add:
      return a.at(from, out) + in[1].at(row * node.stride + node.first[1], out);
    case NodeKind::concatenate:
      return out < a.channels ? a.at(from, out) : in[1].at(row * node.stride + node.first[1], out - a.channels);
    case NodeKind::table:
      return a.at(from, out);
  }
  return 0;
}

}  // namespace

double activated(Activation activation, double x, double slope) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(0.0, x);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::gelu:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::hard_sigmoid:
      return std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Activation::hard_swish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Activation::leaky_relu:
      return x < 0 ? slope * x : x;
    case Activation::elu:
      return x < 0 ? slope * std::expm1(x) : x;
  }
  return x;
}

std::vector<std::vector<float>> float_values_of_window(const FloatGraph& graph, std::span<const float> samples) {
  std::vector<std::vector<float>> values(graph.nodes.size() + 1);
  const std::size_t channels = graph.mean.size();
  values[0].assign(samples.begin(), samples.end());
  for (std::size_t i = 0; i < values[0].size(); ++i)
    values[0][i] = (values[0][i] - graph.mean[i % channels]) / graph.deviation[i % channels];
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const FloatNode& node = graph.nodes[n];
    std::vector<FloatRows> in;
    for (const std::uint32_t value : node.inputs) in.push_back({values[value], graph.channels_of(value)});
    const std::int64_t reach = std::int64_t{node.span - 1} * node.dilation;
    for (std::int64_t row = 0;; ++row) {
      bool there = true;
      for (std::size_t i = 0; i < in.size(); ++i)
        there = there && row * node.stride + node.first[i] + reach < in[i].count();
      if (!there) break;
      for (std::uint32_t c = 0; c < node.channels; ++c)
        values[n + 1].push_back(static_cast<float>(
            activated(node.activation, float_output(node, in, row, c), static_cast<double>(node.slope))));
    }
  }
  if (values.back().size() != graph.channels_of(static_cast<std::uint32_t>(graph.nodes.size())))
    throw Error("the network does not give one row of outputs a window", graph.nodes.back().name);
  return values;
}

}  // namespace vagus::lab
