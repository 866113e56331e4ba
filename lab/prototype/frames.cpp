#include "lab/prototype/frames.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are little-endian");

/// A time as canonical CSV writes it: to the nanosecond, without trailing zeros.
void append_time(std::string& out, double t_s) {
  const auto ns = static_cast<std::int64_t>(std::llround(t_s * 1e9));
  char text[24];
  char* end = std::to_chars(text, text + sizeof text, ns / 1'000'000'000).ptr;
  std::int64_t rest = ns % 1'000'000'000;
  out.append(text, end);
  if (rest == 0) return;
  out += '.';
  for (std::int64_t digit = 100'000'000; rest > 0; digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
    rest %= digit;
  }
}

/// The head of a .npy file of version 1.0: its length is a multiple of 64.
/// Source: NumPy Enhancement Proposal 1.
std::string npy_head(const std::string& description, std::size_t rows) {
  std::string text =
      "{'descr': " + description + ", 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",), }";
  constexpr std::size_t before = 10;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(text.size() & 0xff);
  head += static_cast<char>(text.size() >> 8U);
  return head + text;
}

}  // namespace

FrameWriter::FrameWriter(Frames frames, std::vector<std::string> columns)
    : frames_(frames), columns_(std::move(columns)), npy_description_("[('t_s', '<f8')") {
  for (const std::string& column : columns_) npy_description_.append(", ('").append(column).append("', '<f4')");
  npy_description_ += "]";
}

void FrameWriter::begin(double t_s, double rate_hz) {
  t_s_ = t_s;
  rate_hz_ = rate_hz;
  row_ = 0;
}

void FrameWriter::rows(std::span<const float* const> values, std::size_t count, std::string& out) {
  if (frames_ == Frames::csv) {
    csv_rows(values, count, out);
  } else {
    npy_rows(values, count, out);
  }
}

void FrameWriter::csv_rows(std::span<const float* const> values, std::size_t count, std::string& out) {
  if (!headed_) {
    out += "t_s";
    for (const std::string& column : columns_) out.append(",").append(column);
    out += '\n';
    headed_ = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    append_time(out, next_t_s());
    for (const float* column : values) {
      out += ',';
      if (column != nullptr && std::isfinite(column[i])) append_shortest(out, column[i]);
    }
    out += '\n';
  }
}

void FrameWriter::npy_rows(std::span<const float* const> values, std::size_t count, std::string& out) {
  out += npy_head(npy_description_, count);
  const std::size_t row_bytes = sizeof(double) + values.size() * sizeof(float), from = out.size();
  out.resize(from + count * row_bytes);
  char* to = out.data() + from;
  for (std::size_t i = 0; i < count; ++i, to += row_bytes) {
    const double t_s = next_t_s();
    std::memcpy(to, &t_s, sizeof t_s);
    for (std::size_t c = 0; c < values.size(); ++c) {
      const float value = values[c] == nullptr ? std::numeric_limits<float>::quiet_NaN() : values[c][i];
      std::memcpy(to + sizeof t_s + c * sizeof value, &value, sizeof value);
    }
  }
}

void FrameWriter::finish(std::string& out) {
  const std::vector<const float*> none(columns_.size(), nullptr);
  rows(none, 0, out);
}

}  // namespace vagus::lab
