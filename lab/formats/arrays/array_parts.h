#pragma once
/// What a layout and the names of arrays both need: arrays by name, their numbers, stamps on an even grid.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/formats/arrays/array.h"
#include "lab/signal/even_grid.h"
#include "lab/signal/samples.h"

namespace vagus::lab {

/// "ecg_mv (2 x 1000), fs (1)", a dozen at most.
std::string listed(const Arrays& arrays);
/// Null if there is none of that name.
const Array* find(const Arrays& arrays, std::string_view name);
/// Every number of an array; none of a text.
std::vector<double> numbers(const Array& array);
/// Stamps of `per_s` to the second on an even grid; an Error names `place`.
Grid grid_of(const Array& stamps, double per_s, const std::string& place);
/// The rows of `samples` as a grid kept them.
Samples reordered(const Samples& samples, const std::vector<std::int64_t>& rows);
/// Whether canonical CSV has such a column.
bool is_canonical(const std::string& name);

}  // namespace vagus::lab
