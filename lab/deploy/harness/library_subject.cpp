// A detector in C behind the harness's four functions: its table of functions is called as firmware would call it, its
// answers are counted, candidates are dropped and nobody listens to probes.
#include "lab/deploy/harness/library_subject.h"

namespace {

using vagus::cost::Made;
using vagus::cost::Subject;

void on_event(void* /*context*/, std::int64_t /*sample*/, float /*quality*/, const float* /*fields*/) {
  vagus_subject_said(nullptr);
}
void on_stretch(void* /*context*/, std::int64_t /*start*/, std::int64_t /*end*/, float /*quality*/,
                const float* /*fields*/) {
  vagus_subject_said(nullptr);
}
void on_candidate(void* /*context*/, std::int64_t /*sample*/, float /*score*/) {}
void on_unreadable(void* /*context*/, std::int64_t /*start*/, std::int64_t /*end*/, const char* /*reason*/) {
  vagus_subject_unreadable(nullptr);
}

constexpr vagus_detector_sink sink = {nullptr, on_event, on_stretch, on_candidate, on_unreadable, nullptr};
constexpr float settings[] = {VAGUS_COST_SETTINGS};

const vagus_detector_info* info;

}  // namespace

void vagus_subject_make(Made* into) {
  info = vagus_detector();
  for (unsigned char& byte : into->subject.state) byte = 0xa5;  // nothing of it is cleared before init
  into->refused = info->init(into->subject.state, VAGUS_COST_RATE_HZ, settings);
}
void vagus_subject_push(Subject* subject, const Subject::Input* input) {
  info->push(subject->state, input->values, &sink);
}
void vagus_subject_gap(Subject* subject, std::int32_t lost_ms) {
  if (info->gap != nullptr) info->gap(subject->state, 0.001F * static_cast<float>(lost_ms), &sink);
}
void vagus_subject_finish(Subject* subject) {
  if (info->finish != nullptr) info->finish(subject->state, &sink);
}
