// The network of a batch takes something else.
//
// message: StagesDoNotFit "read" Gives<std::vector<Film "network" Takes<const std::vector<Picture
#include "tests/pipeline/misfits/stages.hpp"

#include <chrono>

inline std::vector<int> network(const std::vector<Picture>& pictures) {
  return std::vector<int>(pictures.size());
}
inline const auto batched = named<"network">(batch(8, std::chrono::milliseconds(5), network));
#if MISTAKE
inline const auto pipeline = named<"read">(film_of) | batched;
#else
inline const auto pipeline = named<"read">(film_of) | picture_of | batched;
#endif
