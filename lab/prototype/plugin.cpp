#include "lab/prototype/plugin.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/base/numbers.h"
#include "lab/detect/detector.h"
#include "lab/prototype/child.h"
#include "lab/prototype/command.h"
#include "lab/prototype/declared.h"
#include "lab/prototype/native.h"
#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A plugin's file and the workers that wait for the next recording. Lives as long as the program.
class Plugin {
 public:
  /// `command`: what starts a worker; `noun` what it is called where it ends badly.
  Plugin(std::string file, std::vector<std::string> command, std::string noun, const PluginLimits& limits)
      : file_(std::move(file)), command_(std::move(command)), noun_(std::move(noun)), limits_(limits) {}

  std::unique_ptr<Child> worker() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto one = std::move(idle_.back());
        idle_.pop_back();
        return one;
      }
    }
    auto fresh = started();
    if (describe(*fresh) != first_) throw Error("was changed while it ran", file_, "run it again");
    return fresh;
  }
  /// A worker that has said nothing yet.
  std::unique_ptr<Child> started() const {
    return std::make_unique<Child>(command_, ChildLimits{.answer_s = limits_.answer_s, .memory_mb = limits_.memory_mb});
  }
  void give_back(std::unique_ptr<Child> worker) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(worker));
  }
  /// What a fresh worker says first: the detectors of the file.
  Json describe(Child& worker) const {
    const auto line = worker.line();
    Json said = line ? Json::parse(*line, nullptr, false) : Json();
    if (said.is_object() && said.contains("error")) throw Error(said["error"].get<std::string>(), file_);
    if (!said.is_object() || !said.contains("detectors") || !said["detectors"].is_array())
      throw Error(noun_ + " " + worker.last_words(), file_);
    return said;
  }
  const std::string& file() const { return file_; }
  const std::string& noun() const { return noun_; }
  const PluginLimits& limits() const { return limits_; }
  /// What the first worker said: all others must say the same.
  void keep(Json first) { first_ = std::move(first); }

 private:
  std::string file_;
  std::vector<std::string> command_;
  std::string noun_;
  PluginLimits limits_;
  Json first_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Child>> idle_;
};

/// One detector of a plugin.
struct PluginDetector {
  Declared declared;
  std::shared_ptr<Plugin> plugin;
};

/// One run in a worker: samples go there second by second, what it says comes back at once.
class PluginInstance final : public Instance {
 public:
  PluginInstance(const PluginDetector& detector, const Config& config, Wanted wanted)
      : declared_(detector.declared), plugin_(*detector.plugin), wanted_(wanted), worker_(plugin_.worker()) {
    const Declared& declared = declared_;
    Json make = {{"op", "make"},
                 {"detector", declared.name},
                 {"config", Json::object()},
                 {"scores", wanted.scores},
                 {"probes", wanted.probes}};
    for (const FieldInfo& field : declared.info.config) {
      const auto given = config.find(field.name);
      const double value = given == config.end() ? field.standard : given->second;
      make["config"][field.name] = field.kind == FieldInfo::Kind::flag      ? Json(value != 0)
                                   : field.kind == FieldInfo::Kind::integer ? Json(static_cast<std::int64_t>(value))
                                                                            : Json(value);
      if (field.name == "rate_hz") rate_hz_ = value;
    }
    ask(make, {});
  }
  ~PluginInstance() override {
    if (worker_ && whole_) plugin_.give_back(std::move(worker_));
  }
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  void push(std::span<const float* const> columns, std::size_t count, const Listener& listener) override {
    listener_ = &listener;
    const auto second = static_cast<std::size_t>(std::max(1.0, std::round(rate_hz_)));
    for (std::size_t done = 0; done < count;) {
      const std::size_t rows = std::min(count - done, second - filled_);
      for (std::size_t i = 0; i < rows; ++i)
        for (const float* column : columns)
          rows_.push_back(column == nullptr ? std::numeric_limits<float>::quiet_NaN() : column[done + i]);
      filled_ += rows;
      done += rows;
      if (filled_ == second) flush();
    }
  }
  void gap(Duration lost) override {
    flush();
    ask({{"op", "gap"}, {"seconds", static_cast<double>(lost.us) * 1e-6}}, {});
  }
  void finish(const Listener& listener) override {
    listener_ = &listener;
    flush();
    at_end_ = true;
    ask({{"op", "finish"}}, {});
  }
  std::span<const std::byte> snapshot() const override {
    throw Error("a prototype's state stays in its own process", declared_.name);
  }
  void restore(std::span<const std::byte> /*bytes*/) override {
    throw Error("a prototype's state stays in its own process", declared_.name);
  }

