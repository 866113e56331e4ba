#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/model/onnx/importer.h"

namespace vagus::lab {
namespace {

using infer::NodeKind;

std::uint32_t rows_after(std::uint32_t rows, std::uint64_t span, std::uint64_t dilation, std::uint64_t stride) {
  const std::uint64_t reach = (span - 1) * dilation;
  return reach >= rows ? 0 : static_cast<std::uint32_t>((rows - reach - 1) / stride + 1);
}

/// Attributes that say something of each spatial axis, filled up with what they are unless told.
std::vector<std::int64_t> filled(std::vector<std::int64_t> given, std::size_t count, std::int64_t otherwise) {
  given.resize(given.empty() ? count : given.size(), otherwise);
  return given;
}

bool within(const std::vector<std::int64_t>& values, std::int64_t low, std::int64_t high) {
  return std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return v >= low && v <= high; });
}

}  // namespace

OnnxImporter::Operators OnnxImporter::operators() {
  using I = OnnxImporter;
  return {{"Conv", &I::convolution},
          {"Gemm", &I::gemm},
          {"MatMul", &I::matrix},
          {"BatchNormalization", &I::normalisation},
          {"Add", &I::arithmetic},
          {"Sub", &I::arithmetic},
          {"Mul", &I::arithmetic},
          {"Div", &I::arithmetic},
          {"Relu", &I::activation},
          {"Sigmoid", &I::activation},
          {"Tanh", &I::activation},
          {"HardSigmoid", &I::activation},
          {"HardSwish", &I::activation},
          {"LeakyRelu", &I::activation},
          {"Elu", &I::activation},
          {"Gelu", &I::activation},
          {"Clip", &I::clip},
          {"MaxPool", &I::pool},
          {"AveragePool", &I::pool},
          {"GlobalAveragePool", &I::over_time},
          {"GlobalMaxPool", &I::over_time},
          {"ReduceMean", &I::over_time},
          {"ReduceMax", &I::over_time},
          {"Concat", &I::concatenation},
          {"Reshape", &I::reshape},
          {"Squeeze", &I::squeeze},
          {"Unsqueeze", &I::unsqueeze},
          {"Transpose", &I::transpose},
          {"Flatten", &I::flatten},
          {"Slice", &I::slice},
          {"Gather", &I::gather},
          {"Shape", &I::shape},
          {"Softmax", &I::softmax},
          {"Identity", &I::same},
          {"Dropout", &I::same},
          {"Cast", &I::same}};
}

