#include "lab/deploy/board_link.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "device/conformance/link.h"
#include "device/registry.h"
#include "lab/base/error.h"

namespace vagus::lab {
namespace {

using conformance::Ask;

/// One question.
struct Question {
  Ask ask;
  std::vector<std::uint8_t> bytes;
  std::int64_t samples = 0;
};
using Questions = std::vector<Question>;

/// What a tape is recorded on; the kit makes detectors as it likes, so it is no member of theirs.
thread_local Questions* recording = nullptr;

/// Stands where the conformance signals expect a `D`, and writes down what is done to it.
template <Detector D>
struct Tape {
  using Config = typename D::Config;
  using Input = typename D::Input;
  using Output = typename D::Output;
  static constexpr const auto& contract = D::contract;
  static constexpr const auto& config_fields = D::config_fields;
  static constexpr const auto& output_fields = D::output_fields;
  static constexpr std::size_t most_rows = 32;

  static Result<Tape> make(const Config& config) {
    if (!D::make(config).ok()) return D::make(config).error();
    Question question{Ask::make, {}};
    for (const auto& field : config_fields) append(question.bytes, bits_of(field, config));
    recording->push_back(question);
    return Tape{};
  }
  template <class Emit>
  void push(Input in, Emit&& /*emit*/) {
    if (recording->back().ask != Ask::rows || recording->back().samples == most_rows ||
        recording->back().bytes.size() + sizeof(Input) + 2 > conformance::most_asked)
      recording->push_back({Ask::rows, {}});
    std::uint8_t row[sizeof(Input)];
    std::memcpy(row, &in, sizeof(Input));
    recording->back().bytes.insert(recording->back().bytes.end(), row, row + sizeof(Input));
    ++recording->back().samples;
  }
  void gap(Duration lost) {
    std::vector<std::uint8_t> bytes(8);
    flight::put(bytes.data(), static_cast<std::uint64_t>(lost.us));
    recording->push_back({Ask::gap, bytes});
  }
  template <class Emit>
  void finish(Emit&& /*emit*/) {
    recording->push_back({Ask::finish, {}});
  }

 private:
  static void append(std::vector<std::uint8_t>& bytes, std::uint32_t word) {
    bytes.resize(bytes.size() + 4);
    flight::put(bytes.data() + bytes.size() - 4, word);
  }
  [[gnu::noinline]] static std::uint32_t bits_of(const Field<Config>& field, const Config& config) {
    using Kind = typename Field<Config>::Kind;
    if (field.kind == Kind::f32) return std::bit_cast<std::uint32_t>(config.*field.f32);
    if (field.kind == Kind::i32) return static_cast<std::uint32_t>(config.*field.i32);
    if (field.kind == Kind::boolean) return config.*field.boolean ? 1U : 0U;
    return config.*field.label;
  }
  std::uint8_t nothing_ = 0;
};

/// Words that nobody reads.
struct NoWords : conformance::Words<NoWords> {
  void word(std::uint32_t /*x*/) {}
  void section(const char* /*text*/, std::size_t /*length*/) {}
};

template <Detector D>
Questions questions_for() {
  Questions out;
  recording = &out;
  NoWords words;
  conformance::DetectorStream<Tape<D>, NoWords>(words).write();
  recording = nullptr;
  return out;
}

/// Frames to the board and back, asked again where nothing comes.
class Dialogue {
 public:
  explicit Dialogue(Line& line) : line_(line) {}
  std::int64_t repeated() const { return repeated_; }

  /// `Answer` and what follows it.
  std::vector<std::uint8_t> ask(const Question& question, int detector) {
    constexpr int tries = 5;
    // Four bytes for what stands before the question.
    std::vector<std::uint8_t> frame = {0, 0, 0, 0, ++number_, static_cast<std::uint8_t>(question.ask)};
    if (question.ask == Ask::make) frame.push_back(static_cast<std::uint8_t>(detector));
    frame.insert(frame.end(), question.bytes.begin(), question.bytes.end());
    const auto count = static_cast<std::uint32_t>(frame.size() - 4);
    frame.resize(frame.size() + 4);
    conformance::seal_frame(frame.data(), count);
    for (int i = 0; i < tries; ++i) {
      if (i > 0) ++repeated_;
      line_.write(frame);
      if (heard()) return {reader_->bytes() + 1, reader_->bytes() + reader_->count()};
    }
    throw Error("the board does not answer", {}, "is apps/firmware/link on it, and the speed right?");
  }

