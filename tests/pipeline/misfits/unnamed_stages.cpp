// Stages without a name are shown by their callables.
//
// message: StagesDoNotFit Unnamed<Film (*)(const std:: Gives<Film> Unnamed<Picture (*)(Picture)>
// Takes<Picture>
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline = filter(film_of) | smooth;
#else
inline const auto pipeline = filter(film_of) | picture_of | smooth;
#endif
