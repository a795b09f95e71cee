// A stage that changes itself cannot be called by several threads.
//
// message: StageMustBeSerial "count"
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline =
    named<"read">(film_of) | named<"count">([n = 0](const Film&) mutable { return ++n; });
#else
inline const auto pipeline =
    named<"read">(film_of) | named<"count">(serial([n = 0](const Film&) mutable { return ++n; }));
#endif
