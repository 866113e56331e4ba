/// NumPy's .npy and .npz. Source: NEP 1 and numpy.lib.format; APPNOTE 6.3.3 for the zip around them.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/arrays/array.h"
#include "lab/formats/arrays/file_on_disk.h"

namespace vagus::lab {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t most_axes = 32;

struct Description {
  Array::Type type;
  std::size_t bytes;     // of one value in the file
  bool swapped = false;  // big endian
  bool half = false;
  bool wide_text = false;
};

struct Head {
  std::string descr;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
};

/// The Python dictionary at the start of a .npy file.
class HeadReader {
 public:
  HeadReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  Head read() {
    Head head;
    bool described = false;
    bool shaped = false;
    demand('{');
    while (!take('}')) {
      const std::string key = quoted();
      demand(':');
      if (key == "descr") {
        blanks();
        if (!text_.starts_with('\'') && !text_.starts_with('"'))
          throw Error("records of several fields are not read", where_);
        head.descr = quoted();
        described = true;
      } else if (key == "fortran_order") {
        head.fortran = word() == "True";
      } else if (key == "shape") {
        head.shape = tuple();
        shaped = true;
      } else {
        fail();
      }
      take(',');
    }
    if (!described || !shaped) fail();
    return head;
  }

 private:
  [[noreturn]] void fail() const { throw Error("the header of the array cannot be read", where_); }
  void blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }
  bool take(char c) {
    blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void demand(char c) {
    if (!take(c)) fail();
  }
  std::string quoted() {
    blanks();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) fail();
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) fail();
    std::string out(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return out;
  }
  std::string_view word() {
    blanks();
    const std::size_t end = std::min(text_.find_first_of(",}) \n"), text_.size());
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end);
    return out;
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> out;
    demand('(');
    while (!take(')')) {
      std::int64_t n = -1;
      if (!parse_int(word(), n) || n < 0 || out.size() >= most_axes) fail();
      out.push_back(static_cast<std::uint64_t>(n));
      take(',');
    }
    return out;
  }
  std::string_view text_;
  std::string where_;
};

Description describe(const std::string& descr, const std::string& where) {
  const auto refuse = [&](const char* why) -> Error {
    return Error(std::string(why) + " (type " + descr + ")", where);
  };
  if (descr.size() > 1 && descr[1] == 'O') throw refuse("objects are not read");
  if (descr.size() < 3) throw refuse("the type of the array is unknown");
  const bool swapped = descr[0] == '>';
  std::int64_t bytes = 0;
  if (!parse_int(std::string_view(descr).substr(2), bytes) || bytes < 0 || bytes > (1 << 20))
    throw refuse("the type of the array is unknown");
  const auto wide = static_cast<std::size_t>(bytes);
  using Type = Array::Type;
  const auto of_width = [&](Type w1, Type w2, Type w4, Type w8) -> Description {
    if (wide == 1) return {w1, 1, false};
    if (wide == 2) return {w2, 2, swapped};
    if (wide == 4) return {w4, 4, swapped};
    if (wide == 8) return {w8, 8, swapped};
    throw refuse("the type of the array is unknown");
  };
  switch (descr[1]) {
    case 'b':
      return {Type::u8, 1, false};
    case 'i':
      return of_width(Type::i8, Type::i16, Type::i32, Type::i64);
    case 'u':
      return of_width(Type::u8, Type::u16, Type::u32, Type::u64);
    case 'f':
      if (wide == 2) return {Type::f32, 2, swapped, true};
      if (wide == 4) return {Type::f32, 4, swapped};
      if (wide == 8) return {Type::f64, 8, swapped};
      break;
    case 'U':
      return {Type::text, 4 * wide, swapped, false, true};
    case 'S':
      return {Type::text, wide, false};
    default:
      break;
  }
  throw refuse("the type of the array is not read");
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 63));
    put(0x80 | (code & 63));
  } else {
    put(0xF0 | ((code >> 18) & 7));
    put(0x80 | ((code >> 12) & 63));
    put(0x80 | ((code >> 6) & 63));
    put(0x80 | (code & 63));
  }
}

