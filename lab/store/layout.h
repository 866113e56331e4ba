#pragma once
/// How files become recordings: the rules of a dataset file, parsed.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/formats/volume.h"
#include "lab/signal/recording.h"
#include "lab/store/pattern.h"
#include "lab/store/table.h"

namespace vagus::lab {

/// A column of a text table that becomes a channel.
struct ColumnRule {
  std::string column;    ///< name, or number from the left
  std::string channel;   ///< "acc_x", "wrist.gyr_z" ...
  std::string quantity;  ///< "" as the channel's name says
  std::string unit;
  double scale = 1, offset = 0;  ///< value = cell * scale + offset, in `unit`
  std::string placement;         ///< "" the rule's
};

/// Labels of a recording.
struct LabelRule {
  std::string track;
  std::string label;              ///< text with {captures} and, of a file, {columns}; "" the cell of `column`
  std::string column;             ///< a column of the recording's own table: a run of one value is one interval
  std::vector<std::string> skip;  ///< values that are no label ("0.0", "null")
  std::string file;               ///< a table of its own, with {captures}; then its `start`, `end`, `key`
  TableFormat format;
  std::string start, end;  ///< columns; no end: moments; neither: the whole recording
  std::string unit = "s";  ///< of start and end
  /// What start and end count from: the recording's start, whatever its own time column does, or the row before, the
  /// first row from the recording's start.
  enum class Clock : std::uint8_t { start, recording, intervals } clock = Clock::start;
  std::string key, matches;  ///< only rows where `key` (with {columns}) is `matches` (with {captures})
  std::string where_column;  ///< only rows where this column is not 0 or empty
};

/// One text table of a recording.
struct TableRule {
  std::string file;  ///< with {captures}
  bool optional = false;
  TableFormat format;
  std::string time_column;  ///< "" none: `rate_hz` says
  std::string time_unit = "s";
  bool unix_time = false;
  double rate_hz = 0;
  std::vector<ColumnRule> columns;
};

/// Attributes from a table with a row a subject, a session or a recording.
struct AttributeRule {
  std::string file, key, matches;
  TableFormat format;
  std::map<std::string, std::string> columns;  ///< column -> attribute; empty: all, by their names
};

/// One kind of recording of a set.
struct RecordingRule {
  std::string pattern;  ///< of the recording's (first) file
  std::string name, subject, session, placement;
  bool by_content = true;               ///< read by the readers of lab/formats; else by `tables`, if there are any
  std::string array_layout;             ///< TOML for arrays (mat, npz), handed to the reader
  std::vector<std::string> annotators;  ///< WFDB: only these; empty: all there are
  std::vector<TableRule> tables;
  std::vector<LabelRule> labels;
  std::vector<AttributeRule> attribute_tables;
  std::map<std::string, std::string> attributes;  ///< texts with {captures}
};

/// Reads one recording by its rule. Paths are relative to `root` within the volume.
Recording read_by_rule(const RecordingRule& rule, const std::shared_ptr<Volume>& volume, const std::string& root,
                       const std::string& path, const Captures& captures);

}  // namespace vagus::lab
