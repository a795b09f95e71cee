// optional() of what is never missing.
//
// message: StagesDoNotFit "read" Gives<Film> "window" Takes<std::optional<Film
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline = named<"read">(film_of) | named<"window">(optional(picture_of));
#else
inline const auto pipeline = named<"read">(optional(film_of)) | named<"window">(optional(picture_of));
#endif
