#pragma once
/// Runs a plan sample by sample: each row of each value is computed once, when the last row that it looks at has come.
/// What comes out is, integer for integer, what computing every window anew gives.
#include "device/base/math.h"
#include "device/infer/plan.h"

namespace vagus::infer {

/// A network in a plan (flash) and an arena (memory, aligned to 16, `head->arena_bytes` of it); nothing else is kept
/// but where both are. A copy of the arena is a snapshot.
class Network {
 public:
  /// `plan.error` must be ok. Clears the arena.
  Network(const Plan& plan, std::uint8_t* arena) : plan_(plan), arena_(arena) { reset(); }

  const PlanHead& head() const { return *plan_.head; }

  /// From nothing, as after a gap: the next decision needs a whole window.
  void reset() {
    for (std::uint32_t i = 0; i < head().arena_bytes; ++i) arena_[i] = 0;
    for (std::uint32_t n = 0; n < head().nodes; ++n) {
      for (std::uint32_t i = 0; i < 2; ++i) place(n, i) = plan_.nodes[n].first[i];
    }
  }

  /// One sample, a number for each channel. Returns the outputs of a decision (eight bits, `head().outputs` of them,
  /// valid until the next call), or nullptr where this sample ends no window.
  const std::int8_t* push(const float* x) {
    std::int8_t* row = next_row(0);
    for (std::uint32_t c = 0; c < head().input_channels; ++c) row[c] = quantised(x[c], plan_.input[c]);
    return run();
  }
  /// The same for a sample that is eight-bit already.
  const std::int8_t* push(const std::int8_t* x) {
    std::int8_t* row = next_row(0);
    for (std::uint32_t c = 0; c < head().input_channels; ++c) row[c] = x[c];
    return run();
  }

  static std::int8_t quantised(float x, const InputScale& scale) {
    return saturated(round_to_i32(x * scale.gain + scale.offset));
  }

 private:
  using Node = PlanNode;

  std::int32_t& rows(std::uint32_t value) { return reinterpret_cast<std::int32_t*>(arena_)[value]; }
  std::int32_t& place(std::uint32_t node, std::uint32_t input) {
    return reinterpret_cast<std::int32_t*>(arena_)[head().values + 2 * node + input];
  }
  std::int32_t& phase(std::uint32_t node) {
    return reinterpret_cast<std::int32_t*>(arena_)[head().values + 2 * head().nodes + node];
  }
  /// Whether anybody looks at the row that the node comes to.
  bool needed(std::uint32_t n, const Node& node) {
    if (node.period == 0) return true;
    std::int32_t& at = phase(n);
    const bool bit = (node.needed[at >> 5] >> (at & 31) & 1U) != 0;
    if (++at == static_cast<std::int32_t>(node.period)) at = 0;
    return bit;
  }
  std::int8_t* row_of(std::uint32_t value, std::uint32_t row) {
    const PlanValue& v = plan_.values[value];
    return reinterpret_cast<std::int8_t*>(arena_ + v.at) + row * v.channels;
  }
  const std::uint8_t* weights(const Node& node) const { return plan_.bytes + node.weights; }

  /// Room for a row at the value's end; rows that nobody looks at any more make way for it.
  std::int8_t* next_row(std::uint32_t value) {
    const PlanValue& v = plan_.values[value];
    std::int32_t& count = rows(value);
    if (count == v.capacity) drop(value);
    return row_of(value, static_cast<std::uint32_t>(count++));
  }

  void drop(std::uint32_t value) {
    const PlanValue& v = plan_.values[value];
    std::int32_t& count = rows(value);
    std::int32_t unneeded = count;
    for (std::uint32_t n = 0; n < head().nodes; ++n) {
      const Node& node = plan_.nodes[n];
      for (std::uint32_t i = 0; i < node.inputs; ++i) {
        if (node.input[i] == value && place(n, i) < unneeded) unneeded = place(n, i);
      }
    }
    // A plan with too little room keeps to its memory; it is not one that vagus writes.
    if (unneeded < 1) unneeded = 1;
    std::int8_t* to = row_of(value, 0);
    const std::int8_t* from = row_of(value, static_cast<std::uint32_t>(unneeded));
    const auto bytes = static_cast<std::uint32_t>(count - unneeded) * v.channels;
    __builtin_memmove(to, from, bytes);
    count -= unneeded;
    for (std::uint32_t n = 0; n < head().nodes; ++n) {
      const Node& node = plan_.nodes[n];
      for (std::uint32_t i = 0; i < node.inputs; ++i) {
        if (node.input[i] == value) place(n, i) = place(n, i) < unneeded ? 0 : place(n, i) - unneeded;
      }
    }
  }

  const std::int8_t* run() {
    const std::uint32_t last = head().values - 1U;
    for (std::uint32_t n = 0; n < head().nodes; ++n) {
      const Node& node = plan_.nodes[n];
      const bool by_window = node.kind >= NodeKind::window_maximum;
      const std::int32_t reach = by_window ? 0 : (node.span - 1) * node.dilation;
      bool ready = true;
      for (std::uint32_t i = 0; i < node.inputs; ++i) ready = ready && place(n, i) + reach < rows(node.input[i]);
      if (!ready) continue;
      if (by_window) {
        window_row(n, node);
        continue;
      }
      const std::int8_t* a = row_of(node.input[0], static_cast<std::uint32_t>(place(n, 0)));
      const std::int8_t* b =
          row_of(node.input[node.inputs - 1], static_cast<std::uint32_t>(place(n, node.inputs - 1U)));
      std::int8_t* out = next_row(node.output);
      if (needed(n, node)) fire(node, a, b, out);
      for (std::uint32_t i = 0; i < node.inputs; ++i) place(n, i) += node.stride;
    }
    if (rows(last) == 0) return nullptr;
    rows(last) = 0;
    return row_of(last, 0);
  }

