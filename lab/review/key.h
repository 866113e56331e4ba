#pragma once
/// What the cases of a label review are about. It stays with whoever made the page: the reviewer's page and file know
/// nothing but opaque ids.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/store/store.h"

namespace vagus::lab {

/// Why a moment is asked about.
enum class CaseKind : std::uint8_t {
  missed,    ///< the reference has a beat (a fall) that the detector did not find
  extra,     ///< the detector found one that the reference has not
  agreeing,  ///< both have it: what shows how the reviewers judge where nothing is in doubt
};
std::string_view name(CaseKind kind);

struct CaseKey {
  std::string id;
  CaseKind kind = CaseKind::missed;
  std::string set, recording, subject;
  std::string signal_hash, labels_hash;  ///< what was looked at; labels are the layer that was in force, "" none
  double t0_s = 0;                       ///< of the stretch, in the recording; answers count from here
  double length_s = 0;                   ///< of the stretch
  double t_s = 0;                        ///< of the mark asked about, in the recording
  double tick_hz = 0;                    ///< the labels' clock
  std::int64_t tick = 0;                 ///< of the reference's beat; of an extra one where it would stand
  std::int64_t into = 0;  ///< of an event that lasts: ticks from its beginning to where the reference's mark is drawn
};

struct ReviewKey {
  std::string hash;            ///< of the set of cases, as the page and the saved files have it
  std::string title;           ///< of the page
  std::string study;           ///< name of the study whose errors are asked about
  std::string track;           ///< the labels that were looked at
  std::string event = "beat";  ///< what is asked about: "beat", "fall", "crash"
  std::vector<CaseKey> cases;
};

Json as_json(const ReviewKey& key);
/// Throws Error where the text is no such key or another schema's.
ReviewKey key_from_json(const Json& json);

/// Keeps a key in the store: `reviews/HASH.json`.
void keep(const Store& store, const ReviewKey& key);
/// The key of a set of cases. Throws Error where this store has no cases of that hash.
ReviewKey kept_key(const Store& store, const std::string& hash);

}  // namespace vagus::lab
