#include "lab/formats/arrays/array_parts.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/formats/csv/columns.h"

namespace vagus::lab {

std::string listed(const Arrays& arrays) {
  constexpr std::size_t most_listed = 12;
  std::string text;
  for (std::size_t i = 0; i < arrays.size() && i < most_listed; ++i) {
    text += (text.empty() ? "" : ", ") + arrays[i].name + " (" + arrays[i].shape_text() + ")";
  }
  return arrays.size() > most_listed ? text + " ..." : text;
}

const Array* find(const Arrays& arrays, std::string_view name) {
  const auto at = std::find_if(arrays.begin(), arrays.end(), [&](const Array& array) { return array.name == name; });
  return at == arrays.end() ? nullptr : &*at;
}

std::vector<double> numbers(const Array& array) {
  std::vector<double> out(array.type == Array::Type::text ? 0 : array.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = array.number(i);
  return out;
}

Grid grid_of(const Array& stamps, double per_s, const std::string& place) {
  std::vector<double> seconds = numbers(stamps);
  for (double& t : seconds) t /= per_s;
  try {
    return even_grid(seconds);
  } catch (const Error& e) {
    throw Error(e.what(), place);
  }
}

Samples reordered(const Samples& samples, const std::vector<std::int64_t>& rows) {
  return std::visit(
      [&](const auto& values) {
        auto moved = values;
        moved.resize(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) moved[i] = values[static_cast<std::size_t>(rows[i])];
        return Samples(std::move(moved), samples.gain(), samples.baseline());
      },
      samples.storage());
}

bool is_canonical(const std::string& name) {
  try {
    csv::read_header("t_s," + name, "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace vagus::lab
