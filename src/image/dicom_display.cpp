#include "image/dicom_display.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image {
namespace {

// Attributes whose VR follows Pixel Representation are often unsigned all the same.
std::int64_t as_signed(std::int64_t value, bool is_signed) {
  return is_signed && value > 32767 ? value - 65536 : value;
}

// An item of Modality LUT Sequence or VOI LUT Sequence (PS3.3 C.11.1.1, C.11.2.1.1). Without values, and a
// reason in `problem`, where it is damaged.
LookupTable read_table(const Attributes& item, const DcmTagKey& explanation, bool signed_input,
                       std::string& problem) {
  LookupTable table;
  table.explanation = item.text(explanation);
  const auto entries = item.integer(DCM_LUTDescriptor, 0);
  const auto first = item.integer(DCM_LUTDescriptor, 1);
  const auto bits = item.integer(DCM_LUTDescriptor, 2);
  if (!entries || !first || !bits) {
    problem = "it has no LUT Descriptor of three values";
    return table;
  }
  if (*bits < 8 || *bits > 16) {
    problem = concat("its entries are of ", *bits, " bits, expected 8 to 16");
    return table;
  }
  table.first_mapped = as_signed(*first, signed_input);
  table.bits = static_cast<int>(*bits);
  // 0 stands for 65536; a signed descriptor may give more than 32767 entries as a negative number.
  const auto count = static_cast<std::size_t>(*entries <= 0 ? *entries + 65536 : *entries);
  std::vector<std::uint16_t> values = item.words(DCM_LUTData);
  if (values.size() < count && values.size() * 2 >= count && table.bits == 8) {
    // Two entries of 8 bits in a word, the first in the low byte.
    std::vector<std::uint16_t> bytes;
    for (const std::uint16_t word : values) {
      bytes.push_back(word & 0xff);
      bytes.push_back(static_cast<std::uint16_t>(word >> 8));
    }
    values = std::move(bytes);
  }
  if (values.size() < count) {
    problem = concat("it has ", values.size(), " entries, its descriptor says ", count);
    return table;
  }
  values.resize(count);
  const auto largest = static_cast<std::uint16_t>((1 << table.bits) - 1);
  for (std::uint16_t& value : values) value = std::min(value, largest);
  table.values = std::move(values);
  return table;
}

void read_modality(const Source& source, const Attributes& dataset, Film& film) {
  const auto tables = dataset.sequence(DCM_ModalityLUTSequence);
  if (!tables.empty()) {
    std::string problem;
    film.modality_lut = read_table(tables.front(), DCM_LUTExplanation, film.is_signed(), problem);
    if (!problem.empty()) source.fail("damaged DICOM: Modality LUT: ", problem);
    return;
  }
  const Attributes holder = dataset.frame_attributes(DCM_PixelValueTransformationSequence, DCM_RescaleSlope);
  const double slope = holder.number(DCM_RescaleSlope).value_or(1);
  const double intercept = holder.number(DCM_RescaleIntercept).value_or(0);
  if (slope == 0 || !std::isfinite(slope) || !std::isfinite(intercept)) {
    film.warnings.push_back(concat("Rescale Slope ", slope, ", Intercept ", intercept, ": ignored"));
    return;
  }
  film.rescale_slope = slope;
  film.rescale_intercept = intercept;
}

void read_voi_luts(const Attributes& dataset, Film& film) {
  const Attributes holder = dataset.frame_attributes(DCM_FrameVOILUTSequence, DCM_VOILUTSequence);
  // What goes in is what the modality transform gives.
  const bool signed_input = !film.modality_lut && (film.is_signed() || film.rescale_intercept < 0);
  for (const Attributes& item : holder.sequence(DCM_VOILUTSequence)) {
    std::string problem;
    film.voi_luts.push_back(read_table(item, DCM_LUTExplanation, signed_input, problem));
    if (!problem.empty())
      film.warnings.push_back(concat("VOI LUT ", film.voi_luts.size(), " is not used: ", problem));
  }
}

VoiFunction read_function(const Attributes& holder, Film& film) {
  const std::string name = holder.text(DCM_VOILUTFunction);
  if (name == "SIGMOID") return VoiFunction::sigmoid;
  if (name == "LINEAR_EXACT") return VoiFunction::linear_exact;
  if (!name.empty() && name != "LINEAR") {
    film.warnings.push_back("VOI LUT Function \"" + name + "\" is unknown, read as LINEAR");
  }
  return VoiFunction::linear;
}

void read_windows(const Attributes& dataset, Film& film) {
  const Attributes holder = dataset.frame_attributes(DCM_FrameVOILUTSequence, DCM_WindowCenter);
  const auto centers = holder.numbers(DCM_WindowCenter);
  const auto widths = holder.numbers(DCM_WindowWidth);
  if (centers.size() != widths.size()) {
    film.warnings.push_back(
        concat(centers.size(), " window centers with ", widths.size(), " widths: the others are ignored"));
  }
  if (centers.empty() || widths.empty()) return;
  const auto explanations = holder.texts(DCM_WindowCenterWidthExplanation);
  const VoiFunction function = read_function(holder, film);
  for (std::size_t i = 0; i < std::min(centers.size(), widths.size()); ++i) {
    film.windows.push_back({.center = centers[i],
                            .width = widths[i],
                            .function = function,
                            .explanation = i < explanations.size() ? explanations[i] : ""});
  }
}

void read_padding(const Attributes& dataset, Film& film) {
  const auto value = dataset.integer(DCM_PixelPaddingValue);
  if (!value) return;
  const auto limit = dataset.integer(DCM_PixelPaddingRangeLimit).value_or(*value);
  const std::int64_t a = as_signed(*value, film.is_signed());
  const std::int64_t b = as_signed(limit, film.is_signed());
  film.padding = PaddingRange{.low = std::min(a, b), .high = std::max(a, b)};
}

void read_presentation(const Attributes& dataset, Film& film) {
  const std::string shape = dataset.text(DCM_PresentationLUTShape);
  film.presentation_inverse = shape == "INVERSE";
  const bool monochrome1 = film.photometric == Photometric::monochrome1;
  if ((shape == "INVERSE" && !monochrome1) || (shape == "IDENTITY" && monochrome1)) {
    film.warnings.push_back("Presentation LUT Shape " + shape +
                            " contradicts the photometric interpretation: shown with low values " + "white");
  }
}

} // namespace

void read_display(const Source& source, const Attributes& attributes, Film& film) {
  read_modality(source, attributes, film);
  read_voi_luts(attributes, film);
  read_windows(attributes, film);
  read_padding(attributes, film);
  read_presentation(attributes, film);
}

} // namespace mammo::image
