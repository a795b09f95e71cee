// A pipeline is called with something that it does not take.
//
// message: StagesDoNotFit Caller Gives<Film> "read" Takes<const std::
#include "tests/pipeline/misfits/stages.hpp"

inline const auto pipeline = named<"read">(film_of) | named<"window">(picture_of);
#if MISTAKE
inline const Picture picture = pipeline(Film{});
#else
inline const Picture picture = pipeline("film.png");
#endif
