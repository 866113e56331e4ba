#include "lab/signal/samples.h"

#include <algorithm>
#include <type_traits>

namespace vagus::lab {
namespace {

template <class Out>
void copy_out(const Samples& samples, std::size_t first, std::span<Out> out) {
  std::visit(
      [&](const auto& values) {
        using Value = typename std::decay_t<decltype(values)>::value_type;
        const Value* from = values.data() + first;
        if constexpr (std::is_floating_point_v<Value>) {
          std::transform(from, from + out.size(), out.begin(), [](Value v) { return static_cast<Out>(v); });
        } else {
          const double gain = samples.gain();
          const double baseline = samples.baseline();
          constexpr Value missing = std::numeric_limits<Value>::min();
          std::transform(from, from + out.size(), out.begin(), [=](Value v) {
            const auto physical = static_cast<Out>((static_cast<double>(v) - baseline) / gain);
            return v == missing ? std::numeric_limits<Out>::quiet_NaN() : physical;
          });
        }
      },
      samples.storage());
}

}  // namespace

std::size_t Samples::size() const {
  return std::visit([](const auto& values) { return values.size(); }, storage_);
}

double Samples::at(std::size_t row) const {
  double value = 0;
  copy_out(*this, row, std::span<double>(&value, 1));
  return value;
}

void Samples::read(std::size_t first, std::span<float> out) const { copy_out(*this, first, out); }
void Samples::read(std::size_t first, std::span<double> out) const { copy_out(*this, first, out); }

bool Samples::missing(std::size_t row) const { return std::isnan(at(row)); }

}  // namespace vagus::lab
