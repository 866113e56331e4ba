#pragma once
/// The files that `vagus new detector` writes, with @PLACES@ to be filled.

namespace vagus::cli {

inline constexpr const char* new_header = R"text(#pragma once
/// @NAME@: a frame to fill, which runs as it stands: it reports where the signal stands out from its last half second.
///
/// What a detector may use: device/base and device/dsp. What it may not: a heap, exceptions, libm (`std::sin`; there is
/// vagus::math), double arithmetic, anything static that changes. To ship it: copy this file to device/@FAMILY@, add its
/// line to device/registry.h, its test to that folder's CMakeLists.txt, and the study to studies/.
#include <array>
#include <cstdint>

#include "device/base/check_config.h"
#include "device/base/contract.h"
#include "device/base/convert.h"
#include "device/base/math.h"
#include "device/dsp/biquad.h"
#include "device/dsp/moving.h"
#include "device/dsp/peaks.h"

namespace vagus::@FAMILY@ {

/// @SUMMARY@
/// Latency @DISTANCE_MS@ ms: a peak is one when nothing higher has followed for that long.
class @CLASS@ {
 public:
  // Every tunable, with its default. What does not stand here cannot be tuned from outside.
  struct Config {
@CONFIG@  };
  // One float per entry of `reads`, in that order.
  struct Input {
    float @INPUTS@;
  };
  struct Output {
    std::int64_t sample;
    float quality;
@OUTPUTS@  };

  static constexpr ChannelNeed reads[] = {
@READS@  };
  // Inner signals that failure analysis draws and `vagus port check` compares. They cost nothing where nobody listens.
  static constexpr ProbeInfo probe_points[] = {@PROBES@};

  static constexpr Contract contract = {
      .name = "@NAME@",
      .version = "0.1.0",
      .summary = "@SUMMARY@",
      .source = "A frame of `vagus new detector`; no publication.",
      .event = "@EVENT@",
      .evidence = "@ID@_test.cpp: made signals only",
      .reads = reads,
      .probes = probe_points,
      .latency_ms = @DISTANCE_MS@,
      .ram_bytes = @RAM@,
  };

  // Names here are the keys of --set and of the JSON; ranges are enforced by `make`.
  static constexpr std::array config_fields = {
@CONFIG_FIELDS@  };
  static constexpr std::array output_fields = {
      Field<Output>::sample("sample", &Output::sample, "where it stands out most"),
      Field<Output>::number("quality", "", &Output::quality, "probability that it is one; to be fitted on labelled data"),
@OUTPUT_FIELDS@  };

  /// Refuses a field outside its range. Nothing else can fail, ever: past `make` there are no errors.
  static Result<@CLASS@> make(const Config& config) {
    const Errc error = check_config<config_fields>(config);
    if (error != Errc::ok) return error;
    @CLASS@ d;
    d.config_ = config;
    const auto samples = [&](float ms) {
      const auto n = floor_to_i32(ms * 0.001F * config.rate_hz);
      return static_cast<std::uint32_t>(n < 1 ? 1 : n);
    };
    // None of these is refused: the ranges above keep corner and lengths inside what the operators take.
    d.filter_ = dsp::Biquad<>(dsp::highpass(corner_hz, config.rate_hz).value());
    d.peaks_ = Peaks::make(samples(@DISTANCE_MS@.0F)).value();
    d.background_ = Background::make(samples(@BACKGROUND_MS@.0F)).value();
    return d;
  }

  /// The only implementation: one sample in, what is decided out.
  template <class Emit>
  void push(Input in, Emit&& emit) {
    const float x = @MEASURE@;
    // Written so that a NaN is not readable either: "I cannot tell" is an answer, said when the stretch is over.
    if (abs(x) <= most) {
      if (blind_since_ >= 0) unreadable(emit, {blind_since_, sample_, "no signal"});
      blind_since_ = -1;
      listen(x, emit);
    } else if (blind_since_ < 0) {
      conclude(emit);
      blind_since_ = sample_;
    }
    ++sample_;
  }

