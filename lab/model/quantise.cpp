#include <algorithm>
#include <cmath>
#include <numeric>

#include "device/infer/network.h"
#include "lab/base/error.h"
#include "lab/model/graph.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

constexpr double greatest_real = 0.4999;  // a Scale shifts by one bit at least
constexpr std::size_t values_looked_at = 40000;

/// Whether saturation at the output's zero point is the activation.
bool fuses(Activation activation) {
  return activation == Activation::none || activation == Activation::relu || activation == Activation::relu6;
}

/// Values that have to be on one scale, since what makes one of the other does not rescale: a maximum and a
/// concatenation with their inputs.
class Groups {
 public:
  explicit Groups(const FloatGraph& graph) : of_(graph.nodes.size() + 1) {
    std::iota(of_.begin(), of_.end(), 0U);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const FloatNode& node = graph.nodes[n];
      const bool same =
          node.kind == NodeKind::maximum || node.kind == NodeKind::window_maximum || node.kind == NodeKind::concatenate;
      if (!same) continue;
      for (const std::uint32_t value : node.inputs) of_[root(value)] = root(static_cast<std::uint32_t>(n + 1));
    }
  }
  std::uint32_t root(std::uint32_t value) {
    while (of_[value] != value) value = of_[value] = of_[of_[value]];
    return value;
  }

 private:
  std::vector<std::uint32_t> of_;
};

bool never_negative(const FloatGraph& graph, std::uint32_t value) {
  if (value == 0) return false;
  const FloatNode& node = graph.nodes[value - 1];
  if (node.activation == Activation::relu || node.activation == Activation::relu6) return true;
  const bool passes =
      node.kind == NodeKind::maximum || node.kind == NodeKind::window_maximum || node.kind == NodeKind::concatenate;
  return passes && node.activation == Activation::none &&
         std::all_of(node.inputs.begin(), node.inputs.end(), [&](std::uint32_t v) { return never_negative(graph, v); });
}

/// The graph with a node of its own for every activation that is not its output's saturation.
FloatGraph expanded(const FloatGraph& graph) {
  Groups groups(graph);
  std::vector<bool> mixed(graph.nodes.size() + 1, false);
  for (std::uint32_t v = 0; v < mixed.size(); ++v) {
    if (!never_negative(graph, v)) mixed[groups.root(v)] = true;
  }
  FloatGraph out = graph;
  out.nodes.clear();
  std::vector<std::uint32_t> now{0};  // where a value of the graph is now
  for (std::uint32_t n = 0; n < graph.nodes.size(); ++n) {
    FloatNode node = graph.nodes[n];
    for (std::uint32_t& value : node.inputs) value = now[value];
    const bool passes =
        node.kind == NodeKind::maximum || node.kind == NodeKind::window_maximum || node.kind == NodeKind::concatenate;
    const bool by_table = node.activation != Activation::none && node.kind != NodeKind::table &&
                          (!fuses(node.activation) || passes || mixed[groups.root(n + 1)]);
    const Activation activation = node.activation;
    if (by_table) node.activation = Activation::none;
    out.nodes.push_back(node);
    if (by_table)
      out.nodes.push_back({.kind = NodeKind::table,
                           .name = node.name + ", its activation",
                           .inputs = {static_cast<std::uint32_t>(out.nodes.size())},
                           .channels = node.channels,
                           .activation = activation,
                           .slope = node.slope});
    now.push_back(static_cast<std::uint32_t>(out.nodes.size()));
  }
  return out;
}

/// value = (eight bits - zero) scale
struct Range {
  double scale = 1;
  std::int32_t zero = 0;
};

Range range_of(double low, double high) {
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  if (high - low < 1e-9) high = low + 1e-9;
  Range range;
  range.scale = (high - low) / 255;
  range.zero = static_cast<std::int32_t>(std::clamp<long>(std::lround(-128 - low / range.scale), -128, 127));
  return range;
}

std::int8_t eight_bits(double x, const Range& range) {
  return static_cast<std::int8_t>(std::clamp<long>(std::lround(x / range.scale) + range.zero, -128, 127));
}

/// The range whose eight bits leave the least squared error of these numbers: outliers may be cut.
Range best_range(const std::vector<float>& numbers, bool reaches_six) {
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  Range best;
  double least = -1;
  for (const double share : {1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5}) {
    const double to = reaches_six ? 6.0 : share * static_cast<double>(*high);
    const Range range = range_of(share * static_cast<double>(*low), to);
    double error = 0;
    for (const float x : numbers) {
      const double back =
          (eight_bits(static_cast<double>(x), range) - range.zero) * range.scale - static_cast<double>(x);
      error += back * back;
    }
    if (least >= 0 && error >= least) continue;
    least = error;
    best = range;
  }
  return best;
}