void OnnxImporter::convolution(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const OnnxTensor& w = needed_constant(node, 1, "the kernel");
  const std::size_t spatial = s.axes.size() - 2;
  const auto time = static_cast<std::size_t>(std::find(s.axes.begin(), s.axes.end(), Axis::time) - s.axes.begin());
  if (s.axes.size() < 3 || time < 2 || time >= s.axes.size() || w.whole || w.shape.size() != s.axes.size())
    refuse(node, "a convolution over " + s.text() + " is not over time");
  const auto kernel = filled(integers(node, "kernel_shape", 99), spatial, 1),
             strides = filled(integers(node, "strides", 99), spatial, 1),
             dilations = filled(integers(node, "dilations", 99), spatial, 1),
             pads = filled(integers(node, "pads", 99), 2 * spatial, 0);
  const auto automatic = node.attributes.find("auto_pad");
  if (automatic != node.attributes.end() && automatic->second.s != "NOTSET" && automatic->second.s != "VALID")
    refuse(node, "it pads in time (auto_pad " + automatic->second.s + "): what lies outside the window would be zeros");
  if (!within(pads, 0, 0)) refuse(node, "it pads in time: what lies outside the window would be zeros");
  if (strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial ||
      !within(strides, 1, 65535) || !within(dilations, 1, 65535))
    refuse(node, "its strides, dilations or pads do not fit");
  const std::uint32_t channels = graph_.channels_of(s.value);
  const auto outputs = w.shape[0], taps = w.shape[time];
  const std::int64_t groups = integer(node, "group", 1);
  // Over the sensors' axis as a second spatial one, all of it at once, the kernel is a dense one.
  const bool sensors =
      s.axes[1] == Axis::one && std::find(s.axes.begin() + 2, s.axes.end(), Axis::channel) != s.axes.end();
  for (std::size_t a = 2; a < s.axes.size(); ++a) {
    const std::int64_t asked = a == time ? taps : s.axes[a] == Axis::channel ? channels : 1;
    if (w.shape[a] != asked) refuse(node, "a kernel over part of the axes " + s.text() + " is not known");
  }
  const std::int64_t within_group = sensors ? 1 : channels / std::max<std::int64_t>(1, groups);
  if (outputs < 1 || taps < 1 || taps > 65535 || groups < 1 || (sensors && groups != 1) ||
      (!sensors && (s.axes[1] != Axis::channel || channels % groups != 0)) || outputs % groups != 0 ||
      w.shape[1] != within_group)
    refuse(node, "the kernel does not fit " + std::to_string(channels) + " channels");
  const auto at = [&](std::int64_t o, std::int64_t c, std::int64_t k) {
    // [output][channel of the group][spatial...]
    const std::int64_t inner = sensors ? (s.axes[2] == Axis::time ? k * channels + c : c * taps + k) : c * taps + k;
    return w.floats[static_cast<std::size_t>(o * (sensors ? channels * taps : within_group * taps) + inner)];
  };
  FloatNode made{.channels = static_cast<std::uint32_t>(outputs),
                 .span = static_cast<std::uint32_t>(taps),
                 .dilation = static_cast<std::uint32_t>(dilations[time - 2]),
                 .stride = static_cast<std::uint32_t>(strides[time - 2])};
  if (groups == channels && outputs == channels && channels > 1) {
    made.kind = NodeKind::depthwise;
    for (std::int64_t k = 0; k < taps; ++k) {
      for (std::int64_t c = 0; c < channels; ++c) made.weights.push_back(at(c, 0, k));
    }
  } else {
    if (outputs * taps > (std::int64_t{1} << 26) / channels) refuse(node, "the kernel is too large");
    if (groups > 1)
      notes_.push_back(node.place + ": " + std::to_string(groups) +
                       " groups are computed as one, with zeros between them");
    for (std::int64_t o = 0; o < outputs; ++o) {
      const std::int64_t group = o / (outputs / groups);
      for (std::int64_t k = 0; k < taps; ++k) {
        for (std::int64_t c = 0; c < channels; ++c) {
          const std::int64_t inside = sensors ? c : c - group * within_group;
          made.weights.push_back(sensors || (inside >= 0 && inside < within_group) ? at(o, inside, k) : 0.0F);
        }
      }
    }
  }
  const OnnxTensor* bias = constant(node, 2);
  made.bias = bias != nullptr ? bias->floats : std::vector<float>(made.channels, 0.0F);
  if (made.bias.size() != made.channels) refuse(node, "the bias does not fit the kernel");
  const std::uint32_t rows = rows_after(s.rows, made.span, made.dilation, made.stride);
  if (rows == 0) refuse(node, "the window is shorter than what it looks at");
  std::vector<Axis> axes(s.axes.size(), Axis::one);
  axes[1] = Axis::channel;
  axes[time] = Axis::time;
  say(node, add(node, std::move(made), {s}, rows, axes));
}

void OnnxImporter::dense(const OnnxNode& node, const Signal& s, const std::vector<float>& weights,
                         std::uint32_t outputs, const std::vector<float>& bias) {
  if (s.axes.empty()) refuse(node, "a signal without axes");
  const bool all = s.axes.back() == Axis::all;
  const std::uint32_t channels = graph_.channels_of(s.value), span = all ? s.rows : 1;
  FloatNode made{.channels = outputs, .span = span, .bias = bias};
  made.weights.resize(weights.size());
  for (std::uint32_t o = 0; o < outputs; ++o) {
    for (std::uint32_t t = 0; t < span; ++t) {
      for (std::uint32_t c = 0; c < channels; ++c)
        made.weights[(std::size_t{o} * span + t) * channels + c] =
            weights[std::size_t{s.time_major ? t * channels + c : c * span + t} * outputs + o];
    }
  }
  std::vector<Axis> axes(s.axes.begin(), s.axes.end() - 1);
  axes.push_back(Axis::channel);
  say(node, add(node, std::move(made), {s}, all ? 1 : s.rows, axes));
}

