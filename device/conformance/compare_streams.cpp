// compare_streams A B: whether two machines said the same, bit for bit (stream.h). Where they did not, prints for each
// section that differs the first output that does, and the probe at which the paths part. Ends with 0 and PASS where
// all is the same, 1 where something differs, 2 where a file is no whole stream. What stands before the stream's start
// is skipped, as a serial line's greeting; a file may be that line itself.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "device/conformance/stream.h"

namespace {

using vagus::conformance::Record;
using Words = std::vector<std::uint32_t>;

struct Said {
  std::size_t place;  ///< among the section's records
  Words words;
};
/// What is compared place by place: the outputs, or one probe.
struct Channel {
  Record kind;
  std::uint32_t id;
  bool operator<(const Channel& b) const { return kind != b.kind ? kind < b.kind : id < b.id; }
};
struct Section {
  std::string title;
  std::vector<std::string> outputs;  ///< NAME:KIND
  std::vector<std::string> probes;
  std::map<Channel, std::vector<Said>> said;
};
struct Stream {
  std::string name;
  std::vector<Section> sections;
};

[[noreturn]] void refuse(const std::string& name, const char* why) {
  std::fprintf(stderr, "%s: %s\n", name.c_str(), why);
  std::exit(2);
}

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  words.erase(words.begin());  // the line's own name
  return words;
}

Section section_of(const Words& words) {
  std::string text(words.size() * 4, '\0');
  std::memcpy(text.data(), words.data(), text.size());
  text.resize(std::min(text.size(), text.find('\0')));
  std::istringstream lines(text);
  Section section;
  std::string outputs;
  std::string probes;
  std::getline(lines, section.title);
  std::getline(lines, outputs);
  std::getline(lines, probes);
  section.outputs = split(outputs);
  section.probes = split(probes);
  return section;
}

/// Words as they come, from a file, a pipe or a serial line: nothing is read past the stream's end.
class Source {
 public:
  explicit Source(const std::string& name) : name_(name), file_(name, std::ios::binary) {
    if (!file_) refuse(name, "cannot be read");
  }
  /// Skips what stands before a stream.
  void find_start() {
    const std::uint32_t first[2] = {static_cast<std::uint32_t>(Record::start) << 24U | 2U,
                                    vagus::conformance::stream_magic};
    std::uint32_t seen[2]{};
    auto* bytes = reinterpret_cast<unsigned char*>(seen);
    for (char c = 0; file_.get(c);) {
      std::memmove(bytes, bytes + 1, sizeof seen - 1);
      bytes[sizeof seen - 1] = static_cast<unsigned char>(c);
      if (std::memcmp(seen, first, sizeof seen) == 0) return;
    }
    refuse(name_, "holds no conformance stream");
  }
  std::uint32_t word() {
    std::uint32_t x = 0;
    if (!file_.read(reinterpret_cast<char*>(&x), sizeof x))
      refuse(name_, "ends early: the program did not come to its end");
    return x;
  }
  Words words(std::size_t count) {
    Words out(count);
    for (std::uint32_t& x : out) x = word();
    return out;
  }

 private:
  std::string name_;
  std::ifstream file_;
};

Stream read(const std::string& name) {
  Source source(name);
  source.find_start();
  if (source.word() != vagus::conformance::stream_version) refuse(name, "is of another version");
  Stream stream{name, {}};
  for (std::size_t place = 0;; ++place) {
    const std::uint32_t head = source.word();
    const auto kind = static_cast<Record>(head >> 24U);
    const std::uint32_t id = head >> 16U & 0xFFU;
    Words payload = source.words(head & 0xFFFFU);
    if (kind == Record::end) {
      if (payload.size() != 1 || payload[0] != stream.sections.size()) refuse(name, "has lost sections");
      return stream;
    }
    if (kind == Record::section) {
      stream.sections.push_back(section_of(payload));
      continue;
    }
    if (kind < Record::output || kind > Record::probe || stream.sections.empty()) refuse(name, "is damaged");
    stream.sections.back().said[{kind, id}].push_back({place, std::move(payload)});
  }
}

std::string number(std::uint32_t word) {
  char text[48];
  std::snprintf(text, sizeof text, "%.9g (0x%08X)", static_cast<double>(std::bit_cast<float>(word)), word);
  return text;
}
std::int64_t wide(const Words& words, std::size_t at) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(words[at + 1]) << 32U | words[at]);
}

