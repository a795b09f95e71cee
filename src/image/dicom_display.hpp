#pragma once

#include "image/dicom_dataset.hpp"

namespace mammo::image {

// Fills in how a film is to be shown: modality transform, VOI LUTs and windows, padding, presentation. Needs
// film.stored and film.bits. What is damaged and can be done without is left out, with a warning; a LUT or
// window that cannot be used keeps its place, so that the numbers of the others stay. Throws FileError on a
// damaged modality LUT.
void read_display(const Source& source, const Attributes& attributes, Film& film);

} // namespace mammo::image