void OnnxImporter::gemm(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const OnnxTensor& b = needed_constant(node, 1, "the matrix");
  const bool turned = integer(node, "transB", 0) != 0;
  const float alpha = number(node, "alpha", 1), beta = number(node, "beta", 1);
  if (integer(node, "transA", 0) != 0 || b.whole || b.shape.size() != 2 || s.axes.size() != 2 ||
      b.shape[turned ? 1 : 0] != size_of(s, 1))
    refuse(node, "the matrix does not fit " + s.text());
  const auto inputs = static_cast<std::size_t>(b.shape[turned ? 1 : 0]),
             outputs = static_cast<std::size_t>(b.shape[turned ? 0 : 1]);
  std::vector<float> weights(inputs * outputs);
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t o = 0; o < outputs; ++o)
      weights[i * outputs + o] = alpha * b.floats[turned ? o * inputs + i : i * outputs + o];
  }
  std::vector<float> bias(outputs, 0.0F);
  if (const OnnxTensor* c = constant(node, 2)) {
    if (c->floats.size() != outputs && c->floats.size() != 1) refuse(node, "the bias does not fit the matrix");
    for (std::size_t o = 0; o < outputs; ++o) bias[o] = beta * c->floats[c->floats.size() == 1 ? 0 : o];
  }
  dense(node, s, weights, static_cast<std::uint32_t>(outputs), bias);
}

void OnnxImporter::matrix(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const OnnxTensor& b = needed_constant(node, 1, "the matrix");
  const bool fits = !s.axes.empty() && (s.axes.back() == Axis::channel || s.axes.back() == Axis::all);
  if (!fits || b.whole || b.shape.size() != 2 || b.shape[0] != size_of(s, s.axes.size() - 1))
    refuse(node, "the matrix does not fit " + s.text());
  dense(node, s, b.floats, static_cast<std::uint32_t>(b.shape[1]),
        std::vector<float>(static_cast<std::size_t>(b.shape[1]), 0.0F));
}

void OnnxImporter::normalisation(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const std::uint32_t channels = graph_.channels_of(s.value);
  const float least = number(node, "epsilon", 1e-5F);
  std::vector<float> part[4];
  for (std::size_t i = 0; i < 4; ++i) {
    part[i] = needed_constant(node, i + 1, "a statistic").floats;
    if (part[i].size() != channels) refuse(node, "its statistics do not fit " + std::to_string(channels) + " channels");
  }
  if (s.axes.size() < 2 || s.axes[1] != Axis::channel) refuse(node, "it does not normalise channels: " + s.text());
  std::vector<float> gain(channels), offset(channels);
  for (std::uint32_t c = 0; c < channels; ++c) {
    gain[c] = part[0][c] / std::sqrt(part[3][c] + least);
    offset[c] = part[1][c] - part[2][c] * gain[c];
  }
  say(node, scaled(node, s, node.inputs[0], gain, offset));
}

std::vector<float> OnnxImporter::by_channel(const OnnxNode& node, const Signal& s, const OnnxTensor& tensor) const {
  const std::uint32_t channels = graph_.channels_of(s.value);
  const auto value = [&](std::size_t i) {
    return tensor.whole ? static_cast<float>(tensor.integers[i]) : tensor.floats[i];
  };
  if (tensor.size() == 1) return std::vector<float>(channels, value(0));
  bool fits = tensor.shape.size() <= s.axes.size() && tensor.size() == channels;
  for (std::size_t i = 0; i < tensor.shape.size() && fits; ++i) {
    const Axis axis = s.axes[s.axes.size() - 1 - i];
    const std::int64_t size = tensor.shape[tensor.shape.size() - 1 - i];
    fits = size == 1 || axis == Axis::channel;
  }
  if (!fits) refuse(node, "a constant that differs from sample to sample, or does not fit " + s.text());
  std::vector<float> out(channels);
  for (std::uint32_t c = 0; c < channels; ++c) out[c] = value(c);
  return out;
}

