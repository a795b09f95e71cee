#include "pipeline/stream_stage.hpp"

namespace mammo::pipeline::detail {

StageReport StageState::report() const {
  return {.name = traits.name,
          .calls = latency.count(),
          .errors = errors,
          .busy = latency.total(),
          .p50 = latency.percentile(50),
          .p90 = latency.percentile(90),
          .p99 = latency.percentile(99),
          .longest = latency.longest(),
          .most_waiting = queue.most,
          .mean_waiting =
              static_cast<double>(found) / static_cast<double>(std::max<std::uint64_t>(arrivals, 1))};
}

} // namespace mammo::pipeline::detail