  void fire(const Node& node, const std::int8_t* a, const std::int8_t* b, std::int8_t* out) {
    const std::uint32_t channels = plan_.values[node.input[0]].channels;
    const std::uint32_t outputs = plan_.values[node.output].channels;
    switch (node.kind) {
      case NodeKind::dense:
        return convolve(node, a, channels, outputs, out);
      case NodeKind::depthwise:
        return depthwise(weights(node), channels, node.span, a, channels * node.dilation, out);
      case NodeKind::maximum:
      case NodeKind::mean:
        for (std::uint32_t c = 0; c < channels; ++c) out[c] = pooled(node, a + c, channels * node.dilation);
        return;
      case NodeKind::add:
        for (std::uint32_t c = 0; c < channels; ++c)
          out[c] = saturated((a[c] * node.multiplier[0] + b[c] * node.multiplier[1] + node.scale.offset) >>
                             node.scale.shift);
        return;
      case NodeKind::concatenate:
        for (std::uint32_t c = 0; c < channels; ++c) out[c] = a[c];
        for (std::uint32_t c = channels; c < outputs; ++c) out[c] = b[c - channels];
        return;
      case NodeKind::table:
        for (std::uint32_t c = 0; c < channels; ++c)
          out[c] = static_cast<std::int8_t>(weights(node)[static_cast<std::uint8_t>(a[c] + 128)]);
        return;
      case NodeKind::window_maximum:
      case NodeKind::window_mean:
        return;
    }
  }

  void convolve(const Node& node, const std::int8_t* a, std::uint32_t channels, std::uint32_t outputs,
                std::int8_t* out) {
    const std::uint32_t inputs = node.span * channels;
    std::uint8_t* scratch = arena_ + head().scratch;
    if (node.dilation != 1) {
      for (std::uint32_t k = 0; k < node.span; ++k)
        __builtin_memcpy(scratch + k * channels, a + std::uint32_t{k} * node.dilation * channels, channels);
      a = reinterpret_cast<const std::int8_t*>(scratch);
      scratch += 16 * sixteens(inputs);
    }
    dense(weights(node), inputs, outputs, a, out, scratch);
  }

  static std::int8_t pooled(const Node& node, const std::int8_t* x, std::uint32_t step) {
    std::int32_t sum = node.multiplier[0];
    std::int32_t most = -128;
    for (std::uint32_t k = 0; k < node.span; ++k, x += step) {
      sum += *x;
      if (*x > most) most = *x;
    }
    return node.kind == NodeKind::mean ? requantised(sum, node.scale) : static_cast<std::int8_t>(most);
  }

  /// A row into the piece that is being filled; where it is full, over all pieces of the window.
  void window_row(std::uint32_t n, const Node& node) {
    const std::uint32_t channels = plan_.values[node.output].channels;
    const std::int8_t* x = row_of(node.input[0], static_cast<std::uint32_t>(place(n, 0)));
    ++place(n, 0);
    auto* filled =
        reinterpret_cast<std::uint32_t*>(arena_ + node.state);  // rows of this piece, pieces that are complete
    const std::uint32_t pieces = node.span / node.stride;
    if (node.kind == NodeKind::window_mean) {
      auto* sums = reinterpret_cast<std::int32_t*>(filled + 2);
      window(node, x, sums, filled, pieces, channels, [](std::int32_t a, std::int32_t b) { return a + b; });
    } else {
      auto* most = reinterpret_cast<std::int8_t*>(filled + 2);
      window(node, x, most, filled, pieces, channels, [](std::int32_t a, std::int32_t b) { return a > b ? a : b; });
    }
  }

  /// Cells: `pieces` rows in a ring, then the one that is being filled.
  template <class Cell, class Join>
  void window(const Node& node, const std::int8_t* x, Cell* cells, std::uint32_t* filled, std::uint32_t pieces,
              std::uint32_t channels, Join join) {
    Cell* open = cells + pieces * channels;
    for (std::uint32_t c = 0; c < channels; ++c)
      open[c] = filled[0] == 0 ? Cell{x[c]} : static_cast<Cell>(join(open[c], x[c]));
    if (++filled[0] < node.stride) return;
    filled[0] = 0;
    Cell* place_of = cells + filled[1] % pieces * channels;
    for (std::uint32_t c = 0; c < channels; ++c) place_of[c] = open[c];
    // Never to the end of what can be counted: only whether the ring is full, and where it is, matter.
    if (++filled[1] == 2 * pieces) filled[1] = pieces;
    if (filled[1] < pieces) return;
    std::int8_t* out = next_row(node.output);
    for (std::uint32_t c = 0; c < channels; ++c) {
      std::int32_t all = cells[c];
      for (std::uint32_t p = 1; p < pieces; ++p) all = join(all, cells[p * channels + c]);
      out[c] = node.kind == NodeKind::window_mean ? requantised(all + node.multiplier[0], node.scale)
                                                  : static_cast<std::int8_t>(all);
    }
  }

  Plan plan_;
  std::uint8_t* arena_;
};

}  // namespace vagus::infer
