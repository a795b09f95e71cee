#include "mammo/image/write_dicom.hpp"

#include "dcmtk/dcmdata/dcostrmb.h"
#include "image/dicom_dataset.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"

#include <algorithm>
#include <array>
#include <locale>
#include <sstream>
#include <string_view>

namespace mammo::image {
namespace {

enum class Uid : std::uint32_t { study = 1, series = 2, object = 3 };

// A name-based UUID (RFC 9562, version 8) as a UID: "2.25." and its decimal digits (PS3.5 B.2).
std::string uid_of(std::uint64_t exam, Uid kind, int instance) {
  auto words =
      philox4x32({static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(instance), 0, 0x6d616d6d},
                 {static_cast<std::uint32_t>(exam), static_cast<std::uint32_t>(exam >> 32)});
  words[1] = (words[1] & 0xffff0fffU) | 0x00008000U; // version 8
  words[2] = (words[2] & 0x3fffffffU) | 0x80000000U; // RFC 9562's variant
  std::string digits;
  while (words != decltype(words){}) {
    std::uint64_t rest = 0;
    for (std::uint32_t& word : words) {
      rest = rest << 32 | word;
      word = static_cast<std::uint32_t>(rest / 10);
      rest %= 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  return "2.25." + std::string(digits.rbegin(), digits.rend());
}

// At most 16 characters, as a DS may have.
std::string decimal(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(9);
  text << value;
  return text.str();
}

void check_text(const char* name, const std::string& text, std::size_t longest) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
  require<ArgumentError>(plain && text.size() <= longest, "DICOM ", name, " of ", text.size(),
                         " characters, expected at most ", longest,
                         " of printable ASCII without a backslash");
}

void check(const Tensor& pixels, const SyntheticMammogram& header) {
  require<ShapeError>(pixels.defined() && pixels.rank() == 2 && pixels.numel() > 0 &&
                          pixels.size(0) <= 65535 && pixels.size(1) <= 65535,
                      "DICOM of shape ", pixels.defined() ? pixels.shape() : Shape{},
                      ", expected [H, W] of at most 65535 a side");
  require<TypeError>(pixels.dtype() == DType::u16, "DICOM of ", pixels.dtype(), ", expected u16");
  require<ArgumentError>(header.laterality == "L" || header.laterality == "R", "laterality \"",
                         header.laterality, "\", expected L or R");
  require<ArgumentError>(header.view == "CC" || header.view == "MLO", "view \"", header.view,
                         "\", expected CC or MLO");
  require<ArgumentError>(header.bits == 12 || header.bits == 14, "DICOM of ", header.bits,
                         " bits, expected 12 or 14");
  require<ArgumentError>(header.spacing_mm >= 0.001 && header.spacing_mm <= 100, "pixel spacing ",
                         header.spacing_mm, " mm, expected 0.001 to 100");
  require<ArgumentError>(header.instance >= 1, "instance ", header.instance, ", expected 1 or more");
  check_text("patient ID", header.patient_id, 64);
  check_text("description", header.description, 1024);
}

// Puts attributes into a data set or an item.
class Writer {
 public:
  explicit Writer(DcmItem& item) : item_(item) {}

  void text(const DcmTagKey& tag, const std::string& value) {
    check(item_.putAndInsertString(tag, value.c_str()), tag);
  }
  void number(const DcmTagKey& tag, std::int64_t value) {
    check(item_.putAndInsertUint16(tag, static_cast<Uint16>(value)), tag);
  }
  void signed_number(const DcmTagKey& tag, int value) {
    check(item_.putAndInsertSint16(tag, static_cast<Sint16>(value)), tag);
  }
  void words(const DcmTagKey& tag, std::span<const std::uint16_t> values) {
    check(item_.putAndInsertUint16Array(tag, values.data(), static_cast<unsigned long>(values.size())), tag);
  }
  void empty_sequence(const DcmTagKey& tag) { check(item_.insertEmptyElement(tag), tag); }
  // A sequence of one item, a code of SNOMED CT.
  Writer code(const DcmTagKey& tag, const std::string& value, const std::string& meaning) {
    DcmItem* created = nullptr;
    check(item_.findOrCreateSequenceItem(tag, created), tag);
    Writer item(*created);
    item.text(DCM_CodeValue, value);
    item.text(DCM_CodingSchemeDesignator, "SCT");
    item.text(DCM_CodeMeaning, meaning);
    return item;
  }

 private:
  static void check(const OFCondition& condition, const DcmTagKey& tag) {
    require<Error>(condition.good(), "DICOM attribute ", tag.toString().c_str(), ": ", condition.text());
  }

  DcmItem& item_;
};

void put_patient_and_study(Writer& out, const SyntheticMammogram& header) {
  out.text(DCM_PatientName, "SYNTHETIC^PHANTOM");
  out.text(DCM_PatientID, header.patient_id);
  out.text(DCM_PatientBirthDate, "");
  out.text(DCM_PatientSex, "F");
  out.text(DCM_StudyInstanceUID, uid_of(header.exam, Uid::study, 0));
  // No exam took place, but archives and DICOMDIRs want a date.
  out.text(DCM_StudyDate, "20000101");
  out.text(DCM_StudyTime, "000000");
  out.text(DCM_StudyID, "1");
  out.text(DCM_ReferringPhysicianName, "");
  out.text(DCM_AccessionNumber, "");
  out.text(DCM_StudyDescription, "Synthetic mammography exam");
}

void put_series_and_equipment(Writer& out, const SyntheticMammogram& header) {
  out.text(DCM_Modality, "MG");
  out.text(DCM_SeriesInstanceUID, uid_of(header.exam, Uid::series, 0));
  out.text(DCM_SeriesNumber, "1");
  out.text(DCM_PresentationIntentType, "FOR PRESENTATION");
  out.text(DCM_Manufacturer, "mammo");
  out.text(DCM_ManufacturerModelName, "mammo phantom");
  out.text(DCM_SoftwareVersions, MAMMO_VERSION);
}

// Left breasts face right. Down is towards the middle in CC, and obliquely to the feet in MLO.
std::string orientation_of(const SyntheticMammogram& header) {
  const bool left = header.laterality == "L";
  const std::string down = header.view == "CC" ? "" : "F";
  return std::string(left ? "A\\" : "P\\") + down + (left ? "R" : "L");
}

void put_image(Writer& out, const SyntheticMammogram& header) {
  out.text(DCM_SOPClassUID, UID_DigitalMammographyXRayImageStorageForPresentation);
  out.text(DCM_SOPInstanceUID, uid_of(header.exam, Uid::object, header.instance));
  out.text(DCM_InstanceNumber, std::to_string(header.instance));
  out.text(DCM_ImageType, "DERIVED\\PRIMARY");
  out.text(DCM_ContentDate, "20000101");
  out.text(DCM_ContentTime, "000000");
  out.text(DCM_PatientOrientation, orientation_of(header));
  out.text(DCM_ImageComments, "For research: synthetic image");
  out.text(DCM_DerivationDescription,
           header.description.empty() ? "For research: synthetic image" : header.description);
  out.text(DCM_BurnedInAnnotation, "NO"); // lead letters name the view, not a person
  out.text(DCM_LossyImageCompression, "00");
  out.empty_sequence(DCM_AcquisitionContextSequence);
}

// PS3.3 C.8.11.3 and C.8.11.7, DX Image and Mammography Image.
void put_mammogram(Writer& out, const SyntheticMammogram& header) {
  const bool cc = header.view == "CC";
  out.text(DCM_ImageLaterality, header.laterality);
  out.text(DCM_ViewPosition, header.view);
  out.text(DCM_BodyPartExamined, "BREAST");
  out.text(DCM_OrganExposed, "BREAST");
  out.text(DCM_PositionerType, "MAMMOGRAPHIC");
  out.text(DCM_DetectorType, "");
  const std::string spacing = decimal(header.spacing_mm);
  out.text(DCM_ImagerPixelSpacing, spacing + "\\" + spacing);
  out.code(DCM_AnatomicRegionSequence, "76752008", "Breast");
  Writer view = out.code(DCM_ViewCodeSequence, cc ? "399162004" : "399368009",
                         cc ? "cranio-caudal" : "medio-lateral oblique"); // PS3.16 CID 4014
  view.empty_sequence(DCM_ViewModifierCodeSequence);
}

void put_pixels(Writer& out, const Tensor& pixels, const SyntheticMammogram& header) {
  const std::span<const std::uint16_t> values = pixels.data<std::uint16_t>();
  const int range = 1 << header.bits;
  const int largest = *std::max_element(values.begin(), values.end());
  require<ArgumentError>(largest < range, "pixel value ", largest, ", expected at most ", range - 1, " for ",
                         header.bits, " bits");
  out.number(DCM_SamplesPerPixel, 1);
  out.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  out.number(DCM_Rows, pixels.size(0));
  out.number(DCM_Columns, pixels.size(1));
  out.number(DCM_BitsAllocated, 16);
  out.number(DCM_BitsStored, header.bits);
  out.number(DCM_HighBit, header.bits - 1);
  out.number(DCM_PixelRepresentation, 0);
  out.text(DCM_PixelIntensityRelationship, "LOG");
  out.signed_number(DCM_PixelIntensityRelationshipSign, -1); // brighter where less came through
  out.text(DCM_RescaleIntercept, "0");
  out.text(DCM_RescaleSlope, "1");
  out.text(DCM_RescaleType, "US");
  out.text(DCM_PresentationLUTShape, "IDENTITY");
  out.text(DCM_WindowCenter, std::to_string(range / 2));
  out.text(DCM_WindowWidth, std::to_string(range));
  out.words(DCM_PixelData, values);
}

std::vector<std::byte> serialise(DcmFileFormat& file, std::size_t pixel_bytes) {
  std::vector<std::byte> bytes(pixel_bytes + (std::size_t{1} << 16)); // the attributes are a few kilobytes
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  const OFCondition condition = file.write(stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr);
  file.transferEnd();
  require<Error>(condition.good(), "DICOM could not be written: ", condition.text());
  bytes.resize(static_cast<std::size_t>(stream.tell()));
  return bytes;
}

} // namespace

std::vector<std::byte> encode_dicom(const Tensor& pixels, const SyntheticMammogram& header) {
  check(pixels, header);
  const DcmtkMessages unheard;
  DcmFileFormat file;
  Writer out(*file.getDataset());
  put_patient_and_study(out, header);
  put_series_and_equipment(out, header);
  put_image(out, header);
  put_mammogram(out, header);
  put_pixels(out, pixels.contiguous(), header);
  return serialise(file, static_cast<std::size_t>(pixels.numel()) * sizeof(std::uint16_t));
}

void write_dicom(const std::filesystem::path& path, const Tensor& pixels, const SyntheticMammogram& header) {
  const std::vector<std::byte> bytes = encode_dicom(pixels, header);
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

} // namespace mammo::image
