#pragma once

#include "image/source.hpp"

#include <cstddef>
#include <span>

namespace mammo::image {

struct DicomEncoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

// DCMTK reads sequences within sequences by recursion, and a small file can nest them deeper than any stack;
// and it asks for as much memory as an element claims to need. This walks a data set's bytes first, without
// either. Throws FileError where sequences are nested more than 32 deep or an element claims more bytes than
// there are; other damage is left for DCMTK to find.
void check_structure(const Source& source, std::span<const std::byte> dataset, DicomEncoding encoding);
// The same for file meta information (group 2), up to the data set behind it; returns where that begins. The
// group's own length is not looked at: where it is wrong, DCMTK would take the data set for more of it.
std::size_t check_meta_structure(const Source& source, std::span<const std::byte> meta);

// How a data set without a known transfer syntax is written, by its first element.
DicomEncoding guess_encoding(std::span<const std::byte> dataset);

} // namespace mammo::image