 private:
  void flush() {
    if (filled_ == 0) return;
    pushed_ += static_cast<std::int64_t>(filled_);
    const std::string_view bytes(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(float));
    ask({{"op", "push"}, {"rows", filled_}}, bytes);
    rows_.clear();
    filled_ = 0;
  }
  /// One request, and what is said before its "ok".
  void ask(const Json& request, std::string_view bytes) {
    whole_ = false;
    using Clock = std::chrono::steady_clock;
    const double limit_s = plugin_.limits().answer_s;
    const auto end = Clock::now() + std::chrono::duration<double>(limit_s);
    worker_->write(request.dump() + "\n");
    worker_->write(bytes);
    for (;;) {
      const auto line = worker_->line();
      if (!line) throw Error(declared_.name + ": its " + plugin_.noun() + " " + worker_->last_words() + while_it());
      if (Clock::now() > end) throw Error(declared_.name + " has not come to an end for " + shortest(limit_s) + " s");
      const Json answer = Json::parse(*line, nullptr, false);
      if (!answer.is_object()) throw Error(declared_.name + " said something that is no JSON object");
      if (const auto said = answer.find("said"); said != answer.end() && said->is_object()) {
        hear(*said);
        continue;
      }
      if (answer.contains("ok")) break;
      // The worker has told why and goes on.
      whole_ = answer.contains("error");
      throw Error(declared_.name + ": " + text_in(answer, "error", "an answer that is none"));
    }
    whole_ = true;
  }
  /// Which samples it was about, where it was about any.
  std::string while_it() const {
    if (at_end_ || filled_ == 0) return {};
    return ", in samples " + std::to_string(pushed_ - static_cast<std::int64_t>(filled_)) + " to " +
           std::to_string(pushed_ - 1);
  }
  static std::string text_in(const Json& said, const char* key, const char* otherwise) {
    const auto at = said.find(key);
    return at != said.end() && at->is_string() ? at->get<std::string>() : otherwise;
  }
  [[noreturn]] void wrong(const std::string& what) const { throw Error(declared_.name + " says " + what); }
  /// NaN where it says null.
  double number_in(const Json& said, const std::string& key) const {
    const auto at = said.find(key);
    if (at == said.end()) wrong("nothing of \"" + key + "\"");
    if (at->is_null()) return unknown;
    if (!at->is_number()) wrong("a \"" + key + "\" that is no number");
    return at->get<double>();
  }
  std::int64_t whole_in(const Json& said, const std::string& key) const {
    const auto at = said.find(key);
    if (at == said.end() || !at->is_number_integer()) wrong("a \"" + key + "\" that is no whole number");
    return at->get<std::int64_t>();
  }
  /// A sample that was pushed, or one past the last.
  std::int64_t sample_in(const Json& said, const char* key, bool past_the_last = false) const {
    const std::int64_t sample = whole_in(said, key);
    if (sample < 0 || sample > pushed_ || (sample == pushed_ && !past_the_last))
      wrong(std::string(key) + " " + std::to_string(sample) + ", and " + std::to_string(pushed_) +
            " samples were pushed: it speaks of the future or of nothing");
    return sample;
  }
  void hear(const Json& said) {
    if (listener_ == nullptr) wrong("something before the first sample");
    Said what{.kind = Said::Kind::event,
              .known_sample = pushed_,
              .at_end = at_end_,
              .sample = 0,
              .end_sample = 0,
              .value = 0,
              .probe = -1,
              .reason = nullptr,
              .values = {}};
    const std::string kind = text_in(said, "kind", "");
    if (kind == "unreadable") {
      what.kind = Said::Kind::unreadable;
      what.sample = sample_in(said, "start_sample");
      what.end_sample = sample_in(said, "end_sample", true);
      const std::string reason = text_in(said, "reason", "not told");
      what.reason = reason.c_str();
      return (*listener_)(what);
    }
    if (kind == "probe") return probes(said, what);
    if (kind == "candidate") {
      if (!wanted_.scores) return;
      what.kind = Said::Kind::candidate;
      what.sample = what.end_sample = sample_in(said, "sample");
      what.value = static_cast<float>(number_in(said, "score"));
      return (*listener_)(what);
    }
    event(said, what);
  }
  /// One value of a probe, or "values": those of the samples that follow one another.
  void probes(const Json& said, Said& what) {
    const auto& names = declared_.probe_names;
    const auto at = std::find(names.begin(), names.end(), text_in(said, "name", ""));
    if (at == names.end()) wrong("a probe \"" + text_in(said, "name", "") + "\" that it does not declare");
    if (!wanted_.probes) return;
    what.kind = Said::Kind::probe;
    what.probe = static_cast<int>(at - names.begin());
    what.sample = what.end_sample = sample_in(said, "sample");
    const auto values = said.find("values");
    if (values == said.end()) {
      what.value = static_cast<float>(number_in(said, "value"));
      return (*listener_)(what);
    }
    if (!values->is_array()) wrong("\"values\" that are no list");
    if (what.sample + static_cast<std::int64_t>(values->size()) > pushed_)
      wrong("more values of probe \"" + *at + "\" than there are samples");
    for (const Json& value : *values) {
      if (!value.is_number() && !value.is_null()) wrong("a value of probe \"" + *at + "\" that is no number");
      what.value = static_cast<float>(value.is_null() ? unknown : value.get<double>());
      (*listener_)(what);
      what.end_sample = ++what.sample;
    }
  }
  void event(const Json& said, Said& what) {
    const DetectorInfo& info = declared_.info;
    what.sample = sample_in(said, info.moment ? "sample" : "start_sample");
    what.end_sample = info.moment ? what.sample : sample_in(said, "end_sample", true);
    if (what.sample < last_sample_)
      throw Error(declared_.name + " says events out of order: sample " + std::to_string(what.sample) + " after " +
                  std::to_string(last_sample_));
    last_sample_ = what.sample;
    if (what.end_sample < what.sample) throw Error(declared_.name + " says a stretch that ends before it starts");
    const double quality = said.contains("quality") ? number_in(said, "quality") : 1;
    if (quality < 0 || quality > 1) wrong("a quality of " + shortest(quality) + ": it is a probability");
    what.value = static_cast<float>(quality);
    std::vector<FieldValue> values;
    std::deque<std::string> texts;
    for (const FieldInfo& field : info.outputs) {
      FieldValue value;
      value.kind = field.kind;
      const auto at = said.find(field.name);
      if (field.kind == FieldInfo::Kind::label) {
        if (at == said.end() || !at->is_string()) wrong("a \"" + field.name + "\" that is no text");
        value.label = texts.emplace_back(at->get<std::string>()).c_str();
      } else if (field.kind == FieldInfo::Kind::number) {
        value.number = static_cast<float>(number_in(said, field.name));
      } else if (field.kind == FieldInfo::Kind::flag) {
        if (at == said.end() || !at->is_boolean()) wrong("a \"" + field.name + "\" that is neither true nor false");
        value.integer = at->get<bool>() ? 1 : 0;
      } else {
        value.integer = whole_in(said, field.name);
      }
      values.push_back(value);
    }
    for (const auto& item : said.items()) {
      const std::string& key = item.key();
      const auto known = [&key](const FieldInfo& field) { return field.name == key; };
      if (key != "quality" && std::none_of(info.outputs.begin(), info.outputs.end(), known))
        throw Error(declared_.name + " says a field \"" + key + "\" that it does not declare in emits");
    }
    what.values = values;
    (*listener_)(what);
  }