std::string text_of(std::span<const std::byte> cell, const Description& type) {
  std::string out;
  const std::size_t step = type.wide_text ? 4 : 1;
  for (std::size_t i = 0; i + step <= cell.size(); i += step) {
    std::uint32_t code = 0;
    for (std::size_t k = 0; k < step; ++k) {
      const std::size_t at = type.swapped ? i + step - 1 - k : i + k;
      code |= static_cast<std::uint32_t>(cell[at]) << (8 * k);
    }
    if (code == 0) break;
    append_utf8(out, code);
  }
  return out;
}

/// IEEE half to float.
float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t exponent = (half >> 10) & 31;
  const std::uint32_t mantissa = half & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F80'0000 | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

/// The same numbers in this machine's order and widths.
Bytes native(const Bytes& whole, std::size_t offset, std::size_t count, const Description& type) {
  const std::span<const std::byte> raw = whole.view().subspan(offset, count * type.bytes);
  if (!type.swapped && !type.half) {
    // The same bytes, held by the same owner.
    return {std::make_shared<Bytes>(whole), raw};
  }
  std::vector<std::byte> out(raw.begin(), raw.end());
  if (type.swapped) {
    for (std::size_t i = 0; i < out.size(); i += type.bytes) {
      std::reverse(out.begin() + static_cast<std::ptrdiff_t>(i),
                   out.begin() + static_cast<std::ptrdiff_t>(i + type.bytes));
    }
  }
  if (!type.half) return Bytes::holding(std::move(out));
  std::vector<std::byte> floats(4 * count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, out.data() + 2 * i, 2);
    const float value = float_of_half(half);
    std::memcpy(floats.data() + 4 * i, &value, 4);
  }
  return Bytes::holding(std::move(floats));
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int k = 0; k < 8; ++k) value = (value & 1) != 0 ? 0xEDB8'8320U ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}

std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto table = make_crc_table();
  std::uint32_t crc = 0xFFFF'FFFF;
  for (const char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255] ^ (crc >> 8);
  return ~crc;
}

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

}  // namespace

Array read_npy(const Bytes& bytes, const std::string& name, const std::string& where,
               std::map<std::string, std::int64_t>& repairs) {
  const std::string_view text = bytes.text();
  if (!text.starts_with("\x93NUMPY") || text.size() < 10) throw Error("no NumPy array: its magic is not there", where);
  const auto version = static_cast<unsigned char>(text[6]);
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (version < 1 || version > 3 || text.size() < 8 + length_bytes)
    throw Error("a NumPy format of a version that is not read", where);
  std::uint32_t length = 0;
  std::memcpy(&length, text.data() + 8, length_bytes);
  const std::size_t start = 8 + length_bytes + length;
  if (start > text.size()) throw Error("the header of the array is cut off", where);
  const Head head = HeadReader(text.substr(8 + length_bytes, length), where).read();
  const Description type = describe(head.descr, where);

  Array array;
  array.name = name;
  array.type = type.type;
  array.first_axis_fastest = head.fortran && head.shape.size() > 1;
  const std::size_t available = type.bytes == 0 ? 0 : (text.size() - start) / type.bytes;
  std::uint64_t inner = 1;  // values in one entry of the first axis
  bool absurd = false;
  for (std::size_t i = 1; i < head.shape.size(); ++i) {
    absurd = absurd || (head.shape[i] != 0 &&
                        inner > std::numeric_limits<std::uint32_t>::max() * std::uint64_t{64} / head.shape[i]);
    inner = absurd ? inner : inner * head.shape[i];
  }
  const std::uint64_t outer = head.shape.empty() ? 1 : head.shape[0];
  std::string promised;
  for (const std::uint64_t n : head.shape) promised += (promised.empty() ? "" : " x ") + std::to_string(n);
  const bool fits = !absurd && (inner == 0 || outer <= available / inner);
  std::uint64_t kept = outer;
  if (!fits) {
    kept = absurd ? 0 : available / inner;
    // A thousandth of what was promised is no recording cut short but a header that lies.
    if (kept == 0 || array.first_axis_fastest || outer / kept > 1000) {
      throw Error("the header promises " + promised + " values, the file has " + std::to_string(available), where);
    }
    ++repairs["cut arrays"];
  }
  for (const std::uint64_t n : head.shape) array.shape.push_back(static_cast<std::size_t>(n));
  if (!array.shape.empty()) array.shape[0] = static_cast<std::size_t>(kept);
  const std::size_t count = array.size();
  if (type.type == Array::Type::text) {
    for (std::size_t i = 0; i < count && type.bytes > 0; ++i) {
      array.texts.push_back(text_of(bytes.view().subspan(start + i * type.bytes, type.bytes), type));
    }
    array.texts.resize(type.bytes > 0 ? count : std::min<std::size_t>(count, 1));
    return array;
  }
  array.data = native(bytes, start, count, type);
  return array;
}

