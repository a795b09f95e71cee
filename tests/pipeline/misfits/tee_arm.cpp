// One arm of a tee takes something else.
//
// message: StagesDoNotFit "read" Gives<const Film "narrow" Takes<const Picture
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
using Seen = Picture;
#else
using Seen = Film;
#endif
inline const auto pipeline =
    named<"read">(film_of) | tee(named<"wide">([](const Film& f) { return f.width; }),
                                 named<"narrow">([](const Seen& s) { return s.width / 2; }));
