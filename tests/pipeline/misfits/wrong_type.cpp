// The next stage takes something else.
//
// message: StagesDoNotFit "read" Gives<Film> "smooth" Takes<Picture>
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline = named<"read">(film_of) | named<"smooth">(smooth);
#else
inline const auto pipeline = named<"read">(film_of) | picture_of | named<"smooth">(smooth);
#endif
