#include "lab/model/whole_graph.h"

#include <gtest/gtest.h>

#include "device/infer/network.h"
#include "lab/base/error.h"
#include "lab/model/random_graph.h"

namespace vagus::lab {
namespace {

/// A plan with memory of its own size, and canaries behind it.
struct Wrist {
  explicit Wrist(std::vector<std::uint8_t> bytes) : plan(std::move(bytes)), checked(infer::check_plan(plan)) {
    EXPECT_EQ(checked.error, infer::PlanError::ok);
    arena.assign((checked.head->arena_bytes + 15) / 16 + 1, {});
    for (auto& byte : arena.back()) byte = 0xA5;
  }
  std::uint8_t* memory() { return arena.front().data(); }
  bool kept_to_itself() const {
    return std::all_of(arena.back().begin(), arena.back().end(), [](std::uint8_t b) { return b == 0xA5; });
  }
  struct alignas(16) Sixteen : std::array<std::uint8_t, 16> {};
  std::vector<std::uint8_t> plan;
  infer::Plan checked;
  std::vector<Sixteen> arena;
};

std::vector<std::int8_t> samples(infer::Draws& draws, std::size_t count) {
  std::vector<std::int8_t> x(count);
  for (auto& value : x) value = static_cast<std::int8_t>(draws.byte());
  return x;
}

TEST(WholeGraph, StreamingIsComputingEveryWindowAnewIntegerForInteger) {
  std::size_t decisions = 0, told_apart = 0;
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    RandomGraph random(seed);
    const WholeGraph graph = random.make();
    Wrist wrist(write_plan(graph));
    infer::Network network(wrist.checked, wrist.memory());
    const std::size_t channels = graph.input.size(), length = graph.window + 7 * graph.hop;
    const auto x = samples(random.draws(), length * channels);
    std::size_t k = 0;
    for (std::size_t n = 0; n < length; ++n) {
      const std::int8_t* out = network.push(x.data() + n * channels);
      const bool due = n + 1 >= graph.window && (n + 1 - graph.window) % graph.hop == 0;
      ASSERT_EQ(out != nullptr, due) << "seed " << seed << " sample " << n;
      if (out == nullptr) continue;
      const auto anew =
          outputs_of_window(graph, std::span(x).subspan(k * graph.hop * channels, graph.window * channels));
      ASSERT_EQ(std::vector<std::int8_t>(out, out + anew.size()), anew) << "seed " << seed << " decision " << k;
      told_apart += std::adjacent_find(anew.begin(), anew.end(), std::not_equal_to<>()) == anew.end() ? 0 : 1;
      ++k;
      ++decisions;
    }
    ASSERT_EQ(k, 8U);
    ASSERT_TRUE(wrist.kept_to_itself()) << "seed " << seed;
  }
  // Outputs that say something: not all of them at one end of the range.
  EXPECT_GT(told_apart, decisions / 2);
}

TEST(WholeGraph, ACopyOfTheArenaGoesOnAndAResetBeginsAnew) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    RandomGraph random(seed);
    const WholeGraph graph = random.make();
    Wrist one(write_plan(graph)), two(one.plan);
    infer::Network first(one.checked, one.memory()), second(two.checked, two.memory());
    const std::size_t channels = graph.input.size(), half = graph.window + graph.hop;
    const auto x = samples(random.draws(), 2 * half * channels);
    for (std::size_t n = 0; n < half; ++n) first.push(x.data() + n * channels);
    two.arena = one.arena;
    for (std::size_t n = half; n < 2 * half; ++n) {
      const std::int8_t *a = first.push(x.data() + n * channels), *b = second.push(x.data() + n * channels);
      ASSERT_EQ(a == nullptr, b == nullptr);
      if (a != nullptr) {
        ASSERT_EQ(std::vector<std::int8_t>(a, a + graph.nodes.back().channels),
                  std::vector<std::int8_t>(b, b + graph.nodes.back().channels));
      }
    }
    first.reset();
    std::size_t until = 0;
    while (first.push(x.data() + until * channels) == nullptr) ++until;
    EXPECT_EQ(until + 1, graph.window);
  }
}

