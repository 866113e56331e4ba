// Reviewers' saved files on anything: an Error that names the file, or answers that fit the cases they name.
#include <cstdlib>
#include <string_view>

#include "lab/base/error.h"
#include "lab/review/answers.h"

using namespace vagus::lab;

namespace {

constexpr const char* head =
    R"({"schema":"vagus.label-review.answers/1","set":{"hash":"h","title":"t","cases":2},"reviewer":"AB","saved":"x",)"
    R"("decisions":[)";

/// A key of the cases that the answers name, each shown for ten seconds.
ReviewKey key_of(const ReviewAnswers& answers) {
  ReviewKey key;
  key.hash = answers.hash;
  for (const auto& [id, answer] : answers.decisions) {
    CaseKey one;
    one.id = id;
    one.length_s = 10;
    key.cases.push_back(one);
  }
  return key;
}

void read(const std::string& text) {
  try {
    const ReviewAnswers answers = parse_answers(text, "x");
    if (answers.reviewer.empty()) std::abort();
    if (answers_to(key_of(answers), answers, "x").size() != answers.decisions.size()) std::abort();
  } catch (const Error& error) {
    if (error.where() != "x") std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  read(data[0] % 2 == 0 ? text : head + text + "]}");
  return 0;
}
