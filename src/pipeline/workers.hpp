#pragma once

#include <functional>

namespace mammo::pipeline::detail {

/// Threads that run_workers can give work at once.
int most_workers();

/// Calls body() in the calling thread and in up to `count` - 1 others of oneTBB's; those that never get a
/// thread run when the first has returned. Returns when all have. The body must not throw.
void run_workers(int count, const std::function<void()>& body);

} // namespace mammo::pipeline::detail
