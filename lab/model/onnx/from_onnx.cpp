#include "lab/model/onnx/from_onnx.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "lab/base/error.h"
#include "lab/model/onnx/importer.h"

namespace vagus::lab {

using infer::NodeKind;

[[noreturn]] void OnnxImporter::refuse(const OnnxNode& node, const std::string& why) { throw Error(why, node.place); }

std::string Signal::text() const {
  std::string out;
  for (const Axis axis : axes)
    out += std::string(out.empty() ? "" : " x ") + (axis == Axis::one       ? "1"
                                                    : axis == Axis::time    ? "time"
                                                    : axis == Axis::channel ? "channel"
                                                                            : "all");
  return "[" + out + "]";
}

const Signal& OnnxImporter::signal(const OnnxNode& node, std::size_t input) const {
  if (input >= node.inputs.size() || node.inputs[input].empty()) refuse(node, "an input is missing");
  const auto found = signals_.find(node.inputs[input]);
  if (found == signals_.end())
    refuse(node, "the input \"" + node.inputs[input] + "\" is a constant where a signal is asked for");
  return found->second;
}

const OnnxTensor* OnnxImporter::constant(const OnnxNode& node, std::size_t input) const {
  if (input >= node.inputs.size() || node.inputs[input].empty()) return nullptr;
  const auto found = constants_.find(node.inputs[input]);
  return found == constants_.end() ? nullptr : &found->second;
}

const OnnxTensor& OnnxImporter::needed_constant(const OnnxNode& node, std::size_t input, const char* what) const {
  const OnnxTensor* tensor = constant(node, input);
  if (tensor == nullptr) refuse(node, std::string(what) + " is not a constant");
  return *tensor;
}

std::int64_t OnnxImporter::integer(const OnnxNode& node, const char* name, std::int64_t otherwise) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? otherwise : found->second.i;
}

float OnnxImporter::number(const OnnxNode& node, const char* name, float otherwise) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? otherwise : found->second.f;
}

std::vector<std::int64_t> OnnxImporter::integers(const OnnxNode& node, const char* name, std::size_t input) const {
  if (const auto found = node.attributes.find(name); found != node.attributes.end()) return found->second.ints;
  const OnnxTensor* tensor = constant(node, input);
  return tensor == nullptr ? std::vector<std::int64_t>() : tensor->integers;
}

bool OnnxImporter::used_once(const std::string& name) const {
  const auto found = uses_.find(name);
  return found != uses_.end() && found->second == 1;
}

Signal OnnxImporter::add(const OnnxNode& node, FloatNode made, const std::vector<Signal>& from, std::uint32_t rows,
                         std::vector<Axis> axes) {
  made.name = node.name.empty() ? node.place : node.name;
  const std::uint64_t period = period_[from[0].value];
  // One row a window: of all rows that could be computed, that of the decision alone is.
  if (rows == 1) made.stride = static_cast<std::uint32_t>(period);
  if (period % made.stride != 0)
    refuse(node, "the hop of " + std::to_string(input_.hop) + " samples is no multiple of the network's stride here");
  for (std::size_t i = 0; i < from.size(); ++i) {
    made.inputs.push_back(from[i].value);
    made.first[i] = from[i].first;
    if (period_[from[i].value] != period) refuse(node, "signals of different rates come together");
  }
  period_.push_back(period / made.stride);
  graph_.nodes.push_back(std::move(made));
  return {static_cast<std::uint32_t>(graph_.nodes.size()), 0, rows, std::move(axes)};
}

/// Takes a factor and an addend of each channel into the weighted node that the signal comes from, or into a node of
/// its own.
Signal OnnxImporter::scaled(const OnnxNode& node, const Signal& from, const std::string& name,
                            const std::vector<float>& gain, const std::vector<float>& offset) {
  const std::uint32_t channels = graph_.channels_of(from.value);
  if (from.value > 0 && used_once(name)) {
    FloatNode& before = graph_.nodes[from.value - 1];
    const bool weighted = before.kind == NodeKind::dense || before.kind == NodeKind::depthwise;
    if (weighted && before.activation == Activation::none && made_by_[name] == from.value) {
      const std::size_t each = before.weights.size() / channels;
      for (std::uint32_t c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < each; ++i)
          before.weights[before.kind == NodeKind::dense ? c * each + i : i * channels + c] *= gain[c];
        before.bias[c] = before.bias[c] * gain[c] + offset[c];
      }
      return from;
    }
  }
  return add(node, {.kind = NodeKind::depthwise, .channels = channels, .weights = gain, .bias = offset}, {from},
             from.rows, from.axes);
}