void OnnxImporter::arithmetic(const OnnxNode& node) {
  if (node.inputs.size() != 2) refuse(node, "it has not two inputs");
  for (std::size_t i = 0; i < 2; ++i) {
    if (const auto gate = gates_.find(node.inputs[i]); node.op == "Mul" && gate != gates_.end()) {
      const auto found = signals_.find(gate->second);
      const bool hard = hard_.contains(node.inputs[i]);
      return say(node, active(node, found->second, gate->second, hard ? Activation::hard_swish : Activation::silu));
    }
  }
  const bool first = signals_.contains(node.inputs[0]), second = signals_.contains(node.inputs[1]);
  if (first && second) {
    const Signal &a = signal(node, 0), &b = signal(node, 1);
    if (node.op != "Add") refuse(node, "of two signals only the sum is known");
    if (a.rows != b.rows || a.axes != b.axes || graph_.channels_of(a.value) != graph_.channels_of(b.value))
      refuse(node, "two signals that do not fit: " + a.text() + " of " + std::to_string(a.rows) + " rows and " +
                       b.text() + " of " + std::to_string(b.rows));
    return say(node,
               add(node, {.kind = NodeKind::add, .channels = graph_.channels_of(a.value)}, {a, b}, a.rows, a.axes));
  }
  const std::size_t at = first ? 0 : 1;
  const Signal& s = signal(node, at);
  if (!s.axes.empty() && s.axes.back() == Axis::all) refuse(node, "a constant over time and channels together");
  std::vector<float> gain(graph_.channels_of(s.value), 1.0F), offset(gain.size(), 0.0F);
  const auto c = by_channel(node, s, needed_constant(node, 1 - at, "one of the inputs"));
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (node.op == "Add") offset[i] = c[i];
    if (node.op == "Sub") offset[i] = first ? -c[i] : c[i];
    if (node.op == "Sub" && !first) gain[i] = -1;
    if (node.op == "Mul") gain[i] = c[i];
    if (node.op == "Div") gain[i] = 1 / c[i];
  }
  if (node.op == "Div" && !first) refuse(node, "a constant divided by a signal is not known");
  say(node, scaled(node, s, node.inputs[at], gain, offset));
}

void OnnxImporter::activation(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const bool hard = node.op == "HardSigmoid";
  if (hard &&
      (std::abs(number(node, "alpha", 0.2F) - 1.0F / 6) > 1e-4F || std::abs(number(node, "beta", 0.5F) - 0.5F) > 1e-6F))
    refuse(node, "of this slope it is not known (alpha 1/6, beta 1/2 is)");
  if ((node.op == "Sigmoid" || hard) && used_once(node.outputs[0])) {
    const auto gates = std::find_if(model_.nodes.begin(), model_.nodes.end(), [&](const OnnxNode& other) {
      return other.op == "Mul" && other.inputs.size() == 2 &&
             ((other.inputs[0] == node.outputs[0] && other.inputs[1] == node.inputs[0]) ||
              (other.inputs[1] == node.outputs[0] && other.inputs[0] == node.inputs[0]));
    });
    if (gates != model_.nodes.end()) {
      gates_[node.outputs[0]] = node.inputs[0];
      if (hard) hard_.insert(node.outputs[0]);
      skipped_.insert(node.outputs[0]);
      return;
    }
  }
  static const std::map<std::string, Activation> by_name = {{"Relu", Activation::relu},
                                                            {"Sigmoid", Activation::sigmoid},
                                                            {"Tanh", Activation::tanh},
                                                            {"HardSigmoid", Activation::hard_sigmoid},
                                                            {"HardSwish", Activation::hard_swish},
                                                            {"LeakyRelu", Activation::leaky_relu},
                                                            {"Elu", Activation::elu},
                                                            {"Gelu", Activation::gelu}};
  say(node,
      active(node, s, node.inputs[0], by_name.at(node.op), number(node, "alpha", node.op == "Elu" ? 1.0F : 0.01F)));
}

void OnnxImporter::clip(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const auto limit = [&](const char* name, std::size_t input, float otherwise) {
    if (node.attributes.contains(name)) return number(node, name, otherwise);
    const OnnxTensor* tensor = constant(node, input);
    return tensor == nullptr || tensor->floats.empty() ? otherwise : tensor->floats[0];
  };
  const float low = limit("min", 1, -3e38F), high = limit("max", 2, 3e38F);
  if (low != 0 || (high != 6 && high < 1e30F)) refuse(node, "limits other than 0 and 6, or 0 and none, are not known");
  say(node, active(node, s, node.inputs[0], high == 6 ? Activation::relu6 : Activation::relu));
}

