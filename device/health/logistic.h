#pragma once
#include "device/base/convert.h"
#include "device/base/math.h"

namespace vagus::health {

/// The probability whose log odds are `logit`, held to +-`limit`. Not inlined: it is needed seldom and in two places.
[[gnu::noinline]] inline float logistic(float logit, float limit) {
  return 1.0F / (1.0F + math::exp(-clamp(logit, -limit, limit)));
}

}  // namespace vagus::health
