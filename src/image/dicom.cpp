#include "image/dicom_dataset.hpp"
#include "image/dicom_display.hpp"
#include "image/dicom_pixels.hpp"
#include "image/luma.hpp"

#include <array>
#include <utility>

namespace mammo::image {
namespace {

// PS3.16 CID 4014, View for Mammography. Newer objects give other codes for the same meanings.
struct View {
  const char* name;
  const char* code;
  const char* meaning;
};
constexpr std::array<View, 10> views = {{{"CC", "R-10242", "cranio-caudal"},
                                         {"MLO", "R-10226", "medio-lateral oblique"},
                                         {"ML", "R-10224", "medio-lateral"},
                                         {"LM", "R-10228", "latero-medial"},
                                         {"LMO", "R-10230", "latero-medial oblique"},
                                         {"FB", "R-10244", "caudo-cranial (from below)"},
                                         {"SIO", "R-102D0", "superolateral to inferomedial oblique"},
                                         {"ISO", "R-40AAA", "inferomedial to superolateral oblique"},
                                         {"XCCL", "R-1024A", "cranio-caudal exaggerated laterally"},
                                         {"XCCM", "R-1024B", "cranio-caudal exaggerated medially"}}};

std::string view_of(const Attributes& dataset) {
  std::string position = dataset.text(DCM_ViewPosition);
  if (!position.empty()) return position;
  for (const Attributes& item : dataset.sequence(DCM_ViewCodeSequence)) {
    const std::string code = item.text(DCM_CodeValue);
    std::string meaning = item.text(DCM_CodeMeaning);
    for (const View& view : views) {
      if (code == view.code || meaning == view.meaning) return view.name;
    }
    return meaning;
  }
  // Objects made from digitised films put the view where the orientation belongs.
  std::string orientation = dataset.text(DCM_PatientOrientation);
  return orientation == "CC" || orientation == "MLO" ? orientation : "";
}

std::string laterality_of(const Attributes& dataset) {
  for (const DcmTagKey& tag : {DCM_ImageLaterality, DCM_Laterality}) {
    std::string laterality = dataset.text(tag);
    if (!laterality.empty()) return laterality;
  }
  return dataset.frame_attributes(DCM_FrameAnatomySequence, DCM_FrameLaterality).text(DCM_FrameLaterality);
}

std::optional<PixelSpacing> spacing_of(const Attributes& dataset) {
  const std::array<std::pair<DcmTagKey, const char*>, 2> attributes = {
      {{DCM_ImagerPixelSpacing, "ImagerPixelSpacing"}, {DCM_PixelSpacing, "PixelSpacing"}}};
  for (const auto& [tag, name] : attributes) {
    const auto values = dataset.frame_attributes(DCM_PixelMeasuresSequence, tag).numbers(tag);
    if (values.size() == 2 && values[0] > 0 && values[1] > 0) return PixelSpacing{values[0], values[1], name};
  }
  return std::nullopt;
}

FilmMetadata read_metadata(const Attributes& dataset) {
  FilmMetadata metadata;
  metadata.modality = dataset.text(DCM_Modality);
  metadata.laterality = laterality_of(dataset);
  metadata.view_position = view_of(dataset);
  metadata.manufacturer = dataset.text(DCM_Manufacturer);
  metadata.patient_orientation = dataset.text(DCM_PatientOrientation);
  metadata.presentation_intent = dataset.text(DCM_PresentationIntentType);
  metadata.sop_class_uid = dataset.text(DCM_SOPClassUID);
  metadata.sop_instance_uid = dataset.text(DCM_SOPInstanceUID);
  metadata.pixel_spacing = spacing_of(dataset);
  return metadata;
}

std::string format_of(E_TransferSyntax syntax, bool deflated) {
  if (deflated) return "DICOM deflated";
  switch (syntax) {
  case EXS_LittleEndianImplicit: return "DICOM implicit little endian";
  case EXS_LittleEndianExplicit: return "DICOM explicit little endian";
  case EXS_BigEndianExplicit: return "DICOM explicit big endian";
  case EXS_JPEGProcess1: return "DICOM JPEG Baseline";
  case EXS_JPEGProcess2_4: return "DICOM JPEG Extended";
  case EXS_JPEGProcess14:
  case EXS_JPEGProcess14SV1: return "DICOM JPEG Lossless";
  case EXS_JPEGLSLossless: return "DICOM JPEG-LS Lossless";
  case EXS_JPEGLSLossy: return "DICOM JPEG-LS Near-lossless";
  case EXS_RLELossless: return "DICOM RLE Lossless";
  case EXS_JPEG2000LosslessOnly: return "DICOM JPEG 2000 Lossless";
  case EXS_JPEG2000: return "DICOM JPEG 2000";
  default: return std::string("DICOM ") + DcmXfer(syntax).getXferName();
  }
}

void check_modality(const Source& source, const std::string& modality) {
  if (modality == "MG" || source.options.accept_any_modality) return;
  source.fail("no mammogram: DICOM Modality is ", modality.empty() ? "missing" : modality, ", expected MG");
}

void check_photometric(const Source& source, const PixelLayout& layout) {
  const bool grey = layout.photometric == "MONOCHROME1" || layout.photometric == "MONOCHROME2";
  if (grey && layout.samples == 1) return;
  if (grey || !source.options.accept_any_modality) {
    source.fail("DICOM photometric interpretation ", layout.photometric, " with ", layout.samples,
                " samples a pixel, expected MONOCHROME1 or MONOCHROME2 with 1");
  }
  if (layout.samples != 3 || layout.bits_allocated != 8) {
    source.fail("DICOM photometric interpretation ", layout.photometric, " of ", layout.samples,
                " samples of ", layout.bits_allocated, " bits: colour is read only as 3 samples of 8 bits");
  }
}

} // namespace

Film decode_dicom(const Source& source) {
  const auto [dataset, deflated] = parse_dicom(source);
  const DcmtkMessages unheard;
  const Attributes attributes(dataset.get());
  Film film;
  film.metadata = read_metadata(attributes);
  if (!dataset->tagExists(DCM_Rows) && !dataset->tagExists(DCM_PixelData)) {
    if (sniff(source.bytes) != Format::dicom)
      source.fail("not an image: no known first bytes, and not DICOM");
  }
  check_modality(source, film.metadata.modality);
  const PixelLayout layout = read_pixel_layout(source, attributes);
  check_photometric(source, layout);
  film.format = format_of(dataset->getOriginalXfer(), deflated);
  film.photometric =
      layout.photometric == "MONOCHROME1" ? Photometric::monochrome1 : Photometric::monochrome2;
  film.bits = layout.bits_stored;
  film.stored = read_dicom_pixels(source, *dataset, layout, film.warnings);
  if (layout.samples == 3) film.warnings.emplace_back(colour_warning);
  read_display(source, attributes, film);
  return film;
}

} // namespace mammo::image
