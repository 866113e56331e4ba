#include "apps/cli/run_live.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "apps/cli/run_output.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/formats/csv/csv.h"

namespace vagus::cli {
namespace {

/// Rows of a CSV stream into a live run, which is made when the rate is known.
class Stream {
 public:
  Stream(const lab::DetectorInfo& detector, lab::RunOptions options)
      : detector_(detector), options_(std::move(options)) {}

  void take(const std::vector<lab::CsvPiece>& pieces) {
    for (const lab::CsvPiece& piece : pieces) {
      if (!live_) begin();
      for (const lab::InputRows::Run& run : piece.input_rows) live_->input_rows().note(run.first_row, run.input_row);
      if (piece.begins_stretch) live_->feed().begin_stretch(piece.first_row, piece.t_start_s, piece.rate_hz);
      std::vector<std::vector<float>> converted(chosen_.size());
      std::vector<const float*> columns(chosen_.size(), nullptr);
      for (std::size_t i = 0; i < chosen_.size(); ++i) {
        if (chosen_[i] < 0) continue;
        const std::vector<float>& column = piece.columns[static_cast<std::size_t>(chosen_[i])];
        columns[i] = column.data();
        const lab::Conversion& to = conversions_[i];
        if (to.factor == 1 && to.offset == 0) continue;
        converted[i].reserve(column.size());
        for (const float value : column)
          converted[i].push_back(static_cast<float>(static_cast<double>(value) * to.factor + to.offset));
        columns[i] = converted[i].data();
      }
      live_->feed().rows(columns, piece.rows());
    }
  }

  void feed(std::string_view bytes) { take(csv_.feed(bytes)); }

  lab::RunResult finish() {
    take(csv_.finish());
    if (!live_) throw lab::Error("there is not one sample to read", "standard input");
    return live_->finish(csv_.duration_s(), csv_.jitter_ms(), csv_.repairs());
  }

 private:
  void begin() {
    lab::Recording recording;
    recording.name = "standard input";
    recording.channels = csv_.channels();
    chosen_ = lab::choose_channels(detector_, recording, options_.channel);
    std::vector<bool> present;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      present.push_back(chosen_[i] >= 0);
      conversions_.push_back(present.back()
                                 ? *lab::conversion(recording.channels[static_cast<std::size_t>(chosen_[i])].unit,
                                                    detector_.contract->reads[i].unit)
                                 : lab::Conversion{});
    }
    live_.emplace(detector_, options_, csv_.rate_hz(), csv_.start(),
                  recording.channels[static_cast<std::size_t>(chosen_.front())].name, present);
  }

  const lab::DetectorInfo& detector_;
  lab::RunOptions options_;
  lab::CsvStream csv_;
  std::vector<int> chosen_;
  std::vector<lab::Conversion> conversions_;
  std::optional<lab::LiveRun> live_;
};

}  // namespace

int run_live(const lab::DetectorInfo& detector, const lab::RunOptions& options, bool json, bool csv,
             const std::string& output) {
  const Shape shape = json ? Shape::json : csv ? Shape::csv : Shape::table;
  lab::RunOptions how = options;
  how.keep_events = shape == Shape::table;
  std::string text;
  if (shape == Shape::csv) append_csv_header(text, detector, false);
  const auto say = [&] {
    if (!output.empty()) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    text.clear();
  };
  how.on_event = [&](const lab::Event& event) {
    if (shape == Shape::json) event.append_line(text);
    if (shape == Shape::csv) append_csv_line(text, event, "", false);
  };
  Stream stream(detector, how);
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t n = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw lab::Error("cannot be read", "standard input");
    if (n == 0) break;
    stream.feed({buffer.data(), static_cast<std::size_t>(n)});
    say();
  }
  const lab::RunResult result = stream.finish();
  if (shape == Shape::json) text += result.summary.dump(-1, ' ', false, lab::Json::error_handler_t::replace) + "\n";
  if (shape == Shape::table) append_result(text, shape, detector, result, "", "standard input", false);
  if (output.empty()) {
    say();
  } else {
    lab::write_whole(output, text);
  }
  say_repairs("standard input", result.repairs);
  return 0;
}

}  // namespace vagus::cli
