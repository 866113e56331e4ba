// The detector alone. Linked with the memory functions and libgcc, these functions its roots, it is what it takes of a
// flash.
#include "lab/deploy/harness/subject.h"

#include <new>

namespace {

using vagus::cost::Subject;

struct Sink {
  void operator()(const Subject::Output& output) const { vagus_subject_said(&output); }
  void unreadable(const vagus::Unreadable& stretch) const { vagus_subject_unreadable(&stretch); }
};

}  // namespace

void vagus_subject_make(vagus::Result<Subject>* into) {
  constexpr Subject::Config config = vagus::cost::configured();
  new (into) vagus::Result<Subject>(Subject::make(config));
}
void vagus_subject_push(Subject* subject, const Subject::Input* input) { subject->push(*input, Sink{}); }
void vagus_subject_gap(Subject* subject, std::int32_t lost_ms) { subject->gap(vagus::Duration::from_ms(lost_ms)); }
void vagus_subject_finish(Subject* subject) { subject->finish(Sink{}); }
