#include "lab/formats/arrays/mat_parcel.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr std::uint64_t most_parcel_axes = 32;

/// Bytes of one number or character, by Array::Type.
constexpr std::array<std::uint64_t, 11> value_bytes = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 1};

/// Bytes of an array of this shape; no array's length where they are more than a parcel can hold.
std::uint64_t bytes_of(const std::vector<std::size_t>& shape, std::uint64_t of_value) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) return 0;
  std::uint64_t bytes = of_value;
  for (const std::size_t n : shape) {
    if (bytes > most / n) return most + 1;
    bytes *= n;
  }
  return bytes;
}

class Parcel {
 public:
  explicit Parcel(const Bytes& bytes) : whole_(std::make_shared<Bytes>(bytes)) {}
  bool more() const { return at_ < whole_->size(); }
  bool array(Array& out) {
    std::uint64_t length = 0;
    std::uint64_t type = 0;
    std::uint64_t axes = 0;
    Bytes name;
    if (!number(length) || !piece(length, name) || !number(type) || !number(axes)) return false;
    if (type >= value_bytes.size() || axes > most_parcel_axes) return false;
    out.name = name.text();
    out.type = static_cast<Array::Type>(type);
    out.first_axis_fastest = true;
    for (std::uint64_t i = 0; i < axes; ++i) {
      std::uint64_t n = 0;
      if (!number(n)) return false;
      out.shape.push_back(static_cast<std::size_t>(n));
    }
    if (!number(length) || !piece(length, out.data)) return false;
    // A text of characters wider than a byte has more bytes than its shape says.
    return out.type == Array::Type::text || length == bytes_of(out.shape, value_bytes[type]);
  }

 private:
  bool number(std::uint64_t& value) {
    if (whole_->size() - at_ < sizeof value) return false;
    std::memcpy(&value, whole_->view().data() + at_, sizeof value);
    at_ += sizeof value;
    return true;
  }
  bool piece(std::uint64_t size, Bytes& out) {
    if (whole_->size() - at_ < size) return false;
    out = Bytes(whole_, whole_->view().subspan(at_, size));
    at_ += size;
    return true;
  }

  std::shared_ptr<const Bytes> whole_;
  std::size_t at_ = 0;
};

}  // namespace

Arrays arrays_of_parcel(const Bytes& bytes, const std::string& shown) {
  Arrays arrays;
  Parcel parcel(bytes);
  while (parcel.more()) {
    Array array;
    if (!parcel.array(array)) throw Error("damaged: the MATLAB reader gave up on it", shown);
    if (array.type == Array::Type::text) array.texts.emplace_back(array.data.text());
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace vagus::lab