  const Declared& declared_;
  Plugin& plugin_;
  Wanted wanted_;
  std::unique_ptr<Child> worker_;
  double rate_hz_ = 250;
  std::vector<float> rows_;
  std::size_t filled_ = 0;  ///< rows in `rows_`
  std::int64_t pushed_ = 0, last_sample_ = 0;
  bool at_end_ = false, whole_ = false;
  const Listener* listener_ = nullptr;
};

FieldInfo field_of(const Json& said) {
  FieldInfo field = field_of_type(said.at("name"), said.value("type", "float"));
  field.unit = said.value("unit", "");
  field.meaning = said.value("meaning", "");
  if (field.kind == FieldInfo::Kind::number) {
    field.low = said.value("low", field.low);
    field.high = said.value("high", field.high);
  }
  field.standard = said.value("default", 0.0);
  return field;
}

/// A channel that a library reads.
ChannelNeed need_of_column(const Json& said, const Plugin& plugin) {
  const std::string column = said.at("column");
  auto need = need_of(column);
  if (!need)
    throw Error("reads \"" + column + "\", which is no channel", plugin.file(),
                "columns as in canonical CSV: \"ecg_mv\", \"acc_x_g\"");
  need->min_rate_hz = said.at("min_rate_hz");
  need->max_rate_hz = said.at("max_rate_hz");
  need->optional = said.at("optional");
  return *need;
}