 private:
  bool heard() {
    constexpr int patience_ms = 2000;
    for (;;) {
      for (; at_ < end_; ++at_) {
        if (!reader_->push(buffer_[at_])) continue;
        if (reader_->count() >= 2 && reader_->bytes()[0] == number_) {
          ++at_;
          return true;
        }
      }
      at_ = 0;
      end_ = line_.read(buffer_, patience_ms);
      if (end_ == 0) return false;
    }
  }
  Line& line_;
  std::uint8_t number_ = 0;
  std::int64_t repeated_ = 0;
  std::unique_ptr<conformance::FrameReader<conformance::most_answered>> reader_ =
      std::make_unique<conformance::FrameReader<conformance::most_answered>>();
  std::array<std::uint8_t, 4096> buffer_{};
  std::size_t at_ = 0, end_ = 0;
};

std::uint32_t word_at(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return at + 4 <= bytes.size() ? flight::get<std::uint32_t>(bytes.data() + at) : 0;
}

/// The first record in which two answers differ, as a person would say it.
std::string first_difference(const std::vector<std::uint8_t>& board, const std::vector<std::uint8_t>& here) {
  using conformance::Record;
  if (board.empty() || here.empty() || board[0] != here[0]) return "the board refused what this machine did";
  std::size_t at = 1;
  while (at < std::min(board.size(), here.size())) {
    const std::size_t end = at + 4 + std::size_t{4} * (word_at(here, at) & 0xFFFFU);
    if (end > board.size() || end > here.size() ||
        !std::equal(here.begin() + static_cast<std::ptrdiff_t>(at), here.begin() + static_cast<std::ptrdiff_t>(end),
                    board.begin() + static_cast<std::ptrdiff_t>(at)))
      break;
    at = end;
  }
  const auto words = [&](const std::vector<std::uint8_t>& bytes) {
    if (at >= bytes.size()) return std::string("nothing");
    const std::uint32_t head = word_at(bytes, at);
    const char* kind = "record";
    if (head >> 24U == static_cast<std::uint32_t>(Record::output)) kind = "output";
    if (head >> 24U == static_cast<std::uint32_t>(Record::candidate)) kind = "candidate";
    if (head >> 24U == static_cast<std::uint32_t>(Record::unreadable)) kind = "unreadable";
    if (head >> 24U == static_cast<std::uint32_t>(Record::probe)) kind = "probe";
    std::string out = kind;
    if (head >> 24U == static_cast<std::uint32_t>(Record::probe)) out += " " + std::to_string((head >> 16U) & 0xFFU);
    char text[12];
    for (std::uint32_t i = 0; i < std::min(head & 0xFFFFU, 12U); ++i) {
      std::snprintf(text, sizeof text, " %08x", word_at(bytes, at + 4 + std::size_t{4} * i));
      out += text;
    }
    return out;
  };
  return "the board said " + words(board) + ", this machine " + words(here);
}

template <Detector D>
void check(Dialogue& dialogue, const Questions& questions, int index, BoardDetector& out,
           const std::function<void(std::int64_t)>& done) {
  const auto server = std::make_unique<conformance::LinkServer<TypeList<D>>>();
  std::vector<std::uint8_t> frame(conformance::most_answered + conformance::frame_bytes);
  std::uint8_t number = 0;
  for (const Question& question : questions) {
    std::vector<std::uint8_t> asked = {++number, static_cast<std::uint8_t>(question.ask)};
    if (question.ask == Ask::make) asked.push_back(0);
    asked.insert(asked.end(), question.bytes.begin(), question.bytes.end());
    const std::uint32_t length = server->answer(asked.data(), static_cast<std::uint32_t>(asked.size()), frame.data());
    const std::vector<std::uint8_t> here(frame.begin() + 5, frame.begin() + (length - 4));
    const std::vector<std::uint8_t> there = dialogue.ask(question, index);
    if (here[0] == static_cast<std::uint8_t>(conformance::Answer::overrun))
      throw Error("an answer of " + out.name + " does not fit into a frame");
    out.words += static_cast<std::int64_t>(there.size() / 4);
    if (there != here) {
      out.same = false;
      out.difference = "samples " + std::to_string(out.samples) + " to " +
                       std::to_string(out.samples + question.samples) + ": " + first_difference(there, here);
      return;
    }
    out.samples += question.samples;
    done(question.samples);
  }
}

struct Offer {
  BoardDetector detector;
  int index;
};

std::vector<Offer> offers(Dialogue& dialogue) {
  const std::vector<std::uint8_t> said = dialogue.ask({Ask::hello, {}}, 0);
  if (said.size() < 3 || said[1] != conformance::link_version)
    throw Error("the board speaks another version of the protocol");
  std::vector<Offer> out;
  std::size_t at = 3;
  for (int i = 0; i < said[2] && at + 5 <= said.size(); ++i) {
    const std::size_t length = said[at + 4];
    if (at + 5 + length > said.size()) break;
    const std::string text(said.begin() + static_cast<std::ptrdiff_t>(at + 5),
                           said.begin() + static_cast<std::ptrdiff_t>(at + 5 + length));
    BoardDetector detector;
    detector.name = text.substr(0, text.find(' '));
    detector.version = text.substr(text.find(' ') + 1);
    detector.state_bytes = word_at(said, at);
    out.push_back({detector, i});
    at += 5 + length;
  }
  return out;
}

/// One detector of this program: its questions are made only for those that the board has.
template <Detector D>
void check_one(Dialogue& dialogue, const std::vector<Offer>& board, const std::vector<std::string>& only, bool brief,
               BoardReport& out, const std::function<void(std::int64_t, std::int64_t)>& told) {
  const std::string name = D::contract.name;
  if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) return;
  const auto offer = std::find_if(board.begin(), board.end(), [&](const Offer& o) { return o.detector.name == name; });
  if (offer == board.end()) {
    if (!only.empty()) throw UsageError("the board has no " + name);
    out.missing.push_back(name);
    return;
  }
  if (offer->detector.version != D::contract.version || offer->detector.state_bytes != sizeof(D))
    throw Error("the board has " + name + " " + offer->detector.version + " of " +
                    std::to_string(offer->detector.state_bytes) + " bytes; this program has " + D::contract.version +
                    " of " + std::to_string(sizeof(D)),
                {}, "build the board's program from the same version");
  Questions questions = questions_for<D>();
  if (brief) {
    const auto another = [](const Question& q) { return q.ask == Ask::make; };
    questions.erase(std::find_if(questions.begin() + 1, questions.end(), another), questions.end());
  }
  std::int64_t all = 0;
  for (const Question& question : questions) all += question.samples;
  out.detectors.push_back(offer->detector);
  std::int64_t so_far = 0;
  check<D>(dialogue, questions, offer->index, out.detectors.back(), [&](std::int64_t samples) {
    so_far += samples;
    told(so_far, all);
  });
}

template <class... Ds>
void check_all(TypeList<Ds...> /*list*/, Dialogue& dialogue, const std::vector<std::string>& only, bool brief,
               BoardReport& out, const std::function<void(std::int64_t, std::int64_t)>& told) {
  for (const std::string& name : only) {
    if (((name != Ds::contract.name) && ...)) throw UsageError("there is no detector \"" + name + "\"");
  }
  const std::vector<Offer> board = offers(dialogue);
  (check_one<Ds>(dialogue, board, only, brief, out, told), ...);
}

}  // namespace

bool BoardReport::same() const {
  return std::all_of(detectors.begin(), detectors.end(), [](const BoardDetector& d) { return d.same; });
}

Json BoardReport::json() const {
  Json all = Json::array();
  for (const BoardDetector& d : detectors) {
    all.push_back({{"detector", d.name},
                   {"version", d.version},
                   {"ram_bytes", d.state_bytes},
                   {"samples", d.samples},
                   {"words", d.words},
                   {"same", d.same},
                   {"first_difference", d.same ? Json() : Json(d.difference)}});
  }
  return {{"same", same()}, {"detectors", all}, {"missing", missing}, {"frames_repeated", repeated}};
}

BoardReport check_board(Line& line, const std::vector<std::string>& only, bool brief,
                        const std::function<void(std::int64_t, std::int64_t)>& told) {
  BoardReport out;
  Dialogue dialogue(line);
  check_all(Registry{}, dialogue, only, brief, out, told);
  out.repeated = dialogue.repeated();
  if (out.detectors.empty()) throw Error("the board has no detector that this program has");
  return out;
}

}  // namespace vagus::lab