/// multiplier / 2^31 / 2^shift nearest to `real` (positive, below a half), adding `zero`.
infer::Scale scale_of(double real, std::int32_t zero) {
  int exponent = 0;
  (void)std::frexp(real, &exponent);
  const int shift = std::clamp<int>(-exponent, infer::least_shift, infer::greatest_shift);
  const double multiplier = std::min(std::ldexp(real, 31 + shift), 2147483647.0);
  return {static_cast<std::int32_t>(std::llround(std::min(multiplier, 2147483647.0))),
          (1 << (shift - 1)) + zero * (1 << shift), static_cast<std::uint8_t>(shift)};
}

class Quantiser {
 public:
  Quantiser(const FloatGraph& graph, const std::vector<std::vector<float>>& windows)
      : graph_(expanded(graph)), windows_(windows) {
    if (windows.empty()) throw Error("there is no window to calibrate with");
    for (const auto& window : windows) values_.push_back(float_values_of_window(graph_, window));
    find_ranges();
  }

  Quantised quantised() {
    Quantised out;
    out.graph.window = graph_.window;
    out.graph.hop = graph_.hop;
    for (std::size_t c = 0; c < graph_.mean.size(); ++c) {
      const double gain = 1 / (static_cast<double>(graph_.deviation[c]) * range(0).scale);
      out.graph.input.push_back(
          {static_cast<float>(gain), static_cast<float>(range(0).zero - static_cast<double>(graph_.mean[c]) * gain)});
    }
    for (std::uint32_t n = 0; n < graph_.nodes.size(); ++n) out.graph.nodes.push_back(node(n));
    const Range& last = range(static_cast<std::uint32_t>(graph_.nodes.size()));
    out.graph.output_scale = static_cast<float>(last.scale);
    out.graph.output_zero = last.zero;
    out.nodes = errors(out.graph);
    return out;
  }

 private:
  Range& range(std::uint32_t value) { return ranges_[groups_.root(value)]; }

  void find_ranges() {
    const auto count = static_cast<std::uint32_t>(graph_.nodes.size() + 1);
    groups_ = Groups(graph_);
    ranges_.resize(count);
    std::vector<std::vector<float>> numbers(count);
    std::vector<bool> six(count, false);
    for (std::uint32_t v = 0; v < count; ++v) {
      std::size_t total = 0;
      for (const auto& window : values_) total += window[v].size();
      const std::size_t every = total / values_looked_at + 1;
      auto& into = numbers[groups_.root(v)];
      std::size_t at = 0;
      for (const auto& window : values_) {
        for (const float x : window[v]) {
          if (!std::isfinite(x))
            throw Error("the network gives a number that is not finite", v == 0 ? "input" : graph_.nodes[v - 1].name);
          if (at++ % every == 0) into.push_back(x);
        }
      }
      if (v > 0 && graph_.nodes[v - 1].activation == Activation::relu6) six[groups_.root(v)] = true;
    }
    for (std::uint32_t v = 0; v < count; ++v) {
      if (groups_.root(v) == v) ranges_[v] = best_range(numbers[v], six[v]);
    }
    // Wide enough for the scales that the kernels know; what is wider asks more of what reads it.
    for (bool wider = true; wider;) {
      wider = false;
      for (std::uint32_t n = 0; n < graph_.nodes.size(); ++n) wider = widen(n) || wider;
    }
  }

  bool widen(std::uint32_t n) {
    const FloatNode& node = graph_.nodes[n];
    Range& out = range(n + 1);
    double least = 0;
    if (node.kind == NodeKind::dense || node.kind == NodeKind::depthwise) {
      for (std::uint32_t o = 0; o < node.channels; ++o)
        least = std::max(least, range(node.inputs[0]).scale * weight_scale(n, o) / greatest_real);
    } else if (node.kind == NodeKind::mean || node.kind == NodeKind::window_mean) {
      least = range(node.inputs[0]).scale / node.span / greatest_real;
    } else if (node.kind == NodeKind::add) {
      least = std::max(range(node.inputs[0]).scale, range(node.inputs[1]).scale) / 512;
    }
    if (out.scale >= least) return false;
    const double low = (-128 - out.zero) * out.scale, high = (127 - out.zero) * out.scale,
                 by = least / out.scale * 1.01;
    out = range_of(low * by, high * by);
    return true;
  }

  template <class F>
  void each_weight(std::uint32_t n, std::uint32_t output, const F& f) const {
    const FloatNode& node = graph_.nodes[n];
    if (node.kind == NodeKind::depthwise) {
      for (std::uint32_t k = 0; k < node.span; ++k) f(k * node.channels + output);
      return;
    }
    const std::uint32_t inputs = node.span * graph_.channels_of(node.inputs[0]);
    for (std::uint32_t i = 0; i < inputs; ++i) f(output * inputs + i);
  }

  double weight_scale(std::uint32_t n, std::uint32_t output) {
    const FloatNode& node = graph_.nodes[n];
    double most = 0;
    each_weight(n, output,
                [&](std::size_t i) { most = std::max(most, std::abs(static_cast<double>(node.weights[i]))); });
    // A bias that is great beside the weights coarsens them, so that the sum stays within its bits.
    const double for_bias = std::abs(static_cast<double>(node.bias[output])) / range(node.inputs[0]).scale / (1 << 28);
    return std::max({most / 127, for_bias, 1e-12});
  }

