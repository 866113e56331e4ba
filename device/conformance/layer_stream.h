#pragma once
/// The kernels of eight-bit networks as a section of a conformance stream.
#include "device/conformance/operator_stream.h"
#include "device/infer/random_stream.h"
#include "device/infer/trees.h"

namespace vagus::conformance {

template <class Stream>
[[gnu::noinline]] void write_layers(Stream& out) {
  constexpr std::uint32_t most_inputs = 272, most_outputs = 36;
  alignas(16) static std::uint8_t weights[infer::dense_stream_bytes(most_inputs, most_outputs)];
  alignas(16) static std::int8_t x[most_inputs + 16];
  alignas(16) static std::int8_t y[most_outputs];
  alignas(16) static std::uint8_t scratch[infer::dense_scratch_bytes(most_inputs)];
  Values<Stream> say(out);
  say.open("layers", "dense depthwise trees");
  infer::Draws draws{20};
  std::int64_t n = 0;
  const auto tell = [&](std::uint32_t outputs) {
    for (std::uint32_t o = 0; o < outputs; ++o) {
      say.next(n++);
      say(std::int32_t{y[o]});
    }
  };
  for (std::uint32_t turn = 0; turn < 200; ++turn) {
    // Extremes first: sums as large as they get, by scales that leave most of them standing.
    for (std::int8_t& value : x)
      value = turn < 8 ? std::int8_t(turn & 1U ? 127 : -128) : static_cast<std::int8_t>(draws.byte());
    const auto inputs = static_cast<std::uint32_t>(draws.within(1, most_inputs));
    const auto outputs = static_cast<std::uint32_t>(draws.within(1, most_outputs));
    const auto shift = static_cast<std::uint8_t>(turn < 100 ? draws.within(1, 22) : 11);
    const std::int8_t* from = x + (turn & 3U);  // at any address
    infer::draw_dense(weights, inputs, outputs, shift, draws);
    infer::dense(weights, inputs, outputs, from, y, scratch);
    tell(outputs);
    const std::uint32_t taps = 1 + turn % 7, channels = 1 + outputs % 32;
    infer::draw_depthwise(weights, channels, taps, shift, draws);
    infer::depthwise(weights, channels, taps, from, channels, y);
    tell(channels);
    const std::uint32_t depth = 1 + turn % 8;
    static std::uint16_t trees[2 * infer::tree_entries(infer::deepest_tree)];
    for (std::uint16_t& entry : trees) entry = static_cast<std::uint16_t>(draws.word() >> 16U);
    say.next(n++);
    say(infer::sum_of_trees(trees, depth, 2, reinterpret_cast<const std::uint8_t*>(x)));
  }
}

}  // namespace vagus::conformance
