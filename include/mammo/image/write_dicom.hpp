#pragma once

#include "mammo/core/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mammo::image {

/// What a synthetic mammogram's object says of itself.
struct SyntheticMammogram {
  std::string laterality;  ///< "L" or "R"; left breasts face right, right ones left
  std::string view = {};   ///< "CC" or "MLO"
  int bits = 12;           ///< of the pixel values, 12 or 14
  double spacing_mm = 0.1; ///< in the detector's plane, both ways
  int instance = 1;        ///< number of the film in its exam, from 1
  /// Study, series and object get UIDs made from it (2.25 and a UUID, PS3.5 B.2): films of one exam share it,
  /// and it must differ where anything in the exam does.
  std::uint64_t exam = 0;
  std::string patient_id = "SYNTHETIC"; ///< at most 64 characters of printable ASCII without a backslash
  std::string description = {};         ///< how it was made, the same and up to 1024 characters
};

/// Writes a picture as a "Digital Mammography X-Ray Image Storage - For Presentation" object (PS3.3 A.26):
/// Explicit VR Little Endian, MONOCHROME2 in 16-bit words, Presentation LUT Shape IDENTITY, one window over
/// the full range. Patient name and image comments say that it is synthetic. The same arguments give the same
/// bytes. The file appears whole or not at all.
///
/// `pixels`: u16 [H, W]. Throws ShapeError or TypeError on another picture or sides over 65535; ArgumentError
/// on a header or pixel value out of range; FileError where it cannot be written; NotImplemented where DCMTK
/// was left out of the build.
void write_dicom(const std::filesystem::path& path, const Tensor& pixels, const SyntheticMammogram& header);

/// The same bytes, in memory.
std::vector<std::byte> encode_dicom(const Tensor& pixels, const SyntheticMammogram& header);

} // namespace mammo::image
