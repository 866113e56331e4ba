#include "lab/model/onnx/from_onnx.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

OnnxTensor floats(std::vector<std::int64_t> shape, const std::function<float(std::size_t)>& value) {
  OnnxTensor tensor{.shape = std::move(shape)};
  std::size_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < count; ++i) tensor.floats.push_back(value(i));
  return tensor;
}
OnnxTensor whole(std::vector<std::int64_t> values) {
  return {.shape = {static_cast<std::int64_t>(values.size())}, .whole = true, .integers = std::move(values)};
}

OnnxNode node(const std::string& op, std::vector<std::string> inputs, const std::string& output) {
  static int number = 0;
  OnnxNode made{.op = op, .inputs = std::move(inputs), .outputs = {output}};
  made.place = "node " + std::to_string(++number) + " " + op;
  return made;
}

float weight(std::size_t i) { return static_cast<float>(std::sin(0.7 * static_cast<double>(i) + 0.3)); }

/// x[1, 2, 10] -> convolution to 3 channels, 3 taps -> normalisation -> relu -> mean over time -> dense to 2.
OnnxModel small() {
  OnnxModel model{.opset = 17, .inputs = {{"x", {-1, 2, 10}}}, .outputs = {{"y", {-1, 2}}}};
  model.initialisers["w"] = floats({3, 2, 3}, weight);
  model.initialisers["b"] = floats({3}, [](std::size_t i) { return 0.1F * static_cast<float>(i); });
  model.initialisers["gain"] = floats({3}, [](std::size_t i) { return 1.0F + static_cast<float>(i); });
  model.initialisers["shift"] = floats({3}, [](std::size_t) { return 0.2F; });
  model.initialisers["mean"] = floats({3}, [](std::size_t i) { return 0.3F * static_cast<float>(i); });
  model.initialisers["variance"] = floats({3}, [](std::size_t) { return 4.0F; });
  model.initialisers["m"] = floats({2, 3}, weight);
  model.initialisers["n"] = floats({2}, [](std::size_t i) { return static_cast<float>(i); });
  OnnxNode last = node("Gemm", {"flat", "m", "n"}, "y");
  last.attributes["transB"].i = 1;
  OnnxNode conv = node("Conv", {"x", "w", "b"}, "c");
  conv.attributes["kernel_shape"].ints = {3};
  model.nodes = {conv,
                 node("BatchNormalization", {"c", "gain", "shift", "mean", "variance"}, "normal"),
                 node("Relu", {"normal"}, "r"),
                 node("GlobalAveragePool", {"r"}, "p"),
                 node("Flatten", {"p"}, "flat"),
                 last};
  return model;
}

TEST(FromOnnx, IsWhatTheOperatorsSay) {
  const Imported imported = from_onnx(small(), {.channels = 2, .window = 10, .hop = 4});
  ASSERT_EQ(imported.graph.nodes.size(), 3U);  // normalisation and relu are part of the convolution
  std::vector<float> x;
  for (std::size_t i = 0; i < 20; ++i) x.push_back(static_cast<float>(std::cos(1.3 * static_cast<double>(i))));
  const auto out = float_values_of_window(imported.graph, x).back();
  double pooled[3] = {};
  for (std::size_t o = 0; o < 3; ++o) {
    for (std::size_t t = 0; t < 8; ++t) {
      double sum = 0.1 * static_cast<double>(o);
      for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t k = 0; k < 3; ++k)
          sum += static_cast<double>(weight((o * 2 + c) * 3 + k)) * static_cast<double>(x[(t + k) * 2 + c]);
      }
      sum = (sum - 0.3 * static_cast<double>(o)) / std::sqrt(4 + 1e-5) * (1 + static_cast<double>(o)) + 0.2;
      pooled[o] += std::max(0.0, sum) / 8;
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {
    double y = static_cast<double>(i);
    for (std::size_t o = 0; o < 3; ++o) y += static_cast<double>(weight(i * 3 + o)) * pooled[o];
    EXPECT_NEAR(static_cast<double>(out[i]), y, 1e-5);
  }
}

std::string why(const OnnxModel& model, NetworkInput input = {.channels = 2, .window = 10, .hop = 4}) {
  try {
    from_onnx(model, input);
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(FromOnnx, WhatCannotBeStreamedIsRefusedByItsNode) {
  EXPECT_EQ(why(small()), "taken");
  OnnxModel model = small();
  model.nodes[0].attributes["pads"].ints = {1, 1};
  EXPECT_NE(why(model).find("pads in time"), std::string::npos) << why(model);
  EXPECT_NE(why(model).find("Conv"), std::string::npos) << why(model);
  model = small();
  model.nodes[2].op = "Bernoulli";
  EXPECT_NE(why(model).find("Bernoulli is not known"), std::string::npos) << why(model);
  model = small();
  std::swap(model.nodes[0], model.nodes[1]);
  EXPECT_NE(why(model).find("not there before it is read"), std::string::npos) << why(model);
  model = small();
  model.nodes[0].inputs[0] = "r";  // a circle
  EXPECT_NE(why(model).find("not there before it is read"), std::string::npos) << why(model);
  model = small();
  model.nodes.pop_back();
  model.outputs[0].name = "r";
  EXPECT_NE(why(model).find("not one row of numbers"), std::string::npos) << why(model);
  EXPECT_NE(why(small(), {.channels = 3, .window = 10, .hop = 4}).find("[? x 2 x 10]"), std::string::npos);
  EXPECT_NE(why(small(), {.channels = 2, .window = 2, .hop = 4}).find("of shape"), std::string::npos);
  model = small();
  model.nodes[0].attributes["strides"].ints = {3};
  EXPECT_NE(why(model).find("no multiple of the network's stride"), std::string::npos) << why(model);
  model = small();
  model.initialisers["w"].shape = {3, 4, 3};
  EXPECT_NE(why(model).find("does not fit"), std::string::npos) << why(model);
}

TEST(FromOnnx, TheLastRowAloneAsksForItsOwnWork) {
  OnnxModel model = small();
  model.nodes[3] = node("Slice", {"r", "from", "to", "axes"}, "p");
  model.initialisers["from"] = whole({-1});
  model.initialisers["to"] = whole({1000});
  model.initialisers["axes"] = whole({2});
  const Imported imported = from_onnx(model, {.channels = 2, .window = 10, .hop = 4});
  const auto& head = imported.graph.nodes.back();
  EXPECT_EQ(head.first[0], 7U);
  EXPECT_EQ(head.stride, 4U);
}

TEST(ReadOnnx, WhatIsNoModelIsNamed) {
  const auto path =
      std::filesystem::temp_directory_path() / ("vagus-onnx-test-" + std::to_string(::getpid()) + ".onnx");
  for (const std::string& bytes : {std::string(), std::string("\xff\xff\xff\xff"), std::string(300, 'x')}) {
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      read_onnx(path);
      ADD_FAILURE() << bytes.size();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path.filename().string()), std::string::npos) << error.what();
    }
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vagus::lab
