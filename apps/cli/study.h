#pragma once
/// What the files of `vagus study` share.
#include <string>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/report/evidence.h"
#include "lab/report/html.h"
#include "lab/study/source.h"
#include "lab/study/study.h"

namespace vagus::cli {

/// A wrong key or name inside the specification is bad input, whatever part of vagus noticed it.
template <class Work>
auto of_specification(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (const lab::UsageError& error) {
    throw lab::Error(error.what(), path);  // its text holds the hint
  }
}

/// Refuses a specification whose split is locked and that is not in the ledger: what it judges is not looked at.
void refuse_unlocked(const std::string& path, const lab::StudySpec& spec, const lab::Source& source,
                     const std::string& detector);

/// Subcommand sweep.
void declare_study_sweep(CLI::App& app, Action& action);
/// What a study's page and card hold beside the study: operating points, slices of errors (kept in the cache),
/// agreement of heart rates, and costs from a file of `vagus cost --json` ("" none). Nothing of it goes into
/// results.json.
lab::Evidence evidence_of(const lab::StudyResult& result, const lab::Source& source, const lab::Cache& cache,
                          const std::string& cost_file, int threads);

/// Subcommand new.
void declare_study_new(CLI::App& app, Action& action);
/// Subcommand power.
void declare_study_power(CLI::App& app, Action& action);
/// Subcommands lock, verify, explain, compare.
void declare_study_evidence(CLI::App& app, Action& action);
/// Subcommand failures.
void declare_study_failures(CLI::App& app, Action& action);

}  // namespace vagus::cli
