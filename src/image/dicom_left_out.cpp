#include "image/source.hpp"
#include "mammo/image/write_dicom.hpp"

namespace mammo::image {

Film decode_dicom(const Source& source) {
  if (sniff(source.bytes) != Format::dicom) source.fail("not an image: no known first bytes");
  source.fail("this is DICOM, which this program was built without (MAMMO_WITH_DCMTK=OFF)");
}

std::vector<std::byte> encode_dicom(const Tensor& /*pixels*/, const SyntheticMammogram& /*header*/) {
  throw NotImplemented("DICOM cannot be written: this program was built without it (MAMMO_WITH_DCMTK=OFF)");
}

void write_dicom(const std::filesystem::path& /*path*/, const Tensor& pixels,
                 const SyntheticMammogram& header) {
  encode_dicom(pixels, header);
}

} // namespace mammo::image
