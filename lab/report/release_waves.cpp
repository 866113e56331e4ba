#include <algorithm>
#include <mutex>

#include "lab/base/error.h"
#include "lab/report/release_page.h"
#include "lab/study/excerpt.h"

namespace vagus::lab {

bool ReleaseWaves::any() const {
  return std::any_of(of_recording.begin(), of_recording.end(), [](const auto& excerpts) { return !excerpts.empty(); });
}

double drawn_at(const EventChange& change) {
  return change.t_end_s > change.t_s ? (change.t_s + change.t_end_s) / 2 : change.t_s;
}

bool harmful(const EventChange& change) {
  switch (change.kind) {
    case EventChange::Kind::lost:
      return change.right_before;
    case EventChange::Kind::gained:
      return !change.right_after;
    default:
      return change.right_before && !change.right_after;
  }
}

ReleaseWaves release_waves(const Gate& gate, const StudyResult& candidate, const Source& source, const Cache& cache,
                           const ReleaseWaveOptions& options) {
  ReleaseWaves out;
  out.of_recording.resize(gate.recordings.size());
  std::vector<std::size_t> order;
  std::vector<std::vector<Mistake>> moments(gate.recordings.size());
  std::vector<std::int64_t> bad(gate.recordings.size());
  for (std::size_t i = 0; i < gate.recordings.size(); ++i) {
    for (const EventChange& change : gate.changes[i].events) {
      // What is drawn first is what counts and makes it worse.
      const bool counts = change.judged && harmful(change);
      moments[i].push_back({drawn_at(change), false, !counts});
      bad[i] += counts ? 1 : 0;
    }
    for (const StretchChange& stretch : gate.changes[i].stretches)
      moments[i].push_back({stretch.t_start_s, false, true});
    std::stable_sort(moments[i].begin(), moments[i].end(),
                     [](const Mistake& a, const Mistake& b) { return a.t_s < b.t_s; });
    if (!moments[i].empty()) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return bad[a] != bad[b] ? bad[a] > bad[b] : moments[a].size() > moments[b].size();
  });
  const std::size_t recordings = options.in_all / std::max<std::size_t>(1, options.per_recording);
  order.resize(std::min(order.size(), std::max<std::size_t>(1, recordings)));
  std::mutex mutex;
  on_cores(order.size(), options.threads, [&](std::size_t k) {
    const std::size_t i = order[k];
    try {
      out.of_recording[i] = excerpts_around(candidate, candidate.records[gate.records[i]], source, cache, moments[i],
                                            options.per_recording);
    } catch (const Error& error) {
      const std::lock_guard guard(mutex);
      out.not_at_hand = gate.recordings[i] + ": " + error.what();
    }
  });
  return out;
}

}  // namespace vagus::lab