TEST(WholeGraph, NoFlippedOrCutPlanIsReadBeyondItsEnd) {
  RandomGraph random(11);
  const WholeGraph graph = random.make();
  const auto plan = write_plan(graph);
  for (std::size_t cut = 0; cut < plan.size(); cut += 3)
    EXPECT_NE(infer::check_plan(std::span(plan).first(cut)).error, infer::PlanError::ok);
  std::size_t taken = 0;
  for (std::size_t at = 0; at < plan.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      auto flipped = plan;
      flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1U << static_cast<unsigned>(bit)));
      const infer::Plan checked = infer::check_plan(flipped);
      if (checked.error != infer::PlanError::ok || checked.head->arena_bytes > 1 << 20) continue;
      ++taken;
      Wrist wrist(flipped);
      infer::Network network(wrist.checked, wrist.memory());
      std::vector<std::int8_t> x(checked.head->input_channels, 3);
      for (std::uint32_t n = 0; n < graph.window + 3; ++n) network.push(x.data());
      ASSERT_TRUE(wrist.kept_to_itself());
    }
  }
  EXPECT_GT(taken, 0U);  // a weight is as good as another: the bundle's digest tells, not the plan
}

TEST(WholeGraph, WhatContradictsItselfIsRefusedByTheNodesName) {
  const WholeGraph sound = RandomGraph(5).make();
  const auto why = [](WholeGraph graph) {
    try {
      write_plan(graph);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_EQ(why(sound), "taken");
  auto graph = sound;
  graph.nodes.back().weights.pop_back();
  EXPECT_NE(why(graph).find(graph.nodes.back().name), std::string::npos) << why(graph);
  graph = sound;
  graph.nodes.back().bias[0] = 1 << 30;
  EXPECT_NE(why(graph).find("a bias is out of range"), std::string::npos) << why(graph);
  graph = sound;
  graph.nodes[0].first[0] = 70000;
  EXPECT_NE(why(graph).find("passes over too many rows"), std::string::npos) << why(graph);
  graph = sound;
  graph.nodes[0].inputs = {7};
  EXPECT_NE(why(graph).find("reads what comes after it"), std::string::npos) << why(graph);
}

/// Five levels of kernel 7 with dilations 1 to 16, 50 Hz, a window of 200 samples every 25: what the last row of the
/// last level says is the answer, its head left out.
WholeGraph temporal_network() {
  WholeGraph graph;
  graph.window = 200;
  graph.hop = 25;
  graph.input.assign(6, {20.0F, 0.0F});
  infer::Draws draws{9};
  for (const std::uint32_t dilation : {1U, 2U, 4U, 8U, 16U}) {
    const auto value = static_cast<std::uint32_t>(graph.nodes.size());
    WholeNode node{.kind = infer::NodeKind::dense,
                   .name = "level of dilation " + std::to_string(dilation),
                   .inputs = {value},
                   .channels = 32,
                   .span = 7,
                   .dilation = dilation};
    for (std::uint32_t i = 0; i < 32 * 7 * graph.channels_of(value); ++i)
      node.weights.push_back(static_cast<std::int8_t>(draws.byte()));
    node.bias.assign(32, 100);
    node.scales.assign(32, {1 << 30, 1 << 9, 10});
    if (dilation == 16) {  // of the 14 rows of a window the last
      node.first[0] = 13;
      node.stride = 25;
    }
    graph.nodes.push_back(node);
  }
  return graph;
}

TEST(WholeGraph, ATemporalNetworkComputesATenthOfWhatAllColumnsTake) {
  const WholeGraph graph = temporal_network();
  const Products products = products_of(graph);
  // A tensor runtime computes all 200 columns of every level.
  std::uint64_t columns = 0;
  for (const WholeNode& node : graph.nodes) columns += 200 * node.weights.size();
  std::printf("temporal network: %llu products a decision streaming, %llu of all columns\n",
              static_cast<unsigned long long>(products.streaming), static_cast<unsigned long long>(columns));
  EXPECT_GE(columns, 10 * products.streaming);
  Wrist wrist(write_plan(graph));
  infer::Network network(wrist.checked, wrist.memory());
  infer::Draws draws{4};
  const auto x = samples(draws, std::size_t{600} * 6);
  std::size_t k = 0;
  for (std::size_t n = 0; n < 600; ++n) {
    const std::int8_t* out = network.push(x.data() + n * 6);
    if (out == nullptr) continue;
    EXPECT_EQ(n + 1, 200 + 25 * k);
    const auto anew = outputs_of_window(graph, std::span(x).subspan(k++ * 25 * 6, std::size_t{200} * 6));
    ASSERT_EQ(std::vector<std::int8_t>(out, out + 32), anew);
  }
  EXPECT_EQ(k, 17U);
}

}  // namespace
}  // namespace vagus::lab