void OnnxImporter::pool(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const auto time = static_cast<std::size_t>(std::find(s.axes.begin(), s.axes.end(), Axis::time) - s.axes.begin());
  if (s.axes.size() < 3 || time < 2 || time >= s.axes.size() || s.axes[1] != Axis::channel)
    refuse(node, "a pool over " + s.text() + " is not over time");
  const std::size_t spatial = s.axes.size() - 2;
  const auto kernel = filled(integers(node, "kernel_shape", 99), spatial, 1),
             strides = filled(integers(node, "strides", 99), spatial, 1),
             dilations = filled(integers(node, "dilations", 99), spatial, 1),
             pads = filled(integers(node, "pads", 99), 2 * spatial, 0);
  if (!within(pads, 0, 0)) refuse(node, "it pads in time: what lies outside the window would be zeros");
  if (kernel.size() != spatial || strides.size() != spatial || dilations.size() != spatial ||
      !within(kernel, 1, 65535) || !within(strides, 1, 65535) || !within(dilations, 1, 65535))
    refuse(node, "its kernel, strides or dilations do not fit");
  if (integer(node, "ceil_mode", 0) != 0)
    refuse(node, "rounding up the number of rows (ceil_mode) looks beyond the window");
  for (std::size_t a = 0; a < spatial; ++a) {
    if (a + 2 != time && (kernel[a] != 1 || strides[a] != 1))
      refuse(node, "a pool over part of the axes " + s.text() + " is not known");
  }
  FloatNode made{.kind = node.op == "MaxPool" ? NodeKind::maximum : NodeKind::mean,
                 .channels = graph_.channels_of(s.value),
                 .span = static_cast<std::uint32_t>(kernel[time - 2]),
                 .dilation = static_cast<std::uint32_t>(dilations[time - 2]),
                 .stride = static_cast<std::uint32_t>(strides[time - 2])};
  const std::uint32_t rows = rows_after(s.rows, made.span, made.dilation, made.stride);
  if (rows == 0) refuse(node, "the window is shorter than what it looks at");
  say(node, add(node, std::move(made), {s}, rows, s.axes));
}

void OnnxImporter::over_time(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const bool global = node.op.starts_with("Global"), mean = node.op == "GlobalAveragePool" || node.op == "ReduceMean";
  const bool keeps = global || integer(node, "keepdims", 1) != 0;
  std::vector<std::size_t> over;
  if (global) {
    for (std::size_t a = 2; a < s.axes.size(); ++a) over.push_back(a);
  } else {
    for (const std::int64_t axis : integers(node, "axes", 1)) over.push_back(axis_of(node, s, axis));
  }
  const bool time = std::any_of(over.begin(), over.end(), [&](std::size_t a) { return s.axes[a] == Axis::time; });
  for (const std::size_t a : over) {
    if (s.axes[a] == Axis::channel || s.axes[a] == Axis::all)
      refuse(node, "over channels it is not known: " + s.text());
  }
  std::vector<Axis> axes;
  for (std::size_t a = 0; a < s.axes.size(); ++a) {
    const bool gone = std::find(over.begin(), over.end(), a) != over.end();
    if (!gone) axes.push_back(s.axes[a]);
    if (gone && keeps) axes.push_back(Axis::one);
  }
  if (!time) {
    Signal out = s;
    out.axes = axes;
    return say(node, out);
  }
  const std::uint64_t period = period_[s.value];
  // Where the hop divides the window, a sum for each hop is enough.
  const bool pieces = period > 1 && s.rows % period == 0;
  const NodeKind kind = mean ? (pieces ? NodeKind::window_mean : NodeKind::mean)
                             : (pieces ? NodeKind::window_maximum : NodeKind::maximum);
  say(node, add(node, {.kind = kind, .channels = graph_.channels_of(s.value), .span = s.rows}, {s}, 1, axes));
}

void OnnxImporter::concatenation(const OnnxNode& node) {
  Signal joined = signal(node, 0);
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const Signal& other = signal(node, i);
    const std::size_t axis = axis_of(node, joined, integer(node, "axis", 1));
    if (other.axes != joined.axes || other.rows != joined.rows || joined.axes[axis] != Axis::channel)
      refuse(node, "signals are joined by their channels alone, and of as many rows: " + joined.text() + " and " +
                       other.text());
    joined = add(
        node,
        {.kind = NodeKind::concatenate, .channels = graph_.channels_of(joined.value) + graph_.channels_of(other.value)},
        {joined, other}, joined.rows, joined.axes);
  }
  say(node, joined);
}

void OnnxImporter::softmax(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  const bool last = std::any_of(model_.outputs.begin(), model_.outputs.end(),
                                [&](const OnnxValue& out) { return out.name == node.outputs[0]; });
  if (!last || s.rows != 1 || !used_once(node.outputs[0])) refuse(node, "a softmax is known at the model's end alone");
  softmax_ = true;
  say(node, s);
}

}  // namespace vagus::lab
