#include "bench/beats/training/lead.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "lab/formats/read.h"
#include "lab/score/ec57.h"

namespace vagus::training {

std::span<const int> training_records() {
  static constexpr int records[] = {101, 106, 108, 109, 112, 114, 115, 116, 118, 119, 122,
                                    124, 203, 205, 207, 208, 209, 215, 220, 223, 230};
  return records;
}

std::vector<Lead> read_leads(const std::string& data, int record) {
  const std::string name = std::to_string(record);
  const std::filesystem::path folder = std::filesystem::path(data) / "mitdb";
  const std::string where = std::filesystem::exists(folder / (name + ".hea"))
                                ? (folder / (name + ".hea")).string()
                                : data + "/mitdb.tar.xz::mitdb/" + name + ".hea";
  const lab::Recording recording = lab::read(where, {.annotator = "atr"});
  std::vector<Lead> leads;
  for (const lab::Channel& channel : recording.channels) {
    Lead lead;
    lead.record = record;
    lead.rate_hz = channel.time.rate_hz;
    lead.mv.resize(channel.samples.size());
    channel.samples.read(0, std::span<float>(lead.mv));
    std::int64_t flutter = -1;
    for (const lab::Annotation& a : recording.track("atr")->current()) {
      if (a.label == "[") flutter = a.tick;
      if (a.label == "]" && flutter >= 0) lead.excluded.emplace_back(flutter, a.tick);
      const char beat = lab::beat_class(a.label, lab::BeatMap::bxb);
      if (beat != 0 && beat != 'O') lead.beats.push_back(a.tick);
    }
    leads.push_back(std::move(lead));
  }
  return leads;
}

Matched match(const Lead& lead, std::span<const std::int64_t> found) {
  const auto excluded = [&](std::int64_t at) {
    return std::any_of(lead.excluded.begin(), lead.excluded.end(),
                       [&](const auto& e) { return at >= e.first && at <= e.second; });
  };
  std::vector<std::int64_t> reference, test;
  std::vector<std::size_t> place;
  for (const std::int64_t at : lead.beats)
    if (!excluded(at)) reference.push_back(at);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (excluded(found[i])) continue;
    test.push_back(found[i]);
    place.push_back(i);
  }
  Matched result;
  result.right.assign(found.size(), -1);
  const auto window = static_cast<std::int64_t>(match_s * lead.rate_hz);
  constexpr std::int64_t never = std::int64_t{1} << 60;
  const auto at = [](const std::vector<std::int64_t>& v, std::size_t i) { return i < v.size() ? v[i] : never; };
  std::size_t i = 0, j = 0;
  // The earlier of the two is matched if the other lies in the window and nearer to it than to its successor.
  while (i < reference.size() || j < test.size()) {
    const std::int64_t beat = at(reference, i), said = at(test, j);
    if (beat <= said) {
      if (said - beat <= window && said - beat < std::abs(at(reference, i + 1) - said)) {
        result.right[place[j++]] = 1;
      } else {
        result.missed.push_back(beat);
      }
      ++i;
    } else {
      const bool same = beat - said <= window && beat - said <= std::abs(at(test, j + 1) - beat);
      result.right[place[j++]] = same ? 1 : 0;
      if (same) {
        ++i;
      } else {
        ++result.invented;
      }
    }
  }
  return result;
}

}  // namespace vagus::training
