// A source's items are none that the first stage takes.
//
// message: StagesDoNotFit ListSource<Film> Gives<Film> "smooth" Takes<Picture>
#include "mammo/pipeline/source.hpp"
#include "tests/pipeline/misfits/stages.hpp"

#if MISTAKE
inline const auto flow = from(std::vector<Film>{}) | named<"smooth">(smooth);
#else
inline const auto flow = from(std::vector<Picture>{}) | named<"smooth">(smooth);
#endif
