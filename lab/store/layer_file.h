#pragma once
/// A label layer as a file: immutable, named by the hash of its bytes, apart from the signals.
///
/// A few lines `key<TAB>value` (track, tick_hz, signal, author, time, reason, parent), an empty line, then one
/// annotation a line: tick, end_tick ("" a moment), label, text, subtype, channel, num; trailing empty fields are left
/// out, and tab, newline and backslash are written as \t \n \\.
#include <string>
#include <string_view>

#include "lab/signal/annotation.h"

namespace vagus::lab {

struct LayerFile {
  std::string track;
  double tick_hz = 0;
  std::string signal;  ///< hash of the signals that it labels
  Layer layer;
};

/// Where the layer of that hash lies in a store, from its top.
std::string layer_path(const std::string& hash);

std::string to_text(const LayerFile& file);
/// Throws Error (place: "line N") on anything that `to_text` does not write.
LayerFile layer_from_text(std::string_view text);

}  // namespace vagus::lab