Signal OnnxImporter::active(const OnnxNode& node, const Signal& from, const std::string& name, Activation activation,
                            float slope) {
  if (from.value > 0 && used_once(name) && made_by_[name] == from.value) {
    FloatNode& before = graph_.nodes[from.value - 1];
    if (before.activation == Activation::none && before.kind != NodeKind::table) {
      before.activation = activation;
      before.slope = slope;
      return from;
    }
  }
  return add(
      node,
      {.kind = NodeKind::table, .channels = graph_.channels_of(from.value), .activation = activation, .slope = slope},
      {from}, from.rows, from.axes);
}

void OnnxImporter::take(const OnnxNode& node) {
  if (fold_constants(node)) return;
  static const std::map<std::string, void (OnnxImporter::*)(const OnnxNode&)> known = operators();
  const auto found = known.find(node.op);
  if (found == known.end() || (!node.domain.empty() && node.domain != "ai.onnx"))
    refuse(node, "the operator " + (node.domain.empty() ? "" : node.domain + ".") + node.op + " is not known");
  (this->*found->second)(node);
}

Imported OnnxImporter::import() {
  if (model_.inputs.size() != 1)
    throw Error("the model has " + std::to_string(model_.inputs.size()) + " inputs, and one is asked for", "inputs");
  if (model_.outputs.empty()) throw Error("the model has no output", "outputs");
  const OnnxValue& in = model_.inputs[0];
  const auto refuse_shape = [&] {
    std::string shape;
    for (const std::int64_t size : in.shape)
      shape += (shape.empty() ? "" : " x ") + (size < 0 ? std::string("?") : std::to_string(size));
    throw Error("the model's input is of shape [" + shape + "], not a batch of " + std::to_string(input_.channels) +
                    " channels x " + std::to_string(input_.window) + " samples" +
                    (input_.time_first ? ", time first" : ""),
                "input \"" + in.name + "\"", "--layout, --window and the channels of --input have to fit");
  };
  if (in.shape.size() != 3) refuse_shape();
  const std::int64_t time = in.shape[input_.time_first ? 1 : 2], channels = in.shape[input_.time_first ? 2 : 1];
  if ((time >= 0 && time != input_.window) || (channels >= 0 && channels != input_.channels)) refuse_shape();
  graph_.window = input_.window;
  graph_.hop = input_.hop;
  graph_.mean.assign(input_.channels, 0);
  graph_.deviation.assign(input_.channels, 1);
  period_ = {input_.hop};
  signals_[in.name] = {0, 0, input_.window,
                       input_.time_first ? std::vector{Axis::one, Axis::time, Axis::channel}
                                         : std::vector{Axis::one, Axis::channel, Axis::time}};
  constants_ = model_.initialisers;
  for (const OnnxNode& node : model_.nodes) {
    for (const std::string& name : std::set(node.inputs.begin(), node.inputs.end())) ++uses_[name];
  }
  for (const OnnxValue& output : model_.outputs) ++uses_[output.name];
  // ONNX promises an order in which everything is there before it is read; what is in a circle never is.
  for (const OnnxNode& node : model_.nodes) {
    for (const std::string& name : node.inputs) {
      if (!name.empty() && !signals_.contains(name) && !constants_.contains(name) && !skipped_.contains(name))
        refuse(node, "the input \"" + name + "\" is not there before it is read");
    }
    if (node.outputs.empty()) refuse(node, "the node has no output");
    take(node);
  }
  const std::string& last = model_.outputs[0].name;
  const auto out = signals_.find(last);
  if (out == signals_.end()) throw Error("the output is no signal", "output \"" + last + "\"");
  if (graph_.nodes.empty() || out->second.value != graph_.nodes.size() || out->second.rows != 1 || period_.back() != 1)
    throw Error("the output is not one row of numbers a window, but " + std::to_string(out->second.rows) + " rows " +
                    out->second.text(),
                "output \"" + last + "\"");
  return {std::move(graph_), softmax_, std::move(notes_)};
}

Imported from_onnx(const OnnxModel& model, const NetworkInput& input) { return OnnxImporter(model, input).import(); }

}  // namespace vagus::lab
