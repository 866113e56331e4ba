#pragma once
/// How likely RR intervals are, by their ratio to the running RR interval in steps of a tenth; the last bin holds the
/// rest. Fitted with the detector running, on the records named in beat_model.h.

namespace vagus::health {

struct BeatIntervals {
  static constexpr int bins = 30;
  /// Likelihood of two beats this far apart with none between them, relative to any two moments.
  static constexpr float interval[bins] = {0.01832F, 0.03402F, 0.1044F, 0.2184F, 0.3792F, 0.5891F, 0.8559F, 1.102F,
                                           1.504F,   2.113F,   2.123F,  1.626F,  1.252F,  1.044F,  0.918F,  0.8437F,
                                           0.7889F,  0.7431F,  0.7027F, 0.6667F, 0.6341F, 0.6047F, 0.5778F, 0.5532F,
                                           0.5306F,  0.5098F,  0.4906F, 0.4727F, 0.4561F, 0.4407F};
  /// The same where the rhythm is steady: of intervals within a tenth of the running one, and by how much all others
  /// are less likely. Chosen on DS1 without 118 and 119, as it is and in simulated motion.
  static constexpr float steady_near = 6.0F, steady_far = 0.6F;
  /// Likelihood that the next beat has not come yet.
  static constexpr float survival[bins] = {1.0F,    1.0F,    1.0F,    1.0F,    1.0F,    1.0F,    1.0F,    1.0F,
                                           1.0F,    1.0F,    0.9664F, 0.9068F, 0.8554F, 0.8105F, 0.771F,  0.7358F,
                                           0.7043F, 0.6759F, 0.6501F, 0.6266F, 0.605F,  0.5852F, 0.5669F, 0.5499F,
                                           0.5341F, 0.5193F, 0.5055F, 0.4926F, 0.4804F, 0.4689F};
};

}  // namespace vagus::health
