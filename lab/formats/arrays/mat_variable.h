#pragma once
/// What the module vagus-mat hands over.
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "lab/formats/arrays/array.h"

namespace vagus::lab {

/// A MATLAB variable, valid during the call. The first axis runs fastest.
struct MatVariable {
  using Type = Array::Type;
  std::string name;
  Type type = Type::f64;
  std::vector<std::size_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;
};
using MatSink = std::function<void(const MatVariable&)>;

/// Entry of the module: `vagus_read_mat(path, sink)`.
using ReadMat = bool (*)(const char* path, const MatSink& sink);

}  // namespace vagus::lab
