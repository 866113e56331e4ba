// What moves axes about and computes shapes: nothing of it is left in the network.
#include <algorithm>
#include <numeric>

#include "lab/base/error.h"
#include "lab/model/onnx/importer.h"

namespace vagus::lab {

std::size_t OnnxImporter::axis_of(const OnnxNode& node, const Signal& s, std::int64_t axis) const {
  const auto rank = static_cast<std::int64_t>(s.axes.size());
  if (axis < -rank || axis >= rank) refuse(node, "there is no axis " + std::to_string(axis) + " of " + s.text());
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

std::int64_t OnnxImporter::size_of(const Signal& s, std::size_t axis) const {
  const std::int64_t channels = graph_.channels_of(s.value);
  switch (s.axes[axis]) {
    case Axis::time:
      return s.rows;
    case Axis::channel:
      return channels;
    case Axis::all:
      return channels * s.rows;
    default:
      return 1;
  }
}

void OnnxImporter::say(const OnnxNode& node, Signal s) {
  // A signal keeps its maker through glue where nobody else looks at it.
  std::uint32_t maker = s.value;
  if (!node.inputs.empty()) {
    const auto from = signals_.find(node.inputs[0]);
    if (from != signals_.end() && from->second.value == s.value && !used_once(node.inputs[0])) maker = 0;
  }
  made_by_[node.outputs[0]] = maker;
  signals_[node.outputs[0]] = std::move(s);
}

void OnnxImporter::same(const OnnxNode& node) { say(node, signal(node, 0)); }

void OnnxImporter::transpose(const OnnxNode& node) {
  Signal s = signal(node, 0);
  auto order = integers(node, "perm", 99);
  if (order.empty()) {
    order.resize(s.axes.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  if (order.size() != s.axes.size()) refuse(node, "its order does not fit " + s.text());
  const std::vector<Axis> before = s.axes;
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t from = axis_of(node, s, order[i]);
    seen.insert(from);
    s.axes[i] = before[from];
  }
  if (seen.size() != order.size()) refuse(node, "its order names an axis twice");
  say(node, s);
}

void OnnxImporter::squeeze(const OnnxNode& node) {
  Signal s = signal(node, 0);
  std::vector<bool> gone(s.axes.size(), false);
  const auto axes = integers(node, "axes", 1);
  for (const std::int64_t axis : axes) gone[axis_of(node, s, axis)] = true;
  std::vector<Axis> left;
  for (std::size_t a = 0; a < s.axes.size(); ++a) {
    const bool one = size_of(s, a) == 1;
    if (axes.empty()) gone[a] = s.axes[a] == Axis::one;
    if (gone[a] && !one) refuse(node, "an axis that is longer than one is taken away: " + s.text());
    if (!gone[a]) left.push_back(s.axes[a]);
  }
  s.axes = left;
  say(node, s);
}

void OnnxImporter::unsqueeze(const OnnxNode& node) {
  Signal s = signal(node, 0);
  auto axes = integers(node, "axes", 1);
  const auto rank = static_cast<std::int64_t>(s.axes.size() + axes.size());
  for (std::int64_t& axis : axes) {
    if (axis < -rank || axis >= rank) refuse(node, "there is no axis " + std::to_string(axis));
    axis += axis < 0 ? rank : 0;
  }
  std::sort(axes.begin(), axes.end());
  for (const std::int64_t axis : axes) {
    if (axis > static_cast<std::int64_t>(s.axes.size())) refuse(node, "its axes do not fit " + s.text());
    s.axes.insert(s.axes.begin() + axis, Axis::one);
  }
  say(node, s);
}

void OnnxImporter::flatten(const OnnxNode& node) {
  Signal s = signal(node, 0);
  const std::size_t axis = axis_of(node, s, integer(node, "axis", 1));
  std::vector<Axis> moving;
  for (std::size_t a = 0; a < s.axes.size(); ++a) {
    if (s.axes[a] == Axis::one) continue;
    if (a < axis) refuse(node, "it leaves more than the batch in front: " + s.text());
    moving.push_back(s.axes[a]);
  }
  s.time_major = moving.size() == 2 && moving[0] == Axis::time;
  s.axes = {Axis::one, s.rows == 1 ? Axis::channel : moving == std::vector{Axis::all} ? Axis::all : Axis::all};
  say(node, s);
}

void OnnxImporter::reshape(const OnnxNode& node) {
  Signal s = signal(node, 0);
  std::vector<std::int64_t> target = needed_constant(node, 1, "the shape").integers;
  const std::int64_t channels = graph_.channels_of(s.value), all = channels * s.rows;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && integer(node, "allowzero", 0) == 0) target[i] = i < s.axes.size() ? size_of(s, i) : 1;
    if (target[i] > 0) known *= target[i];
  }
  for (std::int64_t& size : target) {
    if (size < 0) size = known > 0 ? all / known : 0;
  }
  std::vector<Axis> moving;
  for (const Axis axis : s.axes) {
    if (axis != Axis::one && !(axis == Axis::time && s.rows == 1) && !(axis == Axis::channel && channels == 1))
      moving.push_back(axis);
  }
  std::vector<std::int64_t> sizes;
  for (const Axis axis : moving) sizes.push_back(axis == Axis::time ? s.rows : axis == Axis::channel ? channels : all);
  std::vector<std::int64_t> asked;
  for (const std::int64_t size : target) {
    if (size != 1) asked.push_back(size);
  }
  const bool flat = asked == std::vector{all} && moving.size() == 2;
  if (!flat && asked != sizes) refuse(node, "a shape that tears time or channels apart, of " + s.text());
  if (flat) s.time_major = moving[0] == Axis::time;
  std::vector<Axis> axes;
  std::size_t next = 0;
  for (const std::int64_t size : target) axes.push_back(size == 1 ? Axis::one : flat ? Axis::all : moving[next++]);
  // A single channel, or row, still has to be told from the batch.
  if (moving.empty() && axes.size() > 1) axes.back() = Axis::channel;
  s.axes = axes;
  say(node, s);
}

void OnnxImporter::slice(const OnnxNode& node) {
  Signal s = signal(node, 0);
  const auto starts = integers(node, "starts", 1), ends = integers(node, "ends", 2);
  auto axes = integers(node, "axes", 3);
  const auto steps = integers(node, "steps", 4);
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (starts.empty() || starts.size() != ends.size() || axes.size() != starts.size())
    refuse(node, "its bounds are not constants that fit");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = axis_of(node, s, axes[i]);
    const std::int64_t size = size_of(s, axis);
    if (i < steps.size() && steps[i] != 1) refuse(node, "a slice in steps is not known");
    const std::int64_t from = std::clamp<std::int64_t>(starts[i] < 0 ? starts[i] + size : starts[i], 0, size);
    const std::int64_t to = std::clamp<std::int64_t>(ends[i] < 0 ? ends[i] + size : ends[i], 0, size);
    if (from == 0 && to == size) continue;
    if (s.axes[axis] != Axis::time) refuse(node, "a slice of anything but time is not known: " + s.text());
    if (to <= from) refuse(node, "nothing is left of the signal");
    s.first += static_cast<std::uint32_t>(from);
    s.rows = static_cast<std::uint32_t>(to - from);
  }
  say(node, s);
}

