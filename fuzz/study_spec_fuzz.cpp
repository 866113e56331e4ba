// Study specifications, and the language in which they pick recordings: an Error, or what reads the same from its own
// text.
#include <cstdlib>

#include "lab/base/error.h"
#include "lab/study/spec.h"

using namespace vagus::lab;

namespace {

// Most inputs follow a head that is complete but for what they bring, so that every section is reached at once.
constexpr const char* heads[] = {"", R"(name = "x"
question = "?"
[detector]
name = "health.beats"
)",
                                 R"(name = "x"
[data]
sets = ["a", "b"]
[split]
kind = "kfold"
[detector]
events = "folder"
[score]
protocol = "events"
[[requirement]]
statistic = "events.sensitivity"
direction = "at_least"
bound = 0.5
)"};

void filter(std::string_view text) {
  const std::vector<Attributes> people = {
      {}, {{"age", "71"}, {"paced", "true"}, {"half", "DS1"}}, {{"age", "nan"}, {"paced", ""}, {"x", "1e999"}}};
  try {
    const Filter once(text);
    const Filter again(once.text());
    for (const Attributes& one : people)
      if (once.picks(one) != again.picks(one)) std::abort();
    if (once.names() != again.names()) std::abort();
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    filter(text);
    return 0;
  }
  try {
    const StudySpec spec = parse_spec(heads[data[0] % 3] + std::string(text), "x.toml");
    if (spec.name.empty() || !(spec.score.start_s >= 0)) std::abort();
    for (const HypothesisSpec& one : spec.hypotheses)
      if (one.against.result.empty() && one.against.detector.empty() && !one.against.config) std::abort();
    if (!spec.sweep.empty() && (spec.requirements.empty() || spec.split.kind == SplitSpec::Kind::none)) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
