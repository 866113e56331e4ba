#pragma once
/// The state of an import: what every name of the model stands for.
#include <map>
#include <set>

#include "lab/model/onnx/from_onnx.h"

namespace vagus::lab {

enum class Axis : std::uint8_t { one, time, channel, all };  ///< `all`: time and channels flattened into one

/// A tensor that changes with the samples: rows of a value of the graph, within one window.
struct Signal {
  std::uint32_t value = 0, first = 0, rows = 0;
  std::vector<Axis> axes{};
  bool time_major = false;  ///< of `all`: time changes slower than channel
  std::string text() const;
};

class OnnxImporter {
 public:
  OnnxImporter(const OnnxModel& model, const NetworkInput& input) : model_(model), input_(input) {}
  Imported import();

 private:
  using Operators = std::map<std::string, void (OnnxImporter::*)(const OnnxNode&)>;
  static Operators operators();
  [[noreturn]] static void refuse(const OnnxNode& node, const std::string& why);

  const Signal& signal(const OnnxNode& node, std::size_t input) const;
  const OnnxTensor* constant(const OnnxNode& node, std::size_t input) const;
  const OnnxTensor& needed_constant(const OnnxNode& node, std::size_t input, const char* what) const;
  static std::int64_t integer(const OnnxNode& node, const char* name, std::int64_t otherwise);
  static float number(const OnnxNode& node, const char* name, float otherwise);
  /// An attribute, or since opset 13 an input.
  std::vector<std::int64_t> integers(const OnnxNode& node, const char* name, std::size_t input) const;
  bool used_once(const std::string& name) const;
  std::size_t axis_of(const OnnxNode& node, const Signal& s, std::int64_t axis) const;
  std::int64_t size_of(const Signal& s, std::size_t axis) const;

  Signal add(const OnnxNode& node, FloatNode made, const std::vector<Signal>& from, std::uint32_t rows,
             std::vector<Axis> axes);
  Signal scaled(const OnnxNode& node, const Signal& from, const std::string& name, const std::vector<float>& gain,
                const std::vector<float>& offset);
  Signal active(const OnnxNode& node, const Signal& from, const std::string& name, Activation activation,
                float slope = 0.01F);
  void say(const OnnxNode& node, Signal s);
  /// A constant as one number for each channel of a signal, where it is broadcast so.
  std::vector<float> by_channel(const OnnxNode& node, const Signal& s, const OnnxTensor& tensor) const;

  void take(const OnnxNode& node);
  bool fold_constants(const OnnxNode& node);

  void convolution(const OnnxNode& node);
  void gemm(const OnnxNode& node);
  void matrix(const OnnxNode& node);
  void dense(const OnnxNode& node, const Signal& s, const std::vector<float>& weights, std::uint32_t outputs,
             const std::vector<float>& bias);
  void normalisation(const OnnxNode& node);
  void arithmetic(const OnnxNode& node);
  void activation(const OnnxNode& node);
  void clip(const OnnxNode& node);
  void pool(const OnnxNode& node);
  void over_time(const OnnxNode& node);
  void concatenation(const OnnxNode& node);
  void reshape(const OnnxNode& node);
  void squeeze(const OnnxNode& node);
  void unsqueeze(const OnnxNode& node);
  void transpose(const OnnxNode& node);
  void flatten(const OnnxNode& node);
  void slice(const OnnxNode& node);
  void gather(const OnnxNode& node);
  void shape(const OnnxNode& node);
  void softmax(const OnnxNode& node);
  void same(const OnnxNode& node);

  const OnnxModel& model_;
  NetworkInput input_;
  FloatGraph graph_;
  std::vector<std::uint64_t> period_;
  std::map<std::string, Signal> signals_;
  std::map<std::string, OnnxTensor> constants_;
  std::map<std::string, int> uses_;
  std::map<std::string, std::uint32_t> made_by_;  ///< the value that a name's own node made
  std::map<std::string, std::string> gates_;      ///< name of sigmoid(x): x's name, where only a product with x uses it
  std::set<std::string> hard_;                    ///< of these, hard sigmoids
  std::set<std::string> skipped_;                 ///< names that stand for nothing of their own
  bool softmax_ = false;
  std::vector<std::string> notes_;
};

}  // namespace vagus::lab
