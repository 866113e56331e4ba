#pragma once
/// Marks in the instruction stream that the counting plugin (lab/deploy/harness/counts.cpp) sees and a core does not:
/// Thumb hints that no architecture has given a meaning, one instruction each, outside of what is counted.
#include <cstdint>

namespace vagus::board {

#if defined(__thumb__)
#define VAGUS_HINT(base, id) __asm__ volatile(".inst.w 0xF3AF8000+%c0" ::"i"((base) + (id)) : "memory")
#else
#define VAGUS_HINT(base, id) __asm__ volatile("" ::"i"((base) + (id)) : "memory")
#endif

inline constexpr std::uint32_t region_count = 32;

/// What runs from `enter` to `leave` counts for region `id` (0 to 31); regions may nest and repeat.
template <std::uint32_t id>
[[gnu::always_inline]] inline void enter() {
  static_assert(id < region_count);
  VAGUS_HINT(0x40U, id);
}
template <std::uint32_t id>
[[gnu::always_inline]] inline void leave() {
  static_assert(id < region_count);
  VAGUS_HINT(0x60U, id);
}
/// Ends a window of region `id`, a second for instance: the plugin keeps the window that cost most.
template <std::uint32_t id>
[[gnu::always_inline]] inline void end_window() {
  static_assert(id < region_count);
  VAGUS_HINT(0x80U, id);
}
#undef VAGUS_HINT

}  // namespace vagus::board
