#pragma once
/// An ONNX file as plain data: what is read from its protocol buffers, without them.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// Numbers in row-major order: float types as float, whole types as int64.
struct OnnxTensor {
  std::vector<std::int64_t> shape{};
  bool whole = false;
  std::vector<float> floats{};
  std::vector<std::int64_t> integers{};
  std::size_t size() const { return whole ? integers.size() : floats.size(); }
};

struct OnnxAttribute {
  float f = 0;
  std::int64_t i = 0;
  std::string s{};
  std::vector<std::int64_t> ints{};
  std::vector<float> floats{};
  std::vector<std::string> strings{};
  OnnxTensor tensor{};
};

struct OnnxNode {
  std::string op{}, domain{}, name{};
  std::vector<std::string> inputs{}, outputs{};
  std::map<std::string, OnnxAttribute> attributes{};
  /// How it is spoken of: "node 3 Conv \"/conv1/Conv\"".
  std::string place{};
};

struct OnnxValue {
  std::string name{};
  std::vector<std::int64_t> shape{};  ///< -1: not told
};

struct OnnxModel {
  std::int64_t opset = 0, ml_opset = 0;
  std::string producer{};
  std::vector<OnnxValue> inputs{}, outputs{};  ///< inputs that are no initialisers
  std::map<std::string, OnnxTensor> initialisers{};
  std::vector<OnnxNode> nodes{};
};

/// Reads a file of at most 512 MiB, its external data (files in its own folder alone) included. Throws Error naming the
/// file and, where one is at fault, the node or tensor.
OnnxModel read_onnx(const std::filesystem::path& path);

/// What the module does: bytes of a file; `folder` is where external data lies.
using OnnxDecode = void (*)(std::string_view bytes, const std::filesystem::path& folder, OnnxModel& into);

}  // namespace vagus::lab