  /// Samples were lost. What was in the filters belongs to another time; samples already counted keep their numbers.
  void gap(Duration lost) {
    if (lost > Duration{}) fresh_ = true;
  }

  /// The signal ended: what can still be said.
  template <class Emit>
  void finish(Emit&& emit) {
    conclude(emit);
    if (blind_since_ >= 0 && blind_since_ < sample_) unreadable(emit, {blind_since_, sample_, "no signal"});
    blind_since_ = -1;
  }

 private:
  static constexpr float corner_hz = @CORNER@;
  static constexpr float most = @MOST@;    // no sensor measures beyond it
  static constexpr float floor_ = @FLOOR@;  // an idle sensor's noise is no background to stand out from
  using Peaks = dsp::PeakPicker<@PEAKS_CAP@>;
  using Background = dsp::MovingAverage<float, @BACKGROUND_CAP@>;

  template <class Emit>
  void listen(float x, Emit&& emit) {
    if (fresh_) {
      // The filter starts as if it had seen this value for ever: a step from 0 would look like an event.
      filter_.settle(x);
      peaks_.reset();
      background_.reset(floor_);
      start_ = sample_;
      fresh_ = false;
    }
    const float height = abs(filter_.push(x));
    const float background = background_.push(height);
@SAY_PROBES@    background_now_ = background;
    peaks_.push(height, 2.0F * floor_, [&](const dsp::Peak& peak) { weigh(peak, emit); });
  }

  /// What lies before a gap or the end and has not been topped yet.
  template <class Emit>
  void conclude(Emit&& emit) {
    if (!fresh_) peaks_.finish([&](const dsp::Peak& peak) { weigh(peak, emit); });
    fresh_ = true;
  }

  /// Scores first, decisions last: every peak's score is said as a candidate, so that one run yields every threshold.
  template <class Emit>
  void weigh(const dsp::Peak& peak, Emit&& emit) {
    const std::int64_t at = start_ + peak.sample;
    const float score = peak.value / (floor_ + background_now_);
    candidate(emit, {at, score});
    if (score < @THRESHOLD@) return;
    const float odds = math::pow(score / @THRESHOLD@, 4.0F);
    Output out{};
    out.sample = at;
    out.quality = odds < 1e6F ? odds / (1.0F + odds) : 1.0F;
@FILL_OUTPUT@    emit(out);
  }

  // The state: plain numbers and operators that hold plain numbers, so that its bytes are its snapshot.
  Config config_;
  dsp::Biquad<> filter_;
  Peaks peaks_;
  Background background_;
  std::int64_t sample_ = 0;
  std::int64_t start_ = 0;         ///< the sample at which the operators began
  std::int64_t blind_since_ = -1;  ///< start of the unreadable stretch, or -1
  float background_now_ = 0;
  bool fresh_ = true;  ///< the next sample starts anew
};

static_assert(Detector<@CLASS@>);

}  // namespace vagus::@FAMILY@
)text";

inline constexpr const char* new_registry = R"text(#pragma once
/// The list of detectors that plugin.cpp makes a shared object of. The product's is device/registry.h.
#include "@ID@.h"
#include "device/base/type_list.h"

namespace vagus::@FAMILY@ {

using @CLASS@Registry = TypeList<@CLASS@>;

}  // namespace vagus::@FAMILY@
)text";

inline constexpr const char* new_plugin = R"text(/// `vagus run @NAME@ FILE --plugin build/@ID@.so`
#include "lab/prototype/native.h"
#include "registry.h"

VAGUS_PLUGIN(vagus::@FAMILY@::@CLASS@Registry);
)text";

inline constexpr const char* new_test = R"text(#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "@ID@.h"
#include "device/conformance/driver.h"
#include "registry.h"

