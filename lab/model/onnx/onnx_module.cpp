// The module around protocol buffers: an ONNX file to plain data.
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <limits>

#include "lab/base/error.h"
#include "lab/model/onnx/onnx_model.h"

namespace vagus::lab {
namespace {

constexpr std::int64_t most_numbers = std::int64_t{1} << 27;

std::int64_t numbers_of(const onnx::TensorProto& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t size : tensor.dims()) {
    if (size < 0 || (size > 0 && count > most_numbers / size))
      throw Error("the tensor's size is out of range", tensor.name());
    count *= size;
  }
  return count;
}

/// A file beside the model, and nowhere else.
std::string external(const onnx::TensorProto& tensor, const std::filesystem::path& folder, std::size_t bytes) {
  std::string location;
  std::int64_t offset = 0, length = static_cast<std::int64_t>(bytes);
  for (const auto& entry : tensor.external_data()) {
    try {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = std::stoll(entry.value());
      if (entry.key() == "length") length = std::stoll(entry.value());
    } catch (const std::exception&) {
      throw Error("the tensor's external data are not where a number tells", tensor.name());
    }
  }
  const std::filesystem::path relative(location);
  bool inside = !location.empty() && relative.is_relative();
  for (const auto& part : relative) inside = inside && part != "..";
  const std::filesystem::path file = folder / relative;
  std::error_code error;
  // A link would lead out as well.
  for (std::filesystem::path at = folder; const auto& part : relative) {
    at /= part;
    inside = inside && !std::filesystem::is_symlink(at, error);
  }
  if (!inside) throw Error("the tensor's external data lie outside the model's folder", tensor.name());
  if (offset < 0 || length != static_cast<std::int64_t>(bytes))
    throw Error("the tensor's external data have another length than its shape", tensor.name());
  const std::uintmax_t there = std::filesystem::file_size(file, error);
  if (error || there < static_cast<std::uintmax_t>(offset) + bytes)
    throw Error("the tensor's external data are not there: " + relative.string(), tensor.name());
  std::ifstream in(file, std::ios::binary);
  std::string data(bytes, '\0');
  in.seekg(offset);
  in.read(data.data(), static_cast<std::streamsize>(bytes));
  if (!in) throw Error("the tensor's external data cannot be read: " + relative.string(), tensor.name());
  return data;
}

template <class T>
T element(const std::string& raw, std::size_t i) {
  T value;
  std::memcpy(&value, raw.data() + i * sizeof value, sizeof value);
  return value;
}

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U, exponent = bits >> 10U & 31U, mantissa = bits & 1023U;
  if (exponent == 0) {
    const float tiny = static_cast<float>(mantissa) / 16777216.0F;
    return sign != 0 ? -tiny : tiny;
  }
  return std::bit_cast<float>(sign | (exponent == 31 ? 0x7F800000U : (exponent + 112) << 23U) | mantissa << 13U);
}

template <class Values>
void need(const onnx::TensorProto& tensor, const Values& values, std::size_t count) {
  if (static_cast<std::size_t>(values.size()) != count)
    throw Error("the tensor holds another number of values than its shape", tensor.name());
}