void OnnxImporter::gather(const OnnxNode& node) {
  Signal s = signal(node, 0);
  const OnnxTensor& index = needed_constant(node, 1, "the index");
  const std::size_t axis = axis_of(node, s, integer(node, "axis", 0));
  if (index.integers.size() != 1 || index.shape.size() > 1) refuse(node, "more than one place is taken out");
  const std::int64_t size = size_of(s, axis), at = index.integers[0] < 0 ? index.integers[0] + size : index.integers[0];
  if (at < 0 || at >= size) refuse(node, "its index lies outside");
  if (s.axes[axis] == Axis::channel || s.axes[axis] == Axis::all)
    refuse(node, "one channel is taken out of several: not known");
  if (s.axes[axis] == Axis::time) {
    s.first += static_cast<std::uint32_t>(at);
    s.rows = 1;
  }
  if (index.shape.empty()) {
    s.axes.erase(s.axes.begin() + static_cast<std::ptrdiff_t>(axis));
  } else {
    s.axes[axis] = s.axes[axis] == Axis::time ? Axis::time : Axis::one;
  }
  say(node, s);
}

void OnnxImporter::shape(const OnnxNode& node) {
  const Signal& s = signal(node, 0);
  OnnxTensor out{.shape = {static_cast<std::int64_t>(s.axes.size())}, .whole = true};
  for (std::size_t a = 0; a < s.axes.size(); ++a) out.integers.push_back(size_of(s, a));
  constants_[node.outputs[0]] = out;
}