  WholeNode node(std::uint32_t n) {
    const FloatNode& given = graph_.nodes[n];
    WholeNode out{.kind = given.kind,
                  .name = given.name,
                  .inputs = given.inputs,
                  .channels = given.channels,
                  .span = given.span,
                  .dilation = given.dilation,
                  .stride = given.stride,
                  .first = given.first};
    const Range &in = range(given.inputs[0]), &to = range(n + 1);
    switch (given.kind) {
      case NodeKind::dense:
      case NodeKind::depthwise:
        weigh(n, in, to, out);
        break;
      case NodeKind::mean:
      case NodeKind::window_mean:
        out.bias = {-in.zero * static_cast<std::int32_t>(given.span)};
        out.scales = {scale_of(in.scale / given.span / to.scale, to.zero)};
        break;
      case NodeKind::add:
        join(given, to, out);
        break;
      case NodeKind::table:
        for (int q = -128; q < 128; ++q)
          out.weights.push_back(
              eight_bits(activated(given.activation, (q - in.zero) * in.scale, static_cast<double>(given.slope)), to));
        break;
      default:
        break;
    }
    return out;
  }

  void weigh(std::uint32_t n, const Range& in, const Range& to, WholeNode& out) {
    const FloatNode& given = graph_.nodes[n];
    out.weights.resize(given.weights.size());
    for (std::uint32_t o = 0; o < given.channels; ++o) {
      const double scale = weight_scale(n, o);
      std::int64_t sum = 0;
      each_weight(n, o, [&](std::size_t i) {
        out.weights[i] = static_cast<std::int8_t>(
            std::clamp<long>(std::lround(static_cast<double>(given.weights[i]) / scale), -127, 127));
        sum += out.weights[i];
      });
      out.bias.push_back(static_cast<std::int32_t>(
          std::llround(static_cast<double>(given.bias[o]) / (in.scale * scale)) - in.zero * sum));
      out.scales.push_back(scale_of(in.scale * scale / to.scale, to.zero));
    }
  }

  void join(const FloatNode& given, const Range& to, WholeNode& out) {
    const Range &a = range(given.inputs[0]), &b = range(given.inputs[1]);
    const double ratio[2] = {a.scale / to.scale, b.scale / to.scale};
    int exponent = 0;
    (void)std::frexp(std::max(ratio[0], ratio[1]), &exponent);
    const int shift = std::clamp<int>(20 - exponent, infer::least_shift, infer::greatest_shift - 1);
    for (int i = 0; i < 2; ++i)
      out.multiplier[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(std::lround(std::ldexp(ratio[i], shift)));
    const std::int64_t offset = (std::int64_t{1} << (shift - 1)) + std::int64_t{to.zero} * (1 << shift) -
                                std::int64_t{a.zero} * out.multiplier[0] - std::int64_t{b.zero} * out.multiplier[1];
    if (std::abs(offset) >= 1 << 30) throw Error("the sum's scales are too far apart for eight bits", given.name);
    out.scales = {{0, static_cast<std::int32_t>(offset), static_cast<std::uint8_t>(shift)}};
  }

  std::vector<NodeError> errors(const WholeGraph& graph) {
    std::vector<double> power(graph.nodes.size(), 0), noise(graph.nodes.size(), 0);
    for (std::size_t w = 0; w < windows_.size(); ++w) {
      const auto whole = values_of_window(graph, quantised_samples(graph, windows_[w]));
      for (std::uint32_t n = 0; n < graph.nodes.size(); ++n) {
        const Range& of = range(n + 1);
        for (std::size_t i = 0; i < whole[n + 1].size(); ++i) {
          const auto x = static_cast<double>(values_[w][n + 1][i]);
          const double apart = (whole[n + 1][i] - of.zero) * of.scale - x;
          power[n] += x * x;
          noise[n] += apart * apart;
        }
      }
    }
    std::vector<NodeError> out;
    for (std::uint32_t n = 0; n < graph.nodes.size(); ++n)
      out.push_back({graph.nodes[n].name, 10 * std::log10(std::max(power[n], 1e-30) / std::max(noise[n], 1e-30)),
                     range(n + 1).scale, range(n + 1).zero});
    return out;
  }

  FloatGraph graph_;
  const std::vector<std::vector<float>>& windows_;
  std::vector<std::vector<std::vector<float>>> values_;
  Groups groups_{FloatGraph{}};
  std::vector<Range> ranges_;
};

}  // namespace

Quantised quantise(const FloatGraph& graph, const std::vector<std::vector<float>>& windows) {
  return Quantiser(graph, windows).quantised();
}

std::vector<std::int8_t> quantised_samples(const WholeGraph& graph, std::span<const float> samples) {
  std::vector<std::int8_t> out(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i)
    out[i] = infer::Network::quantised(samples[i], graph.input[i % graph.input.size()]);
  return out;
}

}  // namespace vagus::lab