// The conformance kit: chunks, snapshots, bad input, recovery, latency, memory.
VAGUS_CONFORMANCE(Own, vagus::@FAMILY@::@CLASS@Registry);

namespace {

using vagus::@FAMILY@::@CLASS@;

struct Heard {
  std::vector<@CLASS@::Output> said;
  void operator()(const @CLASS@::Output& one) { said.push_back(one); }
};

TEST(@CLASS@, FindsWhatStandsOutWhereItIs) {
  const @CLASS@::Config config;
  auto detector = @CLASS@::make(config).value();
  Heard heard;
  const std::vector<int> truth = {@TRUTH@};
  for (int i = 0; i < @LENGTH@; ++i) {
    float x = @REST@ + @FLOOR@ * static_cast<float>(std::sin(0.3 * i));
    for (const int at : truth) x += @BUMP@ * static_cast<float>(std::exp(-0.5 * std::pow((i - at) / 2.0, 2)));
    detector.push({@TEST_INPUT@}, heard);
  }
  detector.finish(heard);
  ASSERT_EQ(heard.said.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(static_cast<double>(heard.said[i].sample), truth[i], 4);
}

}  // namespace
)text";

inline constexpr const char* new_study =
    R"text(# A study asks one question and says beforehand what would answer it. From this folder, once it is built:
#   vagus study run @ID@.toml
# @DATA_NOTE@
name = "@ID@"
question = "Does @NAME@ find 95 % of the @EVENT@, and are 95 % of what it reports real?"
seed = 1

[data]
@DATA@

[split]
kind = "none"               # nothing is fitted here; what is tuned needs "loso" or "kfold"

[detector]
name = "@NAME@"
plugin = "build/@ID@.so"    # not needed once it is in device/registry.h

[score]
protocol = "@PROTOCOL@"
start_s = 0

[[requirement]]
name = "@EVENT@ found"
statistic = "@PROTOCOL@.sensitivity_gross"
direction = "at_least"
bound = 0.95
confidence = 0.95

[[requirement]]
name = "reports that are real"
statistic = "@PROTOCOL@.@PPV@"
direction = "at_least"
bound = 0.95
confidence = 0.95
)text";

inline constexpr const char* new_cmake = R"text(# @NAME@ as a shared object that the program loads, and its test:
#   cmake -S . -B build -DVAGUS_ROOT=CHECKOUT && cmake --build build && ctest --test-dir build
# VAGUS_ROOT: a checkout of vagus; not needed where this folder lies inside one. CXX: the compiler that vagus was built with.
cmake_minimum_required(VERSION 3.22)
project(@ID@ CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(VAGUS_ROOT "" CACHE PATH "a checkout of vagus")
set(above ${CMAKE_CURRENT_SOURCE_DIR})
while(NOT VAGUS_ROOT AND NOT above STREQUAL "/")
  if(EXISTS ${above}/device/registry.h)
    set(VAGUS_ROOT ${above})
  endif()
  cmake_path(GET above PARENT_PATH above)
endwhile()
if(NOT EXISTS ${VAGUS_ROOT}/device/registry.h)
  message(FATAL_ERROR "-DVAGUS_ROOT=FOLDER: a checkout of vagus")
endif()

# As vagus itself is compiled: the same bits everywhere.
add_compile_options(-ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic -Wconversion -Wdouble-promotion)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v3)
else()
  add_compile_options(-march=armv8.2-a)
endif()
include_directories(${CMAKE_CURRENT_SOURCE_DIR} ${VAGUS_ROOT})

add_library(@ID@ MODULE plugin.cpp)
set_target_properties(@ID@ PROPERTIES PREFIX "")

enable_testing()
find_package(GTest REQUIRED)
add_executable(@ID@_test @ID@_test.cpp)
target_link_libraries(@ID@_test PRIVATE GTest::gtest GTest::gtest_main)
add_test(NAME @ID@ COMMAND @ID@_test)
)text";

}  // namespace vagus::cli
