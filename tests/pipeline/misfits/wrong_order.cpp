// Two stages the wrong way round.
//
// message: StagesDoNotFit "smooth" Gives<Picture> "window" Takes<const Film
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto pipeline = named<"smooth">(smooth) | named<"window">(picture_of);
#else
inline const auto pipeline = named<"window">(picture_of) | named<"smooth">(smooth);
#endif
