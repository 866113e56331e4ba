#pragma once
/// ONNX to a network that streams: shapes followed for one window, glue taken away, what cannot be streamed named with
/// its node.
#include "lab/model/graph.h"
#include "lab/model/onnx/onnx_model.h"

namespace vagus::lab {

/// What the network is to be fed with.
struct NetworkInput {
  std::uint32_t channels = 0, window = 0, hop = 0;
  bool time_first = false;  ///< [batch, time, channel], not [batch, channel, time]
};

struct Imported {
  FloatGraph graph;
  bool softmax = false;              ///< the model ends in one; it is not part of the graph
  std::vector<std::string> notes{};  ///< for the reader: what was folded or left away
};

/// Throws Error naming the node: an operator that is not known, a shape that does not fit, what looks beyond its window
/// (padding in time), a hop that is no multiple of the strides, nodes in a circle.
Imported from_onnx(const OnnxModel& model, const NetworkInput& input);

}  // namespace vagus::lab
