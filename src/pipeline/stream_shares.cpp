#include "pipeline/stream_shares.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "pipeline/workers.hpp"

#include <algorithm>

namespace mammo::pipeline::detail {

Shares share_out(const std::vector<StageTraits>& stages, const StreamOptions& options) {
  require<ArgumentError>(options.workers >= 0 && options.workers <= 1024, "workers ", options.workers,
                         ", expected 0 to 1024");
  require<ArgumentError>(options.threads_per_worker >= 0, "threads_per_worker ", options.threads_per_worker,
                         ", expected 0 or more");
  const int budget = thread_count();
  int aside = 0; // beyond the one that its worker has anyway
  for (const StageTraits& stage : stages) {
    require<ArgumentError>(stage.threads >= 0 && stage.threads <= budget, "stage ", stage.name, " leases ",
                           stage.threads, " threads, expected at most ", budget);
    aside += std::max(stage.threads - 1, 0);
  }
  const int left = budget - aside;
  require<ArgumentError>(left >= 1, "stages lease ", aside,
                         " threads besides the workers', expected less than ", budget);
  Shares shares;
  shares.workers = std::min({options.workers == 0 ? left : options.workers, left, most_workers()});
  shares.threads = left / shares.workers;
  if (options.threads_per_worker > 0) shares.threads = std::min(shares.threads, options.threads_per_worker);
  shares.leased = shares.workers * shares.threads + aside;
  return shares;
}

} // namespace mammo::pipeline::detail
