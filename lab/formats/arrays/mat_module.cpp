/// The module vagus-mat: matio behind a function that hands over one variable after the other.
#include <matio.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "lab/formats/arrays/mat_variable.h"

namespace vagus::lab {
namespace {

constexpr int most_depth = 4;

bool number_type(matio_classes kind, MatVariable::Type& type) {
  using Type = MatVariable::Type;
  switch (kind) {
    case MAT_C_DOUBLE:
      type = Type::f64;
      return true;
    case MAT_C_SINGLE:
      type = Type::f32;
      return true;
    case MAT_C_INT8:
      type = Type::i8;
      return true;
    case MAT_C_UINT8:
      type = Type::u8;
      return true;
    case MAT_C_INT16:
      type = Type::i16;
      return true;
    case MAT_C_UINT16:
      type = Type::u16;
      return true;
    case MAT_C_INT32:
      type = Type::i32;
      return true;
    case MAT_C_UINT32:
      type = Type::u32;
      return true;
    case MAT_C_INT64:
      type = Type::i64;
      return true;
    case MAT_C_UINT64:
      type = Type::u64;
      return true;
    case MAT_C_CHAR:
      type = Type::text;
      return true;
    default:
      return false;
  }
}

void hand_over(matvar_t& variable, const std::string& name, int depth, const MatSink& sink) {
  if (variable.class_type == MAT_C_STRUCT) {
    std::size_t elements = 1;
    for (int i = 0; i < variable.rank; ++i) elements *= variable.dims[i];
    if (elements != 1 || depth >= most_depth) return;
    const unsigned fields = Mat_VarGetNumberOfFields(&variable);
    char* const* names = Mat_VarGetStructFieldnames(&variable);
    for (unsigned i = 0; i < fields && names != nullptr; ++i) {
      matvar_t* field = Mat_VarGetStructFieldByIndex(&variable, i, 0);
      if (field != nullptr) hand_over(*field, name + "." + names[i], depth + 1, sink);
    }
    return;
  }
  MatVariable out;
  if (!number_type(variable.class_type, out.type) || variable.isComplex != 0 || variable.rank < 1) return;
  out.name = name;
  std::size_t elements = 1;
  for (int i = 0; i < variable.rank; ++i) {
    out.shape.push_back(variable.dims[i]);
    elements *= variable.dims[i];
  }
  if (elements != 0 && variable.data == nullptr) return;
  const std::size_t bytes = static_cast<std::size_t>(std::max(variable.data_size, 0)) * elements;
  if (bytes > variable.nbytes && elements != 0) return;
  out.data = variable.data;
  out.bytes = bytes;
  sink(out);
}

}  // namespace
}  // namespace vagus::lab

/// False where the file is no MATLAB file; throws what the sink throws.
extern "C" bool vagus_read_mat(const char* path, const vagus::lab::MatSink& sink) {
  Mat_LogInitFunc("vagus", [](int, char*) {});
  const std::unique_ptr<mat_t, int (*)(mat_t*)> file(Mat_Open(path, MAT_ACC_RDONLY), &Mat_Close);
  if (!file) return false;
  for (;;) {
    const std::unique_ptr<matvar_t, void (*)(matvar_t*)> variable(Mat_VarReadNext(file.get()), &Mat_VarFree);
    if (!variable) return true;
    if (variable->name != nullptr) vagus::lab::hand_over(*variable, variable->name, 0, sink);
  }
}
