#pragma once
/// What the handles of vagus.h hold, and the wall that no exception passes.
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "apps/capi/vagus.h"
#include "lab/detect/event_fields.h"
#include "lab/detect/run.h"
#include "lab/signal/recording.h"

struct vagus_recording {
  std::shared_ptr<const vagus::lab::Recording> held;
  std::string start;
  mutable std::once_flag info_made;
  mutable std::string info;
  std::vector<std::string> units;  ///< of each channel
};

struct vagus_options {
  std::map<std::string, std::string> given;
};

namespace vagus::capi {

/// A whole column; the vector of its kind is in use.
struct Column {
  std::vector<double> float64;
  std::vector<std::int64_t> int64;
  std::vector<float> float32;
  std::vector<std::uint8_t> flags;
  std::vector<const char*> text;
};
struct Curve {
  std::string name;
  std::vector<double> t_s;
  std::vector<float> values;
};

}  // namespace vagus::capi

struct vagus_events {
  explicit vagus_events(const vagus::lab::DetectorInfo& detector);
  void add(const vagus::lab::Event& event);
  void add(const vagus::lab::Said& said, const vagus::lab::EventTimes& times);
  void clear();

  const vagus::lab::DetectorInfo& detector;
  vagus::lab::EventFields fields;
  std::vector<vagus::capi::Column> columns;
  std::size_t count = 0;
  std::vector<vagus_stretch> unreadable;
  std::vector<vagus::capi::Curve> curves;

 private:
  void put(std::size_t field, double value) { columns[field].float64.push_back(value); }
  void put(std::size_t field, float value) { columns[field].float32.push_back(value); }
  void put(std::size_t field, std::int64_t value) { columns[field].int64.push_back(value); }
  void put(std::size_t field, bool value) { columns[field].flags.push_back(value ? 1 : 0); }
  void put(std::size_t field, std::string_view value);
  void add_point(const std::string& name, double t_s, float value);
  const char* kept(std::string_view text);

  std::map<std::string, std::unique_ptr<std::string>, std::less<>> texts_;  ///< labels and reasons, each once
};

struct vagus_result {
  std::shared_ptr<const vagus::lab::RunResult> held;
  std::unique_ptr<vagus_events> events;
  std::string summary;
  mutable std::once_flag lines_made;
  mutable std::string lines;
};

namespace vagus::capi {

/// Options as a detector takes them; what is no setting of it is left in `rest`.
lab::Config settings_of(const lab::DetectorInfo& detector, const vagus_options* options,
                        std::map<std::string, std::string>& rest);
bool flag_of(const std::string& key, const std::string& text);
std::vector<std::string> names_of(const std::string& text);

/// Throws UsageError "NAME is NULL".
void need(const void* pointer, const char* name);
std::size_t need_index(std::size_t index, std::size_t count, const char* what);

/// The error of what is being thrown; says which status to return.
vagus_status caught(vagus_error** error) noexcept;
/// Throws where the CPU lacks what the code is compiled for.
void need_cpu();

/// Runs `make` and gives what it gives, or NULL with *error set.
template <class Make>
auto made(vagus_error** error, Make make) noexcept -> decltype(make()) {
  if (error != nullptr) *error = nullptr;
  try {
    need_cpu();
    return make();
  } catch (...) {
    (void)caught(error);
    return nullptr;
  }
}

/// Runs `act`; VAGUS_OK, or a status with *error set.
template <class Act>
vagus_status done(vagus_error** error, Act act) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    need_cpu();
    act();
    return VAGUS_OK;
  } catch (...) {
    return caught(error);
  }
}

}  // namespace vagus::capi