OnnxTensor tensor_of(const onnx::TensorProto& tensor, const std::filesystem::path& folder) {
  using Proto = onnx::TensorProto;
  OnnxTensor out;
  out.shape.assign(tensor.dims().begin(), tensor.dims().end());
  const auto count = static_cast<std::size_t>(numbers_of(tensor));
  std::size_t width = 0;
  switch (tensor.data_type()) {
    case Proto::FLOAT:
    case Proto::INT32:
      width = 4;
      break;
    case Proto::DOUBLE:
    case Proto::INT64:
      width = 8;
      break;
    case Proto::FLOAT16:
      width = 2;
      break;
    case Proto::BOOL:
    case Proto::INT8:
    case Proto::UINT8:
      width = 1;
      break;
    default:
      throw Error("the tensor is of a type that is not read", tensor.name());
  }
  out.whole =
      tensor.data_type() != Proto::FLOAT && tensor.data_type() != Proto::DOUBLE && tensor.data_type() != Proto::FLOAT16;
  const bool outside = tensor.data_location() == Proto::EXTERNAL;
  std::string raw = outside ? external(tensor, folder, count * width) : tensor.raw_data();
  if (!outside && raw.empty() && count > 0) {
    switch (tensor.data_type()) {
      case Proto::FLOAT:
        need(tensor, tensor.float_data(), count);
        out.floats.assign(tensor.float_data().begin(), tensor.float_data().end());
        return out;
      case Proto::DOUBLE:
        need(tensor, tensor.double_data(), count);
        for (const double x : tensor.double_data()) out.floats.push_back(static_cast<float>(x));
        return out;
      case Proto::INT64:
        need(tensor, tensor.int64_data(), count);
        out.integers.assign(tensor.int64_data().begin(), tensor.int64_data().end());
        return out;
      case Proto::FLOAT16:
        need(tensor, tensor.int32_data(), count);
        for (const int x : tensor.int32_data()) out.floats.push_back(from_half(static_cast<std::uint16_t>(x)));
        return out;
      default:
        need(tensor, tensor.int32_data(), count);
        out.integers.assign(tensor.int32_data().begin(), tensor.int32_data().end());
        return out;
    }
  }
  if (raw.size() != count * width)
    throw Error("the tensor holds another number of bytes than its shape", tensor.name());
  for (std::size_t i = 0; i < count; ++i) {
    switch (tensor.data_type()) {
      case Proto::FLOAT:
        out.floats.push_back(element<float>(raw, i));
        break;
      case Proto::DOUBLE:
        out.floats.push_back(static_cast<float>(element<double>(raw, i)));
        break;
      case Proto::FLOAT16:
        out.floats.push_back(from_half(element<std::uint16_t>(raw, i)));
        break;
      case Proto::INT64:
        out.integers.push_back(element<std::int64_t>(raw, i));
        break;
      case Proto::INT32:
        out.integers.push_back(element<std::int32_t>(raw, i));
        break;
      case Proto::INT8:
        out.integers.push_back(element<std::int8_t>(raw, i));
        break;
      default:
        out.integers.push_back(element<std::uint8_t>(raw, i));
        break;
    }
  }
  return out;
}

OnnxValue value_of(const onnx::ValueInfoProto& value) {
  OnnxValue out{value.name(), {}};
  for (const auto& dim : value.type().tensor_type().shape().dim())
    out.shape.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
  return out;
}

OnnxNode node_of(const onnx::NodeProto& node, std::size_t number, const std::filesystem::path& folder) {
  OnnxNode out;
  out.op = node.op_type();
  out.domain = node.domain();
  out.name = node.name();
  out.place = "node " + std::to_string(number) + " " + out.op + (out.name.empty() ? "" : " \"" + out.name + "\"");
  out.inputs.assign(node.input().begin(), node.input().end());
  out.outputs.assign(node.output().begin(), node.output().end());
  for (const auto& given : node.attribute()) {
    OnnxAttribute attribute;
    attribute.f = given.f();
    attribute.i = given.i();
    attribute.s = given.s();
    attribute.ints.assign(given.ints().begin(), given.ints().end());
    attribute.floats.assign(given.floats().begin(), given.floats().end());
    attribute.strings.assign(given.strings().begin(), given.strings().end());
    if (given.has_t()) attribute.tensor = tensor_of(given.t(), folder);
    if (given.has_g() || given.graphs_size() > 0) throw Error("a graph within the graph is not read", out.place);
    out.attributes[given.name()] = std::move(attribute);
  }
  return out;
}

void decode(std::string_view bytes, const std::filesystem::path& folder, OnnxModel& into) {
  onnx::ModelProto model;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph())
    throw Error("this is no ONNX model, or it ends early");
  into.producer = model.producer_name();
  for (const auto& set : model.opset_import())
    (set.domain().empty() || set.domain() == "ai.onnx" ? into.opset : into.ml_opset) = set.version();
  const onnx::GraphProto& graph = model.graph();
  if (graph.sparse_initializer_size() > 0) throw Error("sparse tensors are not read");
  for (const auto& tensor : graph.initializer()) into.initialisers[tensor.name()] = tensor_of(tensor, folder);
  for (const auto& input : graph.input()) {
    if (!into.initialisers.contains(input.name())) into.inputs.push_back(value_of(input));
  }
  for (const auto& output : graph.output()) into.outputs.push_back(value_of(output));
  for (int n = 0; n < graph.node_size(); ++n)
    into.nodes.push_back(node_of(graph.node(n), static_cast<std::size_t>(n) + 1, folder));
}

}  // namespace
}  // namespace vagus::lab

extern "C" __attribute__((visibility("default"))) void vagus_onnx_decode(std::string_view bytes,
                                                                         const std::filesystem::path& folder,
                                                                         vagus::lab::OnnxModel& into);
extern "C" void vagus_onnx_decode(std::string_view bytes, const std::filesystem::path& folder,
                                  vagus::lab::OnnxModel& into) {
  vagus::lab::decode(bytes, folder, into);
}
