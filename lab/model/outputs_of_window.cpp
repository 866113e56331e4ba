#include <algorithm>

#include "lab/base/error.h"
#include "lab/model/whole_graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

/// All rows of a value in one window.
struct Rows {
  std::uint32_t channels = 0;
  std::vector<std::int8_t> values;
  std::int64_t count() const { return static_cast<std::int64_t>(values.size() / channels); }
  std::int64_t at(std::int64_t row, std::uint32_t channel) const {
    return values[static_cast<std::size_t>(row) * channels + channel];
  }
};

std::int8_t scaled(std::int64_t sum, const infer::Scale& scale) {
  return infer::requantised(static_cast<std::int32_t>(sum), scale);
}

std::int8_t one_output(const WholeNode& node, const std::vector<const Rows*>& in, std::int64_t row, std::uint32_t out) {
  const Rows& a = *in[0];
  const std::int64_t from = row * node.stride + node.first[0];
  const std::uint32_t channels = a.channels;
  switch (node.kind) {
    case NodeKind::dense: {
      std::int64_t sum = node.bias[out];
      for (std::uint32_t k = 0; k < node.span; ++k) {
        for (std::uint32_t c = 0; c < channels; ++c)
          sum += node.weights[(out * node.span + k) * channels + c] * a.at(from + std::int64_t{k} * node.dilation, c);
      }
      return scaled(sum, node.scales[out]);
    }
    case NodeKind::depthwise: {
      std::int64_t sum = node.bias[out];
      for (std::uint32_t k = 0; k < node.span; ++k)
        sum += node.weights[k * channels + out] * a.at(from + std::int64_t{k} * node.dilation, out);
      return scaled(sum, node.scales[out]);
    }
    case NodeKind::mean:
    case NodeKind::window_mean:
    case NodeKind::maximum:
    case NodeKind::window_maximum: {
      const bool mean = node.kind == NodeKind::mean || node.kind == NodeKind::window_mean;
      std::int64_t sum = mean ? node.bias[0] : 0, most = -128;
      for (std::uint32_t k = 0; k < node.span; ++k) {
        const std::int64_t x = a.at(from + std::int64_t{k} * node.dilation, out);
        sum += x;
        most = std::max(most, x);
      }
      return mean ? scaled(sum, node.scales[0]) : static_cast<std::int8_t>(most);
    }
    case NodeKind::add: {
      const std::int64_t b = in[1]->at(row * node.stride + node.first[1], out);
      const std::int64_t sum = a.at(from, out) * node.multiplier[0] + b * node.multiplier[1] + node.scales[0].offset;
      return infer::saturated(static_cast<std::int32_t>(sum >> node.scales[0].shift));
    }
    case NodeKind::concatenate:
      return static_cast<std::int8_t>(out < channels ? a.at(from, out)
                                                     : in[1]->at(row * node.stride + node.first[1], out - channels));
    case NodeKind::table:
      return node.weights[static_cast<std::size_t>(a.at(from, out) + 128)];
  }
  return 0;
}

}  // namespace

std::vector<std::vector<std::int8_t>> values_of_window(const WholeGraph& graph, std::span<const std::int8_t> samples) {
  std::vector<Rows> values(graph.nodes.size() + 1);
  values[0] = {graph.channels_of(0), {samples.begin(), samples.end()}};
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const WholeNode& node = graph.nodes[n];
    std::vector<const Rows*> in;
    for (const std::uint32_t value : node.inputs) in.push_back(&values[value]);
    Rows& out = values[n + 1];
    out.channels = node.channels;
    const std::int64_t reach = std::int64_t{node.span - 1} * node.dilation;
    for (std::int64_t row = 0;; ++row) {
      bool there = true;
      for (std::size_t i = 0; i < in.size(); ++i)
        there = there && row * node.stride + node.first[i] + reach < in[i]->count();
      if (!there) break;
      for (std::uint32_t c = 0; c < node.channels; ++c) out.values.push_back(one_output(node, in, row, c));
    }
  }
  if (values.back().count() != 1)
    throw Error("the network gives " + std::to_string(values.back().count()) + " outputs a window, not one",
                graph.nodes.back().name);
  std::vector<std::vector<std::int8_t>> all;
  for (Rows& rows : values) all.push_back(std::move(rows.values));
  return all;
}

std::vector<std::int8_t> outputs_of_window(const WholeGraph& graph, std::span<const std::int8_t> samples) {
  return values_of_window(graph, samples).back();
}

}  // namespace vagus::lab
