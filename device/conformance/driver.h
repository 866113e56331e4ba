#pragma once
/// The conformance kit as GoogleTest suites: `VAGUS_CONFORMANCE(Shipped, vagus::Registry)` in a source file is all.
#include <gtest/gtest.h>

#include <string>

#include "device/base/type_list.h"
#include "device/conformance/laws.h"

namespace vagus::conformance {

template <class List>
struct AsTypes;
template <class... Detectors>
struct AsTypes<TypeList<Detectors...>> {
  using Types = ::testing::Types<Detectors...>;
};
/// Tests are named by the detectors' own names, points as underscores.
struct ByName {
  template <class D>
  static std::string GetName(int /*index*/) {
    std::string name = D::contract.name;
    for (char& c : name) c = c == '.' ? '_' : c;
    return name;
  }
};

inline ::testing::AssertionResult held(const Finding& found) {
  if (found.ok) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << found.why << ", sample " << found.sample << " at " << found.rate_hz << " Hz";
}

template <class D>
struct Conformance : ::testing::Test {};
TYPED_TEST_SUITE_P(Conformance);

TYPED_TEST_P(Conformance, ItsContractIsWholeAndItsStateWithinIt) {
  EXPECT_TRUE(held(Laws<TypeParam>::contract_holds()));
}
TYPED_TEST_P(Conformance, ItTakesItsDefaultsAndRefusesWhatIsOutsideTheRanges) {
  EXPECT_TRUE(held(Laws<TypeParam>::configuration_is_guarded()));
}
TYPED_TEST_P(Conformance, ItSaysInTimeAndOnceWhatItSays) {
  EXPECT_TRUE(held(Laws<TypeParam>::says_what_it_promises()));
}
TYPED_TEST_P(Conformance, AShortSignalEndsWell) { EXPECT_TRUE(held(Laws<TypeParam>::short_signals_end_well())); }
TYPED_TEST_P(Conformance, ItsStateIsItsOwn) { EXPECT_TRUE(held(Laws<TypeParam>::state_is_its_own())); }
TYPED_TEST_P(Conformance, ASnapshotContinuesAsIfNothingHadBeen) {
  EXPECT_TRUE(held(Laws<TypeParam>::snapshot_continues()));
}
TYPED_TEST_P(Conformance, ProbesOnlyWatch) { EXPECT_TRUE(held(Laws<TypeParam>::probes_only_watch())); }
TYPED_TEST_P(Conformance, ItRecoversFromEveryInsult) {
  for (int i = 0; i < insult_count; ++i) {
    EXPECT_TRUE(held(Laws<TypeParam>::recovers_from(static_cast<Insult>(i)))) << name(static_cast<Insult>(i));
  }
}
TYPED_TEST_P(Conformance, ItSurvivesAnyInsultFromTheFirstSampleOn) {
  for (int i = 0; i < insult_count; ++i) {
    EXPECT_TRUE(held(Laws<TypeParam>::survives_from_the_start(static_cast<Insult>(i)))) << name(static_cast<Insult>(i));
  }
}
REGISTER_TYPED_TEST_SUITE_P(Conformance, ItsContractIsWholeAndItsStateWithinIt,
                            ItTakesItsDefaultsAndRefusesWhatIsOutsideTheRanges, ItSaysInTimeAndOnceWhatItSays,
                            AShortSignalEndsWell, ItsStateIsItsOwn, ASnapshotContinuesAsIfNothingHadBeen,
                            ProbesOnlyWatch, ItRecoversFromEveryInsult, ItSurvivesAnyInsultFromTheFirstSampleOn);

}  // namespace vagus::conformance

#define VAGUS_CONFORMANCE(suite, list)                                                       \
  namespace vagus::conformance {                                                             \
  INSTANTIATE_TYPED_TEST_SUITE_P(suite, Conformance, typename AsTypes<list>::Types, ByName); \
  }                                                                                          \
  static_assert(true)