Arrays read_npz(const Location& where, std::map<std::string, std::int64_t>& repairs) {
  const std::string shown = where.shown();
  const FileOnDisk file(where);
  std::shared_ptr<Volume> volume;
  try {
    volume = open_archive(file.path());
  } catch (const Error& e) {
    throw Error(e.what(), file.path() == shown ? "" : shown);
  }
  Arrays arrays;
  for (const std::string& member : volume->list()) {
    if (!member.ends_with(".npy")) continue;
    std::string place = shown;
    place.append("::").append(member);
    arrays.push_back(read_npy(volume->read(member), member.substr(0, member.size() - 4), place, repairs));
  }
  if (arrays.empty()) throw Error("no NumPy array in it", shown);
  return arrays;
}

std::string npy_of(const Array& array) {
  std::string descr;
  std::size_t text_length = 1;
  switch (array.type) {
    case Array::Type::f32:
      descr = "<f4";
      break;
    case Array::Type::f64:
      descr = "<f8";
      break;
    case Array::Type::i64:
      descr = "<i8";
      break;
    case Array::Type::i32:
      descr = "<i4";
      break;
    case Array::Type::i16:
      descr = "<i2";
      break;
    case Array::Type::text:
      for (const std::string& text : array.texts) text_length = std::max(text_length, text.size());
      descr = "|S" + std::to_string(text_length);
      break;
    default:
      throw Error("an array of this type is not written", array.name);
  }
  std::string shape;
  for (const std::size_t n : array.shape) shape += std::to_string(n) + ",";
  std::string head = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The numbers begin at a multiple of 64 bytes, as NEP 1 asks.
  head.append(63 - (10 + head.size()) % 64, ' ');
  head += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  put(out, static_cast<std::uint16_t>(head.size()));
  out += head;
  if (array.type == Array::Type::text) {
    for (const std::string& text : array.texts) out.append(text).append(text_length - text.size(), '\0');
  } else {
    out += array.data.text();
  }
  return out;
}

std::string npz_of(const Arrays& arrays) {
  constexpr std::uint16_t version = 20;
  constexpr std::uint16_t first_day = 0x21;  // 1980-01-01: the same arrays are the same file on any day
  std::string out;
  std::string directory;
  for (const Array& array : arrays) {
    const std::string member = array.name + ".npy";
    const std::string content = npy_of(array);
    if (out.size() + content.size() > 0xFFF0'0000) throw Error("more than 4 GiB do not go into one .npz", array.name);
    std::string fields;
    put(fields, version);
    put(fields, std::uint16_t{0x800});  // names are UTF-8
    put(fields, std::uint16_t{0});      // stored
    put(fields, std::uint16_t{0});
    put(fields, first_day);
    put(fields, crc32(content));
    put(fields, static_cast<std::uint32_t>(content.size()));
    put(fields, static_cast<std::uint32_t>(content.size()));
    put(fields, static_cast<std::uint16_t>(member.size()));
    put(fields, std::uint16_t{0});
    directory.append("PK\x01\x02");
    put(directory, version);
    directory += fields;
    directory.append(6, '\0');  // no comment, first disk, binary
    directory.append(4, '\0');
    put(directory, static_cast<std::uint32_t>(out.size()));
    directory += member;
    out.append("PK\x03\x04");
    out.append(fields).append(member).append(content);
  }
  const auto at = static_cast<std::uint32_t>(out.size());
  out += directory;
  out.append("PK\x05\x06").append(4, '\0');
  put(out, static_cast<std::uint16_t>(arrays.size()));
  put(out, static_cast<std::uint16_t>(arrays.size()));
  put(out, static_cast<std::uint32_t>(directory.size()));
  put(out, at);
  put(out, std::uint16_t{0});
  return out;
}

}  // namespace vagus::lab
