#pragma once
/// Arrays as files hold them, before a layout says what they are.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/formats/volume.h"
#include "lab/signal/samples.h"

namespace vagus::lab {

/// Numbers or texts in a box of any shape. Bytes are in this machine's order.
struct Array {
  enum class Type : std::uint8_t { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, text };
  std::string name;
  Type type = Type::f64;
  std::vector<std::size_t> shape;   ///< of a single value: empty
  bool first_axis_fastest = false;  ///< as in Fortran and MATLAB
  Bytes data;                       ///< numbers
  std::vector<std::string> texts;   ///< of type text

  std::size_t size() const;
  /// The `index`-th number as it lies in the file.
  double number(std::size_t index) const;
  /// "6 x 37937"
  std::string shape_text() const;
  /// `count` values from `first` on, `step` apart, as samples: integers stay integers where each value has a code of
  /// its own, floats floats.
  Samples samples(std::size_t first, std::size_t step, std::size_t count, double gain, double offset) const;
};

using Arrays = std::vector<Array>;

/// A NumPy .npy file (format 1 to 3): integers, floats (half too), booleans, texts (U, S). Little and big endian.
/// A file that ends early keeps its whole entries of the first axis ("cut arrays" in `repairs`).
/// Throws Error naming `where`: another magic, an unreadable header, objects, a shape beyond the file.
Array read_npy(const Bytes& bytes, const std::string& name, const std::string& where,
               std::map<std::string, std::int64_t>& repairs);
/// Every array of a .npz file.
Arrays read_npz(const Location& where, std::map<std::string, std::int64_t>& repairs);
/// Every numeric array and text of a MATLAB file, version 4, 5 or 7.3; fields of single structures as "name.field".
/// matio and HDF5 run in a process of their own, so that a damaged file cannot take this one along.
Arrays read_mat(const Location& where);

/// A .npy file's bytes.
std::string npy_of(const Array& array);
/// A .npz file's bytes (stored, as numpy.savez writes it). Throws Error beyond 4 GiB.
std::string npz_of(const Arrays& arrays);

}  // namespace vagus::lab
