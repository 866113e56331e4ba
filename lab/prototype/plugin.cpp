#include "lab/prototype/plugin.h"

#include <algorithm>
#include <charconv>
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
#include "lab/prototype/spoken.h"
#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

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

/// Why a worker refuses, in its own words.
std::string told_in(const Json& answer) {
  const auto at = answer.find("error");
  return at != answer.end() && at->is_string() ? at->get<std::string>() : "an answer that is none";
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned value = 0;
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, value, 16);
    bytes[i] = static_cast<char>(value);
  }
  return bytes;
}

/// One run in a worker: samples go there second by second, what it says comes back at once.
class PluginInstance final : public PiecewiseInstance {
 public:
  PluginInstance(const PluginDetector& detector, const Config& config, Wanted wanted)
      : declared_(detector.declared),
        plugin_(*detector.plugin),
        spoken_(detector.declared, wanted),
        worker_(plugin_.worker()) {
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
    const std::size_t piece = rows_at_once_ > 0 ? std::min(rows_at_once_, second) : second;
    for (std::size_t done = 0; done < count;) {
      const std::size_t rows = std::min(count - done, piece - filled_);
      for (std::size_t i = 0; i < rows; ++i)
        for (const float* column : columns)
          rows_.push_back(column == nullptr ? std::numeric_limits<float>::quiet_NaN() : column[done + i]);
      filled_ += rows;
      done += rows;
      if (filled_ == piece) flush();
    }
  }
  void gap(Duration lost) override {
    flush();
    ask({{"op", "gap"}, {"seconds", static_cast<double>(lost.us) * 1e-6}}, {});
  }
  void finish(const Listener& listener) override {
    listener_ = &listener;
    flush();
    spoken_.end();
    ask({{"op", "finish"}}, {});
  }
  void hand_over(std::size_t rows_at_once) override {
    flush();
    rows_at_once_ = rows_at_once;
  }
  /// How many samples were pushed, and the state as its worker gives it.
  std::span<const std::byte> snapshot() const override {
    if (filled_ != 0) throw Error("a snapshot is taken between pieces", declared_.name);
    state_.clear();
    ask({{"op", "snapshot"}}, {});
    const std::int64_t samples = spoken_.samples();
    state_.insert(0, reinterpret_cast<const char*>(&samples), sizeof samples);
    return std::as_bytes(std::span(state_));
  }
  void restore(std::span<const std::byte> bytes) override {
    std::int64_t samples = 0;
    if (bytes.size() < sizeof samples) throw Error("a snapshot of another detector", declared_.name);
    std::memcpy(&samples, bytes.data(), sizeof samples);
    const std::span<const std::byte> state = bytes.subspan(sizeof samples);
    ask({{"op", "restore"}, {"bytes", state.size()}}, {reinterpret_cast<const char*>(state.data()), state.size()});
    spoken_.pushed(static_cast<std::size_t>(samples));
  }

 private:
  void flush() {
    if (filled_ == 0) return;
    spoken_.pushed(filled_);
    const std::string_view bytes(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(float));
    ask({{"op", "push"}, {"rows", filled_}}, bytes);
    rows_.clear();
    filled_ = 0;
  }
  /// One request, and what is said before its "ok".
  void ask(const Json& request, std::string_view bytes) const {
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
        if (listener_ == nullptr) throw Error(declared_.name + " says something before the first sample");
        spoken_.hear(*said, *listener_);
        continue;
      }
      if (const auto state = answer.find("state"); state != answer.end() && state->is_string()) {
        state_ = bytes_of_hex(state->get<std::string>());
        continue;
      }
      if (answer.contains("ok")) break;
      // The worker has told why and goes on.
      whole_ = answer.contains("error");
      throw Error(declared_.name + ": " + told_in(answer));
    }
    whole_ = true;
  }
  /// Which samples it was about, where it was about any.
  std::string while_it() const {
    if (spoken_.ended() || filled_ == 0) return {};
    return ", in samples " + std::to_string(spoken_.samples() - static_cast<std::int64_t>(filled_)) + " to " +
           std::to_string(spoken_.samples() - 1);
  }
  const Declared& declared_;
  Plugin& plugin_;
  mutable Spoken spoken_;
  std::unique_ptr<Child> worker_;
  double rate_hz_ = 250;
  std::size_t rows_at_once_ = 0;  ///< 0: a second of samples
  std::vector<float> rows_;
  std::size_t filled_ = 0;  ///< rows in `rows_`
  mutable bool whole_ = false;
  mutable std::string state_;  ///< of the last snapshot
  const Listener* listener_ = nullptr;
};

/// All that were loaded, where they stay.
std::deque<PluginDetector>& plugin_detectors() {
  static std::deque<PluginDetector> all;
  return all;
}

/// Starts a first worker and makes known what it describes.
std::vector<std::string> load(const std::string& path, const std::vector<std::string>& command, const std::string& noun,
                              const PluginLimits& limits, const std::string& as = {}) {
  std::deque<PluginDetector>& all = plugin_detectors();
  const auto plugin = std::make_shared<Plugin>(path, command, noun, limits);
  auto worker = plugin->started();
  const Json said = plugin->describe(*worker);
  plugin->keep(said);
  std::vector<std::string> names;
  for (const Json& one : said.at("detectors")) {
    PluginDetector& detector = all.emplace_back(PluginDetector{declared_of(one, plugin->file()), plugin});
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

std::unique_ptr<PiecewiseInstance> piecewise(const std::string& detector, const Config& config, Wanted wanted) {
  for (const PluginDetector& one : plugin_detectors()) {
    if (one.declared.name != detector) continue;
    for (const auto& [key, value] : config) check_config(one.declared.info, key, value);
    return std::make_unique<PluginInstance>(one, config, wanted);
  }
  return nullptr;
}

}  // namespace vagus::lab
