// ONNX files: read, and taken as a network of as many channels and samples as the first bytes say.
#include <string_view>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/model/onnx/from_onnx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vagus::lab;
  static const auto decode = reinterpret_cast<OnnxDecode>(module_entry("vagus-onnx", "vagus_onnx_decode"));
  if (size < 2) return 0;
  const NetworkInput input{
      .channels = 1U + data[0] % 8U, .window = 1U + data[1], .hop = 1U + data[1] % 16U, .time_first = data[0] > 127};
  try {
    OnnxModel model;
    decode(std::string_view(reinterpret_cast<const char*>(data) + 2, size - 2), "/nonexistent", model);
    from_onnx(model, input);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a refusal is an answer
  }
  return 0;
}
