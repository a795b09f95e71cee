// A stage that gives nothing has none after it.
//
// message: StagesDoNotFit "show" Gives<void> "count" Takes<int>
#include "tests/pipeline/misfits/stages.hpp"

inline void show(const Film& /*film*/) {}
#if MISTAKE
inline const auto pipeline = named<"show">(show) | named<"count">([](int x) { return x; });
#else
inline const auto pipeline = named<"read">(film_of) | named<"show">(show);
#endif
