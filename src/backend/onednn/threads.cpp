#include "backend/onednn/threads.hpp"

#include "mammo/core/threads.hpp"

#include <omp.h>

#if defined(__SSE2__)
#include <pmmintrin.h>
#endif

namespace mammo::onednn {
namespace {

void flush_denormals() {
#if defined(__SSE2__)
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
#endif
}

} // namespace

LibraryThreads::LibraryThreads(int count) : outer_(omp_get_max_threads()), changed_(outer_ != count) {
  if (changed_) omp_set_num_threads(count);
}

LibraryThreads::~LibraryThreads() {
  if (changed_) omp_set_num_threads(outer_);
}

void follow_thread_budget() {
  on_thread_count([](int count) {
    omp_set_num_threads(count);
    if (omp_in_parallel() != 0) return;
    // Workers made later inherit the mode from the thread that makes them.
#pragma omp parallel num_threads(count)
    flush_denormals();
  });
}

} // namespace mammo::onednn
