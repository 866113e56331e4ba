// Tables of events and windows, scored against themselves: an Error or counts that add up, never anything else.
#include <cmath>
#include <cstdlib>

#include "fuzz/memory_volume.h"
#include "lab/score/events.h"
#include "lab/score/windows.h"

using namespace vagus::lab;

namespace {

template <class Action>
void survive(Action action) {
  try {
    action();
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 20000) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string text =
      data[0] % 2 == 0 ? std::string(rest) : "t_start_s,t_end_s,t_impact_s,score,kind,label\n" + std::string(rest);
  survive([&] {
    const MarkedTable table = read_table_at(in_memory("x.csv", text));
    survive([&] {
      const EventCounts counts = score_events(event_reference(table), event_test(table));
      if (counts.detected < 0 || counts.timed > counts.detected + counts.missed) std::abort();
      (void)events_text(counts, "a", "b", {});
    });
    survive([&] {
      const WindowCounts counts = score_windows(window_reference(table), window_test(table, 1));
      if (window_figures(counts.all(), true).windows != counts.windows()) std::abort();
    });
  });
  return 0;
}
