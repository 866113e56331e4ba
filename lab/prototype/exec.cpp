#include "lab/prototype/exec.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/prototype/answers.h"
#include "lab/prototype/child.h"
#include "lab/prototype/command.h"
#include "lab/prototype/declared.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

constexpr std::size_t rows_a_block = 8192;
constexpr std::size_t most_said_bytes = std::size_t{256} << 20U;

struct Program {
  ExecDetector exec;
  std::vector<std::string> columns;  ///< of its input
  std::set<std::string> optional;
  Declared declared;
};

std::string variable_of(const std::string& key) {
  std::string name = "VAGUS_SET_";
  for (const char c : key) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_')
      throw Error("a configuration key of a program is letters, digits and _, and this is \"" + key + "\"");
    name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

/// One run of the program over one recording.
class ExecInstance final : public Instance {
 public:
  ExecInstance(const Program& program, const Config& config, Wanted wanted)
      : program_(program),
        writer_(program.exec.frames, program.columns),
        answers_(program.declared.info, program.optional, wanted) {
    for (const auto& [key, standard] : program.exec.config) {
      const auto given = config.find(key);
      const double value = given == config.end() ? standard : given->second;
      if (std::isfinite(value)) environment_.push_back(variable_of(key) + "=" + shortest(value));
    }
  }

  void begin(double t_s, double rate_hz) override {
    flush();
    if (!child_) start(rate_hz);
    writer_.begin(t_s, rate_hz);
    grid_.begin(t_s, rate_hz);
  }
  void push(std::span<const float* const> columns, std::size_t count, const Listener& /*listener*/) override {
    grid_.push(count);
    writer_.rows(columns, count, waiting_);
    waiting_rows_ += count;
    if (waiting_rows_ >= rows_a_block) flush();
  }
  void gap(Duration /*lost*/) override {}
  void finish(const Listener& listener) override {
    if (!child_) return;  // not one sample: told by who runs it
    writer_.finish(waiting_);
    flush();
    child_->end_input();
    while (const auto line = child_->line()) take(*line);
    if (child_->wait() != 0) fail();
    answers_.say(grid_, listener);
  }
  std::span<const std::byte> snapshot() const override { throw Error("a program's state stays its own"); }
  void restore(std::span<const std::byte> /*bytes*/) override { throw Error("a program's state stays its own"); }

 private:
  void start(double rate_hz) {
    // One thread and one locale: answers do not depend on the machine or on who runs it.
    std::vector<std::string> command{"env",
                                     "LC_ALL=C.UTF-8",
                                     "PYTHONHASHSEED=0",
                                     "OMP_NUM_THREADS=1",
                                     "OPENBLAS_NUM_THREADS=1",
                                     "MKL_NUM_THREADS=1",
                                     "VAGUS_RATE_HZ=" + shortest(rate_hz)};
    command.insert(command.end(), environment_.begin(), environment_.end());
    command.insert(command.end(), {"sh", "-c", program_.exec.command});
    const double time_s = program_.exec.time_s;
    child_ = std::make_unique<Child>(
        command, ChildLimits{.answer_s = time_s, .memory_mb = program_.exec.memory_mb, .total_s = time_s});
  }
  void flush() {
    if (waiting_.empty()) return;
    // A program that has heard enough closes its input; whether it did well its end tells.
    (void)child_->offer(waiting_);
    waiting_.clear();
    waiting_rows_ = 0;
    while (const auto line = child_->ready_line()) take(*line);
  }
  void take(const std::string& line) {
    said_bytes_ += line.size();
    if (said_bytes_ > most_said_bytes) throw Error(program_.declared.name + " says more than 256 MiB of one recording");
    try {
      answers_.take(line);
    } catch (const Error&) {
      // Half a line is what a crash leaves behind: the crash is what is told.
      if (child_->output_ended() && child_->wait() != 0) fail();
      throw;
    }
  }
  [[noreturn]] void fail() { throw Error(program_.declared.name + ": its program " + child_->last_words()); }

  const Program& program_;
  FrameWriter writer_;
  Answers answers_;
  SampleGrid grid_;
  std::vector<std::string> environment_;
  std::unique_ptr<Child> child_;
  std::string waiting_;
  std::size_t waiting_rows_ = 0, said_bytes_ = 0;
};

void declare(Program& program) {
  const ExecDetector& exec = program.exec;
  Declared& declared = program.declared;
  if (exec.reads.empty()) throw Error("the program reads no channel", exec.name, "[detector] reads = [\"ecg_mv\"]");
  for (std::string column : exec.reads) {
    const bool optional = column.ends_with('?');
    if (optional) column.pop_back();
    auto need = need_of(column);
    if (!need)
      throw Error("\"" + column + "\" is no channel that can be read", exec.name,
                  "columns as in canonical CSV: \"ecg_mv\", \"acc_x_g\", \"ppg_green\"");
    need->optional = optional;
    declared.reads.push_back(*need);
    program.columns.push_back(column);
  }
  if (declared.reads.front().optional) throw Error("the first channel that is read must be there", exec.name);
  program.optional = {exec.optional.begin(), exec.optional.end()};
  declared.name = exec.name;
  declared.summary =
      exec.causal ? "A program of its own." : "Not causal: a program of its own, which sees whole recordings.";
  declared.source = exec.command;
  declared.event = exec.event;
  declared.probe_names = exec.probes;
  for (const auto& [key, standard] : exec.config) {
    (void)variable_of(key);
    FieldInfo field = field_of_type(key, "float");
    field.meaning = "handed on as " + variable_of(key);
    field.standard = standard;
    declared.info.config.push_back(std::move(field));
  }
  for (const auto& [name, type] : exec.emits) declared.info.outputs.push_back(field_of_type(name, type));
  declared.info.moment = exec.moment;
  declared.info.causal = exec.causal;
}

/// Names all that is declared, so that two specifications in one run of the program are told apart.
std::string hash_of(const ExecDetector& exec) {
  Hasher digest;
  digest.field("exec 1").field(hash_of_command(exec.command, exec.depends));
  digest.field(exec.frames == Frames::npy ? "npy" : "csv").field(exec.event);
  digest.field(static_cast<std::int64_t>(exec.moment)).field(static_cast<std::int64_t>(exec.causal));
  for (const auto* list : {&exec.reads, &exec.probes, &exec.optional}) {
    digest.field(static_cast<std::int64_t>(list->size()));
    for (const std::string& text : *list) digest.field(text);
  }
  for (const auto& [name, type] : exec.emits) digest.field(name).field(type);
  for (const auto& [key, standard] : exec.config) digest.field(key).field(standard);
  return digest.hex().substr(0, 32);
}

}  // namespace

std::string load_exec(const ExecDetector& exec) {
  static std::deque<Program> all;
  static std::map<std::pair<std::string, std::string>, std::string> loaded;
  ExecDetector named = exec;
  if (named.name.empty()) named.name = name_of_command(named.command);
  const std::pair key(named.name, hash_of(named));
  if (const auto before = loaded.find(key); before != loaded.end()) return before->second;
  Program program{.exec = named, .columns = {}, .optional = {}, .declared = {}};
  declare(program);
  program.declared.version = key.second;
  Program& kept = all.emplace_back(std::move(program));
  return loaded[key] = make_known(kept.declared, [&kept](const Config& config, Wanted wanted) {
           return std::make_unique<ExecInstance>(kept, config, wanted);
         });
}

}  // namespace vagus::lab
