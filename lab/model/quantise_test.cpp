#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "device/infer/network.h"
#include "lab/base/error.h"
#include "lab/model/graph.h"

namespace vagus::lab {
namespace {

/// Networks as people train them: convolutions with an activation each, perhaps a residual, a pool, a dense head.
struct Trained {
  explicit Trained(std::uint32_t seed) : random(seed) {}

  float normal(double deviation) { return static_cast<float>(std::normal_distribution<double>(0, deviation)(random)); }

  FloatNode weighted(const FloatGraph& graph, infer::NodeKind kind, std::uint32_t from, std::uint32_t channels,
                     std::uint32_t span, Activation activation) {
    FloatNode node{.kind = kind,
                   .name = "layer " + std::to_string(graph.nodes.size()),
                   .inputs = {from},
                   .channels = channels,
                   .span = span,
                   .activation = activation};
    const std::uint32_t each = kind == infer::NodeKind::dense ? span * graph.channels_of(from) : span;
    for (std::uint32_t i = 0; i < each * channels; ++i) node.weights.push_back(normal(1.4 / std::sqrt(each)));
    for (std::uint32_t o = 0; o < channels; ++o) node.bias.push_back(normal(0.1));
    return node;
  }

  FloatGraph make(Activation activation) {
    FloatGraph graph;
    graph.mean = {0.1F, -0.2F, 1.0F};
    graph.deviation = {0.4F, 0.5F, 0.3F};
    graph.hop = 16;
    const auto add = [&](FloatNode node) {
      graph.nodes.push_back(std::move(node));
      return static_cast<std::uint32_t>(graph.nodes.size());
    };
    std::uint32_t value = add(weighted(graph, infer::NodeKind::dense, 0, 12, 5, activation));
    const std::uint32_t before = value;
    value = add(weighted(graph, infer::NodeKind::depthwise, value, 12, 3, Activation::none));
    value = add(weighted(graph, infer::NodeKind::dense, value, 12, 1, activation));
    value = add({.kind = infer::NodeKind::add,
                 .name = "residual",
                 .inputs = {value, before},
                 .channels = 12,
                 .first = {0, 1},
                 .activation = activation});
    const std::uint32_t wide = add(weighted(graph, infer::NodeKind::dense, value, 8, 1, Activation::none));
    value = add({.kind = infer::NodeKind::concatenate, .name = "beside", .inputs = {value, wide}, .channels = 20});
    value = add(
        {.kind = infer::NodeKind::maximum, .name = "pool", .inputs = {value}, .channels = 20, .span = 2, .stride = 2});
    value = add({.kind = infer::NodeKind::window_mean,
                 .name = "mean",
                 .inputs = {value},
                 .channels = 20,
                 .span = 24,
                 .stride = 8});
    value = add(weighted(graph, infer::NodeKind::dense, value, 16, 1, activation));
    add(weighted(graph, infer::NodeKind::dense, value, 4, 1, Activation::none));
    graph.window = 48 + 4 + 2;
    return graph;
  }

  std::vector<float> window(const FloatGraph& graph) {
    std::vector<float> x;
    const double pace = std::uniform_real_distribution<double>(0.05, 0.6)(random),
                 size = std::uniform_real_distribution<double>(0.1, 1.5)(random);
    for (std::uint32_t n = 0; n < graph.window; ++n) {
      for (std::uint32_t c = 0; c < 3; ++c)
        x.push_back(graph.mean[c] +
                    graph.deviation[c] * (static_cast<float>(size * std::sin(pace * n + c)) + normal(0.3)));
    }
    return x;
  }

  std::mt19937 random;
};

TEST(Quantise, WhatEightBitsGiveIsNearWhatWasTrained) {
  for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6, Activation::silu,
                                      Activation::tanh, Activation::leaky_relu}) {
    Trained trained(static_cast<std::uint32_t>(activation) + 1);
    const FloatGraph graph = trained.make(activation);
    std::vector<std::vector<float>> calibration;
    for (int i = 0; i < 24; ++i) calibration.push_back(trained.window(graph));
    const Quantised quantised = quantise(graph, calibration);
    for (const NodeError& node : quantised.nodes)
      EXPECT_GT(node.signal_to_noise_db, 18) << node.name << " " << static_cast<int>(activation);
    // Windows it was not calibrated with.
    double power = 0, noise = 0;
    for (int i = 0; i < 40; ++i) {
      const auto x = trained.window(graph);
      const auto exact = float_values_of_window(graph, x).back();
      const auto eight = outputs_of_window(quantised.graph, quantised_samples(quantised.graph, x));
      for (std::size_t o = 0; o < exact.size(); ++o) {
        const double back =
            static_cast<double>(quantised.graph.output_scale) * (eight[o] - quantised.graph.output_zero);
        power += static_cast<double>(exact[o]) * static_cast<double>(exact[o]);
        noise += (back - static_cast<double>(exact[o])) * (back - static_cast<double>(exact[o]));
      }
    }
    EXPECT_GT(10 * std::log10(power / noise), 18) << static_cast<int>(activation);
  }
}

TEST(Quantise, ThePlanGivesTheSameIntegers) {
  Trained trained(9);
  const FloatGraph graph = trained.make(Activation::silu);
  std::vector<std::vector<float>> calibration;
  for (int i = 0; i < 8; ++i) calibration.push_back(trained.window(graph));
  const WholeGraph whole = quantise(graph, calibration).graph;
  const auto bytes = write_plan(whole);
  const infer::Plan plan = infer::check_plan(bytes);
  ASSERT_EQ(plan.error, infer::PlanError::ok);
  std::vector<std::int64_t> arena(plan.head->arena_bytes / 8 + 1);
  infer::Network network(plan, reinterpret_cast<std::uint8_t*>(arena.data()));
  const auto x = calibration[3];
  const std::int8_t* out = nullptr;
  for (std::size_t n = 0; n < graph.window; ++n) out = network.push(x.data() + 3 * n);
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(std::vector<std::int8_t>(out, out + 4), outputs_of_window(whole, quantised_samples(whole, x)));
}

TEST(Quantise, NothingToCalibrateWithAndNumbersThatAreNotFiniteAreRefused) {
  Trained trained(10);
  FloatGraph graph = trained.make(Activation::relu);
  EXPECT_THROW(quantise(graph, {}), Error);
  graph.nodes[1].weights[0] = std::numeric_limits<float>::infinity();
  try {
    quantise(graph, {trained.window(graph)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("layer 1"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace vagus::lab
