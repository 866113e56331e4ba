#pragma once
/// Work on several cores whose result depends on neither their number nor the order.
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cstddef>

namespace vagus::lab::operating {

/// Calls `each(i)` for i below `count` on `threads` cores (0: all). What `each` writes must be its own.
template <class Each>
void on_cores(std::size_t count, int threads, const Each& each) {
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, each, tbb::simple_partitioner()); });
}

}  // namespace vagus::lab::operating
