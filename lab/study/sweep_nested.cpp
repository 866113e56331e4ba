#include "lab/study/sweep_nested.h"

#include <algorithm>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/study/folds.h"

namespace vagus::lab {
namespace {

/// Runs that differ in their threshold alone, the highest threshold first.
using Family = std::vector<std::size_t>;

std::vector<Family> families_of(const SweptPoints& points) {
  std::map<Config, Family> by_rest;
  std::vector<Config> order;
  for (std::size_t k = 0; k < points.runs.size(); ++k) {
    Config rest = points.runs[k].config;
    rest.erase("threshold");
    Family& family = by_rest[rest];
    if (family.empty()) order.push_back(rest);
    family.push_back(k);
  }
  std::vector<Family> families;
  for (const Config& rest : order) {
    Family family = by_rest.at(rest);
    std::stable_sort(family.begin(), family.end(), [&](std::size_t a, std::size_t b) {
      const Config &x = points.runs[a].config, &y = points.runs[b].config;
      return x.contains("threshold") && x.at("threshold") > y.at("threshold");
    });
    families.push_back(std::move(family));
  }
  return families;
}

/// The place in `family` of the run that the side prefers.
std::size_t fitted(const StudySpec& spec, const SweptPoints& points, const Family& family, const std::vector<bool>& on,
                   const std::vector<bool>& affordable) {
  if (family.size() == 1) return 0;
  std::vector<SweptSetting> settings;
  for (const std::size_t run : family) {
    settings.push_back(swept_setting(spec, points, run, on));
    settings.back().feasible = settings.back().feasible && affordable[run];
  }
  return preferred_setting(spec, settings, points, family, on);
}

std::size_t median_of(std::vector<std::size_t> places) {
  std::sort(places.begin(), places.end());
  return places[(places.size() - 1) / 2];
}

struct InnerFold {
  std::vector<bool> fits, held_out;  ///< units
};

std::vector<InnerFold> inner_folds(const StudySpec& spec, const SweptPoints& points, const std::vector<bool>& on,
                                   std::uint64_t part) {
  std::set<std::string> subjects;
  for (std::size_t i = 0; i < points.units.size(); ++i)
    if (on[i] && points.units[i].record->role == Role::judged) subjects.insert(points.units[i].record->item.subject);
  const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(spec.split.folds), subjects.size());
  if (count < 2) throw Error("a nested split needs two subjects outside each fold", "[split]");
  const auto fold = drawn_folds({subjects.begin(), subjects.end()}, count, spec.seed, part);
  std::set<std::string> names;
  for (const auto& [subject, name] : fold) names.insert(name);
  std::vector<InnerFold> folds;
  for (const std::string& name : names) {
    InnerFold one{on, std::vector<bool>(on.size(), false)};
    for (std::size_t i = 0; i < points.units.size(); ++i) {
      const auto at = fold.find(points.units[i].record->item.subject);
      if (!on[i] || at == fold.end() || at->second != name) continue;
      one.fits[i] = false;
      one.held_out[i] = true;
    }
    folds.push_back(std::move(one));
  }
  return folds;
}

}  // namespace

NestedChoice nested_choice(const StudySpec& spec, const SweptPoints& points, const std::vector<bool>& on,
                           const std::vector<bool>& affordable, std::uint64_t part, int threads) {
  const std::vector<Family> families = families_of(points);
  const std::vector<InnerFold> folds = inner_folds(spec, points, on, part);
  std::vector<std::vector<std::size_t>> at(families.size(), std::vector<std::size_t>(folds.size()));
  on_cores(families.size() * folds.size(), threads, [&](std::size_t job) {
    const std::size_t f = job / folds.size(), i = job % folds.size();
    at[f][i] = fitted(spec, points, families[f], folds[i].fits, affordable);
  });
  // Each combination over all inner folds, each of them at a threshold that it did not fit.
  std::vector<SweptSetting> held(families.size());
  SweptPoints fitted_points;
  fitted_points.units = points.units;
  fitted_points.runs.resize(families.size());
  std::vector<std::size_t> places(families.size());
  for (std::size_t f = 0; f < families.size(); ++f) {
    places[f] = f;
    SweptRun& run = fitted_points.runs[f];
    const std::size_t taken = families[f][median_of(at[f])];
    run = points.runs[taken];
    for (std::size_t i = 0; i < folds.size(); ++i) {
      for (std::size_t u = 0; u < points.units.size(); ++u)
        if (folds[i].held_out[u]) run.counts[u] = points.runs[families[f][at[f][i]]].counts[u];
    }
    held[f] = swept_setting(spec, fitted_points, f, on);
    held[f].feasible = held[f].feasible && affordable[taken];
  }
  const std::size_t best = preferred_setting(spec, held, fitted_points, places, on);
  NestedChoice choice;
  choice.run = families[best][median_of(at[best])];
  choice.inner.folds = static_cast<std::int64_t>(folds.size());
  choice.inner.held_out = held[best].figures;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    const Config& config = points.runs[families[best][at[best][i]]].config;
    if (families[best].size() > 1) choice.inner.thresholds.push_back(config.at("threshold"));
    std::vector<SweptSetting> own;
    std::vector<std::size_t> runs;
    for (std::size_t f = 0; f < families.size(); ++f) {
      runs.push_back(families[f][at[f][i]]);
      own.push_back(swept_setting(spec, points, runs.back(), folds[i].fits));
      own.back().feasible = own.back().feasible && affordable[runs.back()];
    }
    choice.inner.agreeing += preferred_setting(spec, own, points, runs, folds[i].fits) == best ? 1 : 0;
  }
  return choice;
}

}  // namespace vagus::lab
