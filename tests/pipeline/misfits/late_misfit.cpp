// The first stage takes anything: what does not fit is seen when it is called.
//
// message: StagesDoNotFit "same" Gives<Film "smooth" Takes<Picture>
#include "tests/pipeline/misfits/stages.hpp"

inline const auto pipeline = named<"same">([](auto x) { return x; }) | named<"smooth">(smooth);
#if MISTAKE
inline const Picture picture = pipeline(Film{});
#else
inline const Picture picture = pipeline(Picture{});
#endif
