// The two ways of a branch end in types without a common one.
//
// message: BranchesDoNotJoin "window" Gives<Picture> "measure" Gives<
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto other = named<"measure">([](const Film& f) { return f.width; });
#else
inline const auto other = named<"measure">([](const Film& f) { return Picture{f.width}; });
#endif
inline const auto pipeline =
    branch([](const Film& f) { return f.width > 0; }, named<"window">(picture_of), other);
inline const Picture picture = pipeline(Film{});
