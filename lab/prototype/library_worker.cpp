/// vagus-library-worker LIB.so: runs somebody's detector (vagus_detector.h) in a process of its own, so that what it
/// does to its memory it does to itself. Speaks as `python -m vagus.worker` does: a line of JSON that describes the
/// detector, then for each request a line for whatever was said and {"ok": true}, or {"error": "..."}.
#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lab/prototype/library_info.h"

namespace {

using Json = nlohmann::ordered_json;
using vagus::lab::described;
using vagus::lab::fault_of;

/// The detector's state in one of two blocks: between requests it moves from one to the other, as a snapshot does.
class State {
 public:
  State(std::size_t bytes, std::size_t align) : bytes_(bytes) {
    const std::size_t room = (bytes + align - 1) / align * align;
    for (void*& block : blocks_) {
      block = std::aligned_alloc(align, room);
      if (block != nullptr) std::memset(block, spoilt, bytes_);
    }
  }
  ~State() {
    for (void* block : blocks_) std::free(block);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  bool there() const { return blocks_[0] != nullptr && blocks_[1] != nullptr; }
  void* at() const { return blocks_[now_]; }
  std::span<unsigned char> bytes() const { return {static_cast<unsigned char*>(at()), bytes_}; }
  void clear() { std::memset(at(), spoilt, bytes_); }
  void move() {
    std::memcpy(blocks_[1 - now_], blocks_[now_], bytes_);
    std::memset(blocks_[now_], spoilt, bytes_);
    now_ = 1 - now_;
  }

 private:
  static constexpr int spoilt = 0xa5;
  std::size_t bytes_;
  void* blocks_[2] = {nullptr, nullptr};
  int now_ = 0;
};

struct Worker {
  const vagus_detector_info* info = nullptr;
  std::FILE* out = nullptr;
  bool scores = false;

  void say(const Json& line) const {
    const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::fwrite(text.data(), 1, text.size(), out);
  }
  void said(Json line, float quality, const float* fields) const {
    line["quality"] = quality;
    for (int i = 0; fields != nullptr && i < info->field_count; ++i) {
      const vagus_detector_field& field = info->fields[i];
      const auto index = static_cast<int>(fields[i]);
      line[field.name] = field.labels == nullptr                   ? Json(fields[i])
                         : index >= 0 && index < field.label_count ? Json(field.labels[index])
                                                                   : Json(nullptr);
    }
    say({{"said", std::move(line)}});
  }
};

const Worker& worker_of(void* context) { return *static_cast<const Worker*>(context); }

void on_event(void* context, std::int64_t sample, float quality, const float* fields) {
  worker_of(context).said({{"sample", sample}}, quality, fields);
}
void on_stretch(void* context, std::int64_t start, std::int64_t end, float quality, const float* fields) {
  worker_of(context).said({{"start_sample", start}, {"end_sample", end}}, quality, fields);
}
void on_candidate(void* context, std::int64_t sample, float score) {
  const Worker& worker = worker_of(context);
  if (worker.scores) worker.say({{"said", {{"kind", "candidate"}, {"sample", sample}, {"score", score}}}});
}
void on_unreadable(void* context, std::int64_t start, std::int64_t end, const char* reason) {
  worker_of(context).say({{"said",
                           {{"kind", "unreadable"},
                            {"start_sample", start},
                            {"end_sample", end},
                            {"reason", reason == nullptr ? "not told" : reason}}}});
}
void on_probe(void* context, int probe, std::int64_t sample, float value) {
  const Worker& worker = worker_of(context);
  const char* name = probe >= 0 && probe < worker.info->probe_count ? worker.info->probes[probe] : "";
  worker.say({{"said", {{"kind", "probe"}, {"name", name}, {"sample", sample}, {"value", value}}}});
}

/// One run of the detector.
class Run {
 public:
  explicit Run(Worker& worker) : worker_(worker), state_(worker.info->state_bytes, worker.info->state_align) {}

