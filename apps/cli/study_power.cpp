/// `vagus study power SPEC`: how many subjects are needed to show what is required.
#include <fmt/format.h>

#include <memory>

#include "apps/cli/study.h"
#include "lab/prototype/plugin.h"
#include "lab/study/compare.h"
#include "lab/study/power.h"

namespace vagus::cli {
namespace {

struct PowerArguments {
  std::string spec, from, plugin;
  lab::PowerOptions how;
  bool json = false;
};

void print(const lab::RequirementPower& one, const PowerArguments& arguments) {
  fmt::print("{} ({})\n", one.name, one.statistic);
  if (one.pilot_subjects > 0)
    fmt::print("  pilot: {} in {}\n", lab::printed(lab::statistic(one.statistic), one.pilot),
               lab::plural(one.pilot_subjects, "subject"));
  if (one.judged_subjects > 0 && !one.curve.empty())
    fmt::print("  with the {} that are judged: power {:.0f} %\n", lab::plural(one.judged_subjects, "subject"),
               100 * one.power_there);
  if (one.needed) {
    fmt::print("  needed for a power of {:.0f} %: {}\n", 100 * arguments.how.power,
               lab::plural(*one.needed, "subject"));
  } else {
    fmt::print("  {}\n", one.why);
  }
}

int power(const PowerArguments& arguments) {
  if (!arguments.plugin.empty()) lab::load_plugin(arguments.plugin);
  const lab::StudySpec spec = lab::read_spec(arguments.spec);
  const auto powers = of_specification(arguments.spec, [&] {
    if (!arguments.from.empty()) return lab::study_power(spec, lab::read_results(arguments.from), arguments.how);
    const auto source = lab::open_source(spec.data, spec.score.reference, spec.seed);
    return lab::study_power(spec, *source, lab::Cache::open(), arguments.how);
  });
  bool shown = true;
  for (const auto& one : powers) shown = shown && one.needed.has_value();
  if (arguments.json) {
    fmt::print("{}\n", lab::as_json(powers).dump(2));
  } else {
    for (const auto& one : powers) print(one, arguments);
    fmt::print(
        "Subjects are drawn from the pilot's, so a pilot of few subjects, or one without errors, promises too much.\n");
  }
  return static_cast<int>(shown ? lab::Exit::done : lab::Exit::not_met);
}

}  // namespace

void declare_study_power(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("power", "How many subjects are needed to show what is required");
  const auto options = std::make_shared<PowerArguments>();
  command->add_option("SPEC", options->spec, "the study's specification (TOML)")->required();
  command
      ->add_option("--from", options->from,
                   "an earlier result as the pilot (default: the specification's training and "
                   "tuning subjects)")
      ->type_name("RESULT");
  command->add_option("--power", options->how.power, "wanted")->check(CLI::Range(0.5, 0.99))->capture_default_str();
  command->add_option("--runs", options->how.runs, "simulated studies for each number of subjects")
      ->check(CLI::Range(50, 100'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "as JSON");
  command->footer(
      "What the specification judges is not looked at. Exit code: 0 every requirement can be shown, 1 one cannot.\n\n"
      "Examples:\n  vagus study power studies/beats.toml\n  vagus study power new.toml --from results/beats --power "
      "0.9\n");
  add_plugin_option(*command, options->plugin);
  command->callback([options, &action] { action = [options] { return power(*options); }; });
}

}  // namespace vagus::cli