PluginDetector declared_of(const Json& said, const std::shared_ptr<Plugin>& plugin) {
  PluginDetector detector{{}, plugin};
  Declared& declared = detector.declared;
  declared.name = said.at("name");
  declared.version = said.at("version");
  declared.summary = said.value("summary", "");
  if (!said.value("causal", true)) declared.summary = "Not causal: sees whole recordings. " + declared.summary;
  declared.source = std::filesystem::path(plugin->file()).filename().string();
  declared.event = said.value("event", "events");
  for (const Json& probe : said.at("probes")) declared.probe_names.push_back(probe.get<std::string>());
  for (const Json& field : said.at("config")) declared.info.config.push_back(field_of(field));
  for (const Json& field : said.at("emits")) declared.info.outputs.push_back(field_of(field));
  declared.info.moment = said.value("moment", true);
  declared.info.causal = said.value("causal", true);
  if (said.at("reads").is_array()) {
    for (const Json& channel : said.at("reads")) declared.reads.push_back(need_of_column(channel, *plugin));
    return detector;
  }
  for (const auto& [channel, unit] : said.at("reads").items()) {
    const auto quantity = quantity_of(channel);
    const auto known = unit_of(unit.get<std::string>());
    if (!quantity || (!known && !unit.get<std::string>().empty()))
      throw Error(
          declared.name + " reads \"" + channel + "\" in \"" + unit.get<std::string>() + "\", which is no channel",
          plugin->file(), "names and units as in canonical CSV: {\"ecg\": \"mV\", \"acc_x\": \"g\"}");
    declared.reads.push_back({*quantity, known.value_or(Unit::none), 0.01F, 1e6F, false});
  }
  return detector;
}

/// Starts a first worker and makes known what it describes.
std::vector<std::string> load(const std::string& path, const std::vector<std::string>& command, const std::string& noun,
                              const PluginLimits& limits, const std::string& as = {}) {
  static std::deque<PluginDetector> all;
  const auto plugin = std::make_shared<Plugin>(path, command, noun, limits);
  auto worker = plugin->started();
  const Json said = plugin->describe(*worker);
  plugin->keep(said);
  std::vector<std::string> names;
  for (const Json& one : said.at("detectors")) {
    PluginDetector& detector = all.emplace_back(declared_of(one, plugin));
    if (!as.empty()) detector.declared.name = as;
    names.push_back(make_known(detector.declared, [&detector](const Config& config, Wanted wanted) {
      return std::make_unique<PluginInstance>(detector, config, wanted);
    }));
  }
  if (names.empty())
    throw Error("declares no detector", path, "@vagus.detector(\"my.name\", reads={...}, emits={...})");
  plugin->give_back(std::move(worker));
  return names;
}

std::string existing(const std::string& file) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(file, code)) throw Error("no such file", file);
  return std::filesystem::weakly_canonical(file, code).string();
}

}  // namespace

std::vector<std::string> load_plugin(const std::string& file, const PluginLimits& limits) {
  if (std::filesystem::path(file).extension() == ".so") return load_native_plugin(file);
  static std::map<std::string, std::vector<std::string>> loaded;
  const std::string path = existing(file);
  if (const auto before = loaded.find(path); before != loaded.end()) return before->second;
  const char* named = std::getenv("VAGUS_PYTHON");  // NOLINT(concurrency-mt-unsafe): nothing here writes it
  const std::string python = named != nullptr && *named != 0 ? named : "python3";
  // One thread each and one order of hashes: answers do not depend on the machine or the worker.
  return loaded[path] = load(path,
                             {"env", "PYTHONHASHSEED=0", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1",
                              "MKL_NUM_THREADS=1", python, "-m", "vagus.worker", path},
                             "Python", limits);
}

std::string load_library(const std::string& file, const std::string& as, const PluginLimits& limits) {
  static std::map<std::pair<std::string, std::string>, std::string> loaded;
  const std::string path = existing(file);
  const std::pair key(path, as);
  if (const auto before = loaded.find(key); before != loaded.end()) return before->second;
  const std::string worker = program_beside_modules("vagus-library-worker").string();
  if (worker.empty())
    throw Error("the program vagus-library-worker is not there", path, "it is built beside the modules, in lib/vagus");
  return loaded[key] = load(path, {worker, path, hash_of_file(path)}, "process", limits, as).front();
}

}  // namespace vagus::lab