std::string output(const Section& section, const Words& words) {
  constexpr auto f32 = 0;  // Field::Kind
  constexpr auto i64 = 2;
  if (words.size() < 3) return "damaged";
  std::string text = "after " + std::to_string(wide(words, 0)) + " samples" + (words[2] != 0 ? ", at the end" : "");
  std::size_t at = 3;
  for (const std::string& field : section.outputs) {
    const std::size_t colon = field.rfind(':');
    const int kind = std::atoi(field.c_str() + colon + 1);
    if (at + (kind == i64 ? 2 : 1) > words.size()) break;
    text += ", " + field.substr(0, colon) + " ";
    text += kind == f32   ? number(words[at])
            : kind == i64 ? std::to_string(wide(words, at))
                          : std::to_string(static_cast<std::int32_t>(words[at]));
    at += kind == i64 ? 2 : 1;
  }
  return text;
}
std::string describe(const Section& section, const Channel& channel, const Said* said) {
  if (said == nullptr) return "nothing";
  const Words& words = said->words;
  switch (channel.kind) {
    case Record::output:
      return output(section, words);
    case Record::candidate:
    case Record::score:
    case Record::probe:
      return words.size() < 3 ? "damaged" : "sample " + std::to_string(wide(words, 0)) + ": " + number(words[2]);
    default: {
      if (words.size() < 4) return "damaged";
      std::string reason((words.size() - 4) * 4, '\0');
      std::memcpy(reason.data(), words.data() + 4, reason.size());
      return std::to_string(wide(words, 0)) + " to " + std::to_string(wide(words, 2)) + ", " +
             reason.substr(0, reason.find('\0'));
    }
  }
}
std::string name(const Section& section, const Channel& channel) {
  constexpr const char* names[] = {"", "", "", "output", "candidate", "score", "unreadable stretch", "probe"};
  std::string text = names[static_cast<int>(channel.kind)];
  if (channel.kind == Record::probe && channel.id < section.probes.size()) text += " " + section.probes[channel.id];
  return text;
}

struct Difference {
  Channel channel;
  std::size_t number;  ///< within the channel
  const Said* a;
  const Said* b;
  std::size_t place() const {
    constexpr std::size_t never = SIZE_MAX;
    return std::min(a != nullptr ? a->place : never, b != nullptr ? b->place : never);
  }
};

std::optional<Difference> first_difference(const Channel& channel, const std::vector<Said>& a,
                                           const std::vector<Said>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const Said* x = i < a.size() ? &a[i] : nullptr;
    const Said* y = i < b.size() ? &b[i] : nullptr;
    if (x == nullptr || y == nullptr || x->words != y->words) return Difference{channel, i, x, y};
  }
  return {};
}

void print(const char* what, const Section& section, const std::optional<Difference>& d, const Stream& a,
           const Stream& b) {
  if (!d) {
    std::printf("  %s: none\n", what);
    return;
  }
  std::printf("  %s: %s number %zu\n    %s: %s\n    %s: %s\n", what, name(section, d->channel).c_str(), d->number,
              a.name.c_str(), describe(section, d->channel, d->a).c_str(), b.name.c_str(),
              describe(section, d->channel, d->b).c_str());
}

/// True where both say the same.
bool compare(const Section& a, const Section& b, const Stream& all_a, const Stream& all_b) {
  std::map<Channel, int> channels;
  for (const auto& [channel, said] : a.said) channels[channel] = 0;
  for (const auto& [channel, said] : b.said) channels[channel] = 0;
  std::optional<Difference> first_output;
  std::optional<Difference> first_probe;
  const std::vector<Said> none;
  for (const auto& [channel, unused] : channels) {
    const auto in_a = a.said.find(channel);
    const auto in_b = b.said.find(channel);
    const auto d = first_difference(channel, in_a == a.said.end() ? none : in_a->second,
                                    in_b == b.said.end() ? none : in_b->second);
    auto& first = channel.kind == Record::probe ? first_probe : first_output;
    if (d && (!first || d->place() < first->place())) first = d;
  }
  if (!first_output && !first_probe) return true;
  std::printf("other bits: %s\n", a.title.c_str());
  print("first differing output", a, first_output, all_a, all_b);
  print("the paths part at", a, first_probe, all_a, all_b);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: compare_streams A B\n");
    return 2;
  }
  const Stream a = read(argv[1]);
  const Stream b = read(argv[2]);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < std::max(a.sections.size(), b.sections.size()); ++i) {
    if (i >= a.sections.size() || i >= b.sections.size() || a.sections[i].title != b.sections[i].title) {
      std::printf("other sections from number %zu on\n", i);
      ++differing;
      break;
    }
    differing += compare(a.sections[i], b.sections[i], a, b) ? 0 : 1;
  }
  if (differing != 0) {
    std::printf("%zu of %zu sections differ\n", differing, a.sections.size());
    return 1;
  }
  std::printf("PASS: the same bits in %zu sections\n", a.sections.size());
  return 0;
}
