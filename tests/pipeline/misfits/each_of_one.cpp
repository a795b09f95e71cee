// each() of what is no range.
//
// message: StagesDoNotFit "read" Gives<Film> "windows" Takes<std::vector<Film
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline = named<"read">(film_of) | named<"windows">(each(picture_of));
#else
inline const auto pipeline = named<"films">(each(film_of)) | named<"windows">(each(picture_of));
#endif
