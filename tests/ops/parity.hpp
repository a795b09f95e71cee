#pragma once

#include "mammo/backend/backend.hpp"
#include "tests/ops/comparison.hpp"

namespace mammo::test {

// Holds a backend to reference on all cases that it has plans for: in f32 and f64, in every layout, on one
// thread and on all, with outputs and workspace full of NaN before, twice more for the same bits, and its
// inputs left as they were. Returns in how many settings it was run.
int check_parity(const Backend& backend, ErrorTable& table);

} // namespace mammo::test