  void make(const Json& request) {
    if (!state_.there()) throw std::runtime_error("not enough memory for its state");
    const vagus_detector_info& info = *worker_.info;
    worker_.scores = request.value("scores", false);
    sink_ = {&worker_, on_event, on_stretch, on_candidate, on_unreadable, nullptr};
    if (request.value("probes", false)) sink_.probe = on_probe;
    const Json& config = request.at("config");
    std::vector<float> settings;
    for (const auto& setting : std::span(info.settings, static_cast<std::size_t>(info.setting_count)))
      settings.push_back(config.value(setting.name, setting.standard));
    const float rate_hz = config.at("rate_hz").get<float>();
    state_.clear();
    if (const int refused = info.init(state_.at(), rate_hz, settings.data()); refused != 0)
      throw std::runtime_error("init refuses the rate or the configuration (" + std::to_string(refused) + ")");
  }
  void push(std::span<const float> rows) {
    const auto channels = static_cast<std::size_t>(worker_.info->channel_count);
    for (std::size_t i = 0; i + channels <= rows.size(); i += channels)
      worker_.info->push(state_.at(), rows.data() + i, &sink_);
    state_.move();
  }
  void gap(float seconds) {
    if (worker_.info->gap != nullptr) worker_.info->gap(state_.at(), seconds, &sink_);
    state_.move();
  }
  void snapshot() const {
    std::string hex;
    for (const unsigned char byte : state_.bytes()) {
      hex += "0123456789abcdef"[byte >> 4U];
      hex += "0123456789abcdef"[byte & 15U];
    }
    worker_.say({{"state", hex}});
  }
  void restore(std::span<const char> snapshot) {
    if (snapshot.size() != state_.bytes().size()) throw std::runtime_error("a snapshot of another detector");
    std::memcpy(state_.at(), snapshot.data(), snapshot.size());
  }
  void finish() {
    if (worker_.info->finish != nullptr) worker_.info->finish(state_.at(), &sink_);
  }

 private:
  Worker& worker_;
  State state_;
  vagus_detector_sink sink_{};
};

/// A program that was killed leaves no worker behind.
void end_with(pid_t parent) {
  while (getppid() == parent) std::this_thread::sleep_for(std::chrono::seconds(1));
  _exit(1);
}

int served(Worker& worker) {
  Run run(worker);
  std::vector<char> line, snapshot;
  std::vector<float> rows;
  for (;;) {
    line.clear();
    int c = 0;
    while ((c = std::getc(stdin)) != EOF && c != '\n') line.push_back(static_cast<char>(c));
    if (c == EOF) return 0;
    const Json request = Json::parse(line.begin(), line.end());
    const std::string what = request.at("op");
    if (what == "push") {
      rows.resize(request.at("rows").get<std::size_t>() * static_cast<std::size_t>(worker.info->channel_count));
      if (std::fread(rows.data(), sizeof(float), rows.size(), stdin) != rows.size()) return 1;
    }
    if (what == "restore") {
      snapshot.resize(request.at("bytes").get<std::size_t>());
      if (std::fread(snapshot.data(), 1, snapshot.size(), stdin) != snapshot.size()) return 1;
    }
    try {
      if (what == "make") run.make(request);
      if (what == "push") run.push(rows);
      if (what == "gap") run.gap(request.at("seconds").get<float>());
      if (what == "finish") run.finish();
      if (what == "snapshot") run.snapshot();
      if (what == "restore") run.restore(snapshot);
      worker.say({{"ok", true}});
    } catch (const std::exception& error) {
      worker.say({{"error", error.what()}});
    }
    std::fflush(worker.out);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: vagus-library-worker LIB.so HASH\n", stderr);
    return 2;
  }
  std::thread(end_with, getppid()).detach();
  Worker worker;
  worker.out = fdopen(dup(STDOUT_FILENO), "w");
  dup2(STDERR_FILENO, STDOUT_FILENO);  // what the library prints is no answer
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  const auto refuse = [&worker](const std::string& why) {
    worker.say({{"error", why}});
    std::fflush(worker.out);
    return 1;
  };
  if (library == nullptr) return refuse(std::string("it cannot be loaded: ") + dlerror());
  const auto describe = reinterpret_cast<const vagus_detector_info* (*)()>(dlsym(library, "vagus_detector"));
  if (describe == nullptr) return refuse("it does not export vagus_detector()");
  worker.info = describe();
  if (const std::string fault = fault_of(worker.info); !fault.empty()) return refuse(fault);
  worker.say({{"detectors", Json::array({described(*worker.info, std::string("+") + argv[2])})}});
  std::fflush(worker.out);
  const int status = served(worker);
  std::fflush(worker.out);
  _exit(status);
}
