#pragma once
/// The settings of a sweep compared on one side of a split, and the one that is taken.
#include <string>
#include <vector>

#include "lab/study/sweep_cost.h"
#include "lab/study/sweep_points.h"

namespace vagus::lab {

/// A unit at one setting.
struct SweptRecord {
  const RecordResult* record;
  Count count;
};
using SweptSide = std::vector<SweptRecord>;

/// Each requirement judged over a side.
std::vector<SweptFigure> figures_on(const StudySpec& spec, const SweptSide& side);
bool meets_all(const std::vector<SweptFigure>& figures);
/// The smallest margin of all requirements: of each the bound's distance on its side as a share of the room it leaves.
double margin_of_all(const StudySpec& spec, const std::vector<SweptFigure>& figures);
/// "found: 93.1 % is not shown to be at least 95 %; ...": what is not met.
std::string short_of(const StudySpec& spec, const std::vector<SweptFigure>& figures);

/// A run over the units that `on` picks.
SweptSide side_of(const SweptPoints& points, std::size_t run, const std::vector<bool>& on);
SweptSetting swept_setting(const StudySpec& spec, const SweptPoints& points, std::size_t run,
                           const std::vector<bool>& on);
/// Some of the runs on a side; on all cores.
std::vector<SweptSetting> settings_on(const StudySpec& spec, const SweptPoints& points,
                                      const std::vector<std::size_t>& runs, const std::vector<bool>& on, int threads);

/// Fills in what costs say: objectives that are costs, and that no setting outside the budget is feasible.
void add_costs(const StudySpec& spec, SweepCosts& costs, std::vector<SweptSetting>& settings);
/// Fills in objectives that are statistics, on a side.
void add_statistics(const StudySpec& spec, const SweptPoints& points, const std::vector<bool>& on, int threads,
                    std::vector<SweptSetting>& settings);
/// Marks the settings that no other clearly beats in requirements and objectives. A setting of which a figure is not
/// known is not on the front; an objective that is known of none is left out of the comparison, and told.
std::vector<std::string> mark_front(const StudySpec& spec, std::vector<SweptSetting>& settings);

/// The place in `settings` of the one to take: of those that are feasible the one preferred, else the nearest.
std::size_t preferred_setting(const StudySpec& spec, const std::vector<SweptSetting>& settings,
                              const SweptPoints& points, const std::vector<std::size_t>& runs,
                              const std::vector<bool>& on);

}  // namespace vagus::lab
