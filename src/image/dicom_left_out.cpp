#include "image/source.hpp"

namespace mammo::image {

Film decode_dicom(const Source& source) {
  if (sniff(source.bytes) != Format::dicom) source.fail("not an image: no known first bytes");
  source.fail("this is DICOM, which this program was built without (MAMMO_WITH_DCMTK=OFF)");
}

} // namespace mammo::image
