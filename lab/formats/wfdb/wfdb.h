#pragma once
/// WFDB records and annotation files: the format of PhysioNet.
/// Source: header(5), signal(5), annot(5), WFDB Applications Guide, 10.7.
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lab/formats/read.h"
#include "lab/formats/volume.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// Reads a record by its header: single-segment, multi-segment of fixed or variable layout, or without signals.
/// - Samples stay the file's integers (int16 or int32) with gain and baseline; only where segments of one signal differ
/// in
///   gain or baseline do they become physical floats. Missing codes become the lowest integer.
/// - A signal of several samples per frame has its own rate. Skew is taken out.
/// - Null segments, segments that lack a signal and lost segments are gaps.
/// - "key: value" comments become attributes (age, sex ...), everything that may identify a person and all free text
///   becomes identifiers. Base time and date give `start` on a local clock without zone; a time without a date is the
///   attribute "start_time".
/// - Annotation files beside the header become tracks named by their ending (`options.annotator`: only that one).
/// Repairs counted: those of wfdb/header.h, wfdb/signals.h and wfdb/annotations.h, and "missing segment",
/// "shorter segment", "unfitting segment", "unreadable annotation file".
/// Throws Error naming file and line. Records whose signal file is EDF or WAV under a WFDB header are read where the
/// header describes the samples (byte offset); other containers are refused by their format number.
Recording read_wfdb(const Location& header, const ReadOptions& options = {});

/// Reads a lone annotation file. The clock is that of its "## time resolution" note, else the frame rate of the header
/// of the same name beside it; `tick_hz` is 0 where neither is there. Mended things are added to `repairs` if given.
Track read_annotations(const Location& file, std::map<std::string, std::int64_t>* repairs = nullptr);

struct WfdbWriteOptions {
  int format = 0;            ///< signal format of every channel; 0: 16 where it fits, else 24, else 32
  double gain = 0;           ///< digital units per unit for channels stored as floats; 0: the largest 1, 2 or 5 times a
                             ///< power of ten that keeps the channel within +-32000 (format 16)
  bool annotations = true;   ///< write every track as BASE.NAME
  bool identifiers = false;  ///< write identifiers as comments, too
};

/// What was written, and how well floats were kept.
struct WfdbWritten {
  std::vector<std::filesystem::path> files;
  struct Rounding {
    std::string channel;
    double gain = 0;
    double largest_error = 0;  ///< of the digitised against the given values, in the channel's unit
  };
  std::vector<Rounding> rounded;  ///< channels that were digitised; also stated as comments in the header
};

/// Writes `base`.hea, its signal files and annotation files: all of them or, on any failure, none.
/// - Integer channels keep their digital values, gain and baseline; floats are digitised.
/// - Gaps within a channel: up to a tenth of the samples are filled with the missing code; beyond that a multi-segment
///   record of variable layout is written (BASE_layout.hea, BASE_0001.hea ...).
/// Throws Error where rates have no common frame, a value does not fit the chosen format, or there is nothing to
/// write.
WfdbWritten write_wfdb(const Recording& recording, const std::filesystem::path& base,
                       const WfdbWriteOptions& options = {});

/// Writes one annotation file, whole or not at all. `tick_hz` > 0 goes into a "## time resolution" note.
void write_annotations(std::span<const Annotation> annotations, double tick_hz, const std::filesystem::path& file);

/// Whether the bytes are a WFDB header, or (in full, with their end mark) a WFDB annotation file.
bool looks_like_wfdb_header(std::span<const std::byte> bytes);
bool looks_like_wfdb_annotations(std::span<const std::byte> bytes);

}  // namespace vagus::lab
