// A sink takes something else than what the last stage gives.
//
// message: StagesDoNotFit "window" Gives<Picture> Unnamed< Takes<Film>
#include "mammo/pipeline/stream.hpp"
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
using Taken = Film;
#else
using Taken = Picture;
#endif

void run() {
  stream(from(std::vector<Film>{}) | named<"window">(picture_of), [](Taken /*item*/) {});
}
