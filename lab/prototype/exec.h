#pragma once
/// Any program as a detector: run once a recording, samples on its standard input, JSON Lines on its standard output.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lab/prototype/frames.h"

namespace vagus::lab {

/// What a program is as a detector.
struct ExecDetector {
  std::string command;  ///< for `sh -c`, in the current folder
  std::string name;     ///< "": of what the command names (lab/prototype/command.h)
  Frames frames = Frames::csv;
  std::vector<std::string> reads;  ///< columns of canonical CSV: "ecg_mv"; with "?" behind it one that may be missing
  std::string event = "beats";     ///< plural noun of what it says
  bool moment = true;              ///< false: stretches
  std::vector<std::pair<std::string, std::string>> emits;  ///< further fields of an event, and their types
  std::vector<std::string> optional;                       ///< those among them that an event may leave out
  std::vector<std::string> probes;
  std::vector<std::string> depends;  ///< files that decide its answers beside those that the command names
  bool causal = false;               ///< declared to answer from what came before alone
  double time_s = 600;               ///< for a recording
  std::int64_t memory_mb = 4096;     ///< of address space, each of its processes
  std::vector<std::pair<std::string, double>> config;  ///< keys it takes, with what they are unless set; NaN: not given
};

/// Makes it known as a detector, once; gives its name. Its version is the hash of the command, of the files that it
/// names and of `depends`. A run's environment is the caller's with VAGUS_RATE_HZ, VAGUS_SET_KEY for each key of the
/// configuration that is given, LC_ALL=C.UTF-8 and one thread for numerical libraries.
/// Throws Error naming a column or file that is none, UsageError where the name is taken by another detector.
std::string load_exec(const ExecDetector& exec);

}  // namespace vagus::lab
