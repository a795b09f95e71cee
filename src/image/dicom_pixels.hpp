#pragma once

#include "image/dicom_dataset.hpp"

#include <string>
#include <vector>

namespace mammo::image {

// The Image Pixel Module (PS3.3 C.7.6.3), checked.
struct PixelLayout {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  int samples = 1;
  int bits_allocated = 16;
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;
  std::string photometric;
};

// Throws FileError on anything that we do not read: other numbers of bits, sizes over the limits, several
// frames.
PixelLayout read_pixel_layout(const Source& source, const Attributes& attributes);

// The one frame, decompressed if need be (which changes the data set): [rows, columns] of u8 or u16, or i32
// where signed, with the bits outside Bits Stored removed. Colour (samples 3) becomes grey. Throws FileError
// where pixel data is missing, damaged or shorter than rows and columns ask for.
Tensor read_dicom_pixels(const Source& source, DcmDataset& dataset, const PixelLayout& layout,
                         std::vector<std::string>& warnings);

} // namespace mammo::image
