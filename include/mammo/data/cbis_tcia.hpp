#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/data/annotated_film.hpp"

#include <filesystem>
#include <vector>

namespace mammo::data {

/// Reads CBIS-DDSM as TCIA ships it: `metadata.csv` with a row for each series, its Subject ID naming film
/// and abnormality ("Mass-Training_P_00001_LEFT_CC_1"; without the last number it is the film itself) and its
/// File Location a folder of objects that are all called 1-1.dcm, 1-2.dcm. A film's masks and crops share
/// folders, and their descriptions are not to be trusted: an object of the film's size is the mask, one of
/// another the crop.
///
/// All objects are opened. A lesion is the extent of a mask, named by patient, side and abnormality; with
/// `cases` each gets what its own row says. Films whose own series is not in the table are left out, as are
/// abnormalities without a mask. Throws FileError with the line on a row that cannot be understood and on an
/// object that cannot be read.
std::vector<AnnotatedFilm> read_cbis_tcia(const std::filesystem::path& metadata,
                                          const std::vector<std::filesystem::path>& cases = {});

/// The extent of what is not 0 in a picture, u8 or u16 [H, W]; an empty box where all is.
Box extent_of_mask(const Tensor& mask);

} // namespace mammo::data