bool OnnxImporter::fold_constants(const OnnxNode& node) {
  if (node.op == "Constant") {
    OnnxTensor out;
    if (const auto value = node.attributes.find("value"); value != node.attributes.end()) {
      out = value->second.tensor;
    } else if (const auto number = node.attributes.find("value_float"); number != node.attributes.end()) {
      out.floats = {number->second.f};
    } else if (const auto whole = node.attributes.find("value_int"); whole != node.attributes.end()) {
      out = {.whole = true, .integers = {whole->second.i}};
    } else if (const auto list = node.attributes.find("value_ints"); list != node.attributes.end()) {
      out = {
          .shape = {static_cast<std::int64_t>(list->second.ints.size())}, .whole = true, .integers = list->second.ints};
    } else if (const auto many = node.attributes.find("value_floats"); many != node.attributes.end()) {
      out.shape = {static_cast<std::int64_t>(many->second.floats.size())};
      out.floats = many->second.floats;
    } else {
      refuse(node, "a constant of a type that is not read");
    }
    constants_[node.outputs[0]] = out;
    return true;
  }
  if (node.inputs.empty()) return false;
  for (const std::string& name : node.inputs) {
    if (!name.empty() && !constants_.contains(name)) return false;
  }
  const OnnxTensor& a = constants_.at(node.inputs[0]);
  OnnxTensor out = a;
  if (node.op == "Unsqueeze") {
    out.shape.insert(out.shape.begin(), integers(node, "axes", 1).size(), 1);
  } else if (node.op == "Squeeze" || node.op == "Reshape") {
    out.shape.assign(node.op == "Squeeze" && a.size() == 1 ? 0 : 1, static_cast<std::int64_t>(a.size()));
    if (node.op == "Reshape") {
      out.shape = needed_constant(node, 1, "the shape").integers;
      std::int64_t known = 1;
      for (const std::int64_t size : out.shape) known *= size > 0 ? size : 1;
      for (std::int64_t& size : out.shape)
        size = size < 0 && known > 0 ? static_cast<std::int64_t>(a.size()) / known : size;
    }
  } else if (node.op == "Gather" && a.shape.size() == 1) {
    const OnnxTensor& index = constants_.at(node.inputs.at(1));
    out = {.shape = index.shape, .whole = a.whole};
    for (const std::int64_t i : index.integers) {
      const auto at = static_cast<std::size_t>(i < 0 ? i + a.shape[0] : i);
      if (at >= a.size()) refuse(node, "its index lies outside");
      if (a.whole) out.integers.push_back(a.integers[at]);
      if (!a.whole) out.floats.push_back(a.floats[at]);
    }
  } else if (node.op == "Concat" && a.shape.size() <= 1 && a.whole) {
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const auto& more = constants_.at(node.inputs[i]).integers;
      out.integers.insert(out.integers.end(), more.begin(), more.end());
    }
    out.shape = {static_cast<std::int64_t>(out.integers.size())};
  } else if (node.op == "Transpose" && a.shape.size() == 2 && !a.whole) {
    out.shape = {a.shape[1], a.shape[0]};
    for (std::int64_t r = 0; r < a.shape[0]; ++r) {
      for (std::int64_t c = 0; c < a.shape[1]; ++c)
        out.floats[static_cast<std::size_t>(c * a.shape[0] + r)] =
            a.floats[static_cast<std::size_t>(r * a.shape[1] + c)];
    }
  } else if (node.op == "Cast") {
    const bool to_float = integer(node, "to", 1) == 1 || integer(node, "to", 1) == 11 || integer(node, "to", 1) == 10;
    if (to_float && a.whole) out = {.shape = a.shape, .floats = {a.integers.begin(), a.integers.end()}};
    if (!to_float && !a.whole) refuse(node, "fractions made whole");
  } else if (node.op != "Identity") {
    refuse(node, "a computation over constants that is not known");
  }
  constants_[node.outputs[0]] = out;
  return true;
}

}  // namespace vagus::lab
