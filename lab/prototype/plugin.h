#pragma once
/// Prototypes: detectors written in Python, run by worker processes and driven like any other detector.
#include <memory>
#include <string>
#include <vector>

#include "lab/detect/detector.h"

namespace vagus::lab {

struct PluginLimits {
  double answer_s = 60;           ///< for one second of signal (or the end of it); a worker that takes longer is killed
  std::int64_t memory_mb = 4096;  ///< of a worker's address space
};

/// Makes the detectors of a file known: a shared object (lab/prototype/native.h, file name .so), or a Python file
/// (those that it declares with @vagus.detector). From then on `detector(name)` gives them. A run of Python's is a run
/// of the same code in worker processes, which are kept for the next recording; their version is the hash of the file
/// and of the files that it declares to depend on. Returns their names. Throws Error naming the file and what Python
/// said: no such file, an exception, no detector in it, a name that is taken. Python is VAGUS_PYTHON, else python3 on
/// PATH, and must have the package vagus.
std::vector<std::string> load_plugin(const std::string& file, const PluginLimits& limits = {});

/// The same of a shared object that exports vagus_detector() (lab/prototype/vagus_detector.h): its one detector. It
/// runs in processes of vagus-library-worker, so that a crash ends one recording. Its version is the one that it states
/// with the hash of the file. `as`: what it is called here, "" as it calls itself. Returns that name. Throws Error
/// naming the file and why it is no detector.
std::string load_library(const std::string& file, const std::string& as = {}, const PluginLimits& limits = {});

/// A run of a Python prototype or a library whose samples are handed over in pieces of a chosen size. It gives and
/// takes snapshots (between pieces): what Python pickles, a library's state.
class PiecewiseInstance : public Instance {
 public:
  /// From the next piece on; 0: a second of samples, as everywhere else.
  virtual void hand_over(std::size_t rows_at_once) = 0;
};

/// Such a run of a detector by name; null where it is neither. Throws what its `make` throws.
std::unique_ptr<PiecewiseInstance> piecewise(const std::string& detector, const Config& config, Wanted wanted);

}  // namespace vagus::lab
