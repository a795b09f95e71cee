#pragma once

#include "mammo/data/annotated_film.hpp"

#include <filesystem>
#include <vector>

namespace mammo::data {

/// Reads the list of mini-MIAS (Suckling et al. 1994), `Info.txt`: lines like `mdb001 G CIRC B 535 425 197`,
/// the film, its tissue (F fatty, G fatty-glandular, D dense), class of abnormality, B or M, and the circle
/// around it; prose between them is passed over. The pictures are squares of 1024 pixels, `<name>.pgm` beside
/// the file; y counts upwards from the lowest row. Odd films are right and even ones left, two a woman, all
/// MLO.
///
/// A film without abnormality (NORM) has no lesion. One without a circle, or with `*NOTE 3*` in its place
/// (calcifications all over), has an abnormality that nobody located: its lesion is a crowd box of the whole
/// film. `shape` is the class ("CIRC", "SPIC", ...). Throws FileError with the line on one that cannot be
/// understood.
std::vector<AnnotatedFilm> read_mini_mias(const std::filesystem::path& info);

} // namespace mammo::data
