#include "lab/model/bundle.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Bundle small_bundle() {
  Bundle bundle;
  bundle.info = {.name = "my.model",
                 .columns = {"acc_x_g", "acc_y_g"},
                 .rate_hz = 50,
                 .window = 6,
                 .hop = 2,
                 .labels = {"still", "moving"},
                 .softmax = true};
  bundle.info.provenance = {{"from", "a test"}};
  FloatGraph graph{.window = 6, .hop = 2, .mean = {0.1F, 0.2F}, .deviation = {1, 2}};
  graph.nodes.push_back({.name = "conv",
                         .inputs = {0},
                         .channels = 3,
                         .span = 3,
                         .weights = std::vector<float>(18, 0.25F),
                         .bias = {1, 2, 3},
                         .activation = Activation::relu});
  graph.nodes.push_back(
      {.kind = infer::NodeKind::window_mean, .name = "mean", .inputs = {1}, .channels = 3, .span = 4, .stride = 2});
  graph.nodes.push_back({.name = "head", .inputs = {2}, .channels = 2, .weights = {1, 2, 3, 4, 5, 6}, .bias = {0, 0}});
  bundle.plan = write_plan(quantise(graph, {std::vector<float>(12, 0.5F), std::vector<float>(12, -0.5F)}).graph);
  bundle.graph = graph;
  return bundle;
}

std::string refusal(std::span<const std::uint8_t> bytes) {
  try {
    read_bundle(bytes, "m.vgm");
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(Bundle, IsReadAsItWasWritten) {
  const Bundle given = small_bundle();
  const auto bytes = write_bundle(given);
  const Bundle read = read_bundle(bytes, "m.vgm");
  EXPECT_EQ(read.info.name, "my.model");
  EXPECT_EQ(read.info.columns, given.info.columns);
  EXPECT_EQ(read.info.labels, given.info.labels);
  EXPECT_EQ(read.info.provenance, given.info.provenance);
  EXPECT_EQ(read.plan, given.plan);
  ASSERT_TRUE(read.graph);
  ASSERT_EQ(read.graph->nodes.size(), 3U);
  EXPECT_EQ(read.graph->nodes[0].weights, given.graph->nodes[0].weights);
  EXPECT_EQ(read.graph->nodes[0].activation, Activation::relu);
  EXPECT_EQ(read.graph->nodes[1].kind, infer::NodeKind::window_mean);
  EXPECT_EQ(read.graph->mean, given.graph->mean);
  EXPECT_FALSE(read.signer);
  EXPECT_EQ(read.digest.size(), 64U);
  EXPECT_EQ(write_bundle(read), bytes);
}

TEST(Bundle, EveryFlippedBitAndEveryCutIsRefused) {
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 64> secret{};
  ASSERT_GE(sodium_init(), 0);
  crypto_sign_keypair(key.data(), secret.data());
  const auto unsigned_bytes = write_bundle(small_bundle());
  for (const auto& bytes : {unsigned_bytes, signed_bundle(unsigned_bytes, secret)}) {
    ASSERT_EQ(refusal(bytes), "taken");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      auto flipped = bytes;
      flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1U << (at % 8)));
      ASSERT_NE(refusal(flipped), "taken") << at;
      ASSERT_NE(refusal(std::span(bytes).first(at)), "taken") << at;
    }
  }
}

TEST(Bundle, ASignatureIsOfTheKeyThatMadeIt) {
  std::array<std::uint8_t, 32> key{}, other{};
  std::array<std::uint8_t, 64> secret{}, others{};
  ASSERT_GE(sodium_init(), 0);
  crypto_sign_keypair(key.data(), secret.data());
  crypto_sign_keypair(other.data(), others.data());
  const auto once = signed_bundle(write_bundle(small_bundle()), secret);
  EXPECT_EQ(read_bundle(once, "m.vgm").signer, key);
  const auto again = signed_bundle(once, others);
  EXPECT_EQ(read_bundle(again, "m.vgm").signer, other);
  EXPECT_EQ(again.size(), once.size());
}

TEST(Bundle, AnotherVersionIsToldByItsNumber) {
  auto bytes = write_bundle(small_bundle());
  bytes[4] = 2;
  EXPECT_NE(refusal(bytes).find("of version 2"), std::string::npos) << refusal(bytes);
  EXPECT_NE(refusal(std::vector<std::uint8_t>(100, 7)).find("no model bundle"), std::string::npos);
}

TEST(Bundle, AGraphThatContradictsItselfIsRefusedByItsNode) {
  Bundle bundle = small_bundle();
  bundle.graph->nodes[0].weights.pop_back();
  EXPECT_NE(refusal(write_bundle(bundle)).find("conv"), std::string::npos) << refusal(write_bundle(bundle));
  bundle = small_bundle();
  bundle.graph->nodes[0].inputs = {3};
  EXPECT_NE(refusal(write_bundle(bundle)).find("comes after"), std::string::npos);
  bundle = small_bundle();
  bundle.info.labels = {"one"};
  EXPECT_NE(refusal(write_bundle(bundle)).find("number of labels"), std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
