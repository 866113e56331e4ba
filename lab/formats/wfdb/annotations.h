#pragma once
/// WFDB annotation files (MIT format) as bytes and as annotations.
/// Source: annot(5), WFDB Applications Guide, 10.7.
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/signal/annotation.h"

namespace vagus::lab::wfdb {

/// The mnemonic of an annotation code 1..49 ("N", "V", "+" ...), "[42]" and its like where WFDB defines none.
std::string mnemonic(int code);
/// The code of a standard mnemonic, 0 if there is none.
int code_of(std::string_view mnemonic);

struct AnnotationFile {
  std::vector<Annotation> annotations;  ///< in order of tick
  double tick_hz = 0;                   ///< from a "## time resolution" note, 0 if there is none
};

/// Reads annotation bytes. Notes at tick 0 that define the time resolution or custom types are taken in, not returned.
/// Repairs counted: "truncated annotation file" (it breaks off within an annotation or has no end mark),
/// "annotations out of order" (they are sorted). Throws Error naming the byte where nothing is an annotation file's.
AnnotationFile parse_annotations(std::span<const std::byte> bytes, const std::string& shown,
                                 std::map<std::string, std::int64_t>& repairs);

/// Whether the bytes are an annotation file from the first word to the end mark: fields only after annotations, aux
/// texts within it, nothing after the end but zeros.
bool looks_like_annotations(std::span<const std::byte> bytes);

/// Annotations as bytes, preceded by the time resolution where `tick_hz` > 0 and definitions of labels that WFDB has no
/// code for (at most 19 kinds). An interval becomes its start and, at its end, a ")" with the label as aux text.
/// Throws Error on what the format cannot hold: aux text over 255 bytes, subtype or num outside -128..127, channel
/// outside 0..255, more kinds of labels.
std::vector<std::byte> format_annotations(std::span<const Annotation> annotations, double tick_hz);

}  // namespace vagus::lab::wfdb
