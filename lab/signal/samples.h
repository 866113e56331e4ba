#pragma once
/// The numbers of one channel, kept as they were recorded (integers with gain and baseline, or floats), read as
/// physical values on demand.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>

#include "lab/signal/sample_column.h"

namespace vagus::lab {

class Samples {
 public:
  using Storage =
      std::variant<SampleColumn<std::int16_t>, SampleColumn<std::int32_t>, SampleColumn<float>, SampleColumn<double>>;

  Samples() = default;
  /// Physical value = (digital - baseline) / gain. The lowest integer of the type marks a missing sample; NaN does in
  /// floats.
  explicit Samples(Storage storage, double gain = 1, double baseline = 0)
      : storage_(std::move(storage)), gain_(gain), baseline_(baseline) {}

  std::size_t size() const;
  /// Physical value in the channel's unit; NaN where missing. Integers are scaled in double, then rounded once to float
  /// by `read(float)`.
  double at(std::size_t row) const;
  void read(std::size_t first, std::span<float> out) const;
  void read(std::size_t first, std::span<double> out) const;
  bool missing(std::size_t row) const;

  const Storage& storage() const { return storage_; }
  Storage& storage() { return storage_; }
  double gain() const { return gain_; }
  double baseline() const { return baseline_; }
  bool is_integer() const { return storage_.index() < 2; }

  friend bool operator==(const Samples&, const Samples&) = default;

 private:
  Storage storage_;
  double gain_ = 1, baseline_ = 0;
};

}  // namespace vagus::lab
