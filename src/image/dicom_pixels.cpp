#include "image/dicom_pixels.hpp"

#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"
#include "image/jpeg2000.hpp"
#include "image/luma.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>

namespace mammo::image {
namespace {

void register_codecs() {
  static std::once_flag once;
  std::call_once(once, [] {
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
  });
}

std::int64_t required(const Source& source, const Attributes& attributes, const DcmTagKey& tag,
                      const char* name) {
  const auto value = attributes.integer(tag);
  if (!value) source.fail("DICOM without ", name);
  return *value;
}

bool is_jpeg_2000(E_TransferSyntax syntax) {
  return syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly;
}

bool is_rle(E_TransferSyntax syntax) {
  return syntax == EXS_RLELossless;
}

bool is_jpeg_or_jpeg_ls(E_TransferSyntax syntax) {
  switch (syntax) {
  case EXS_JPEGProcess1:
  case EXS_JPEGProcess2_4:
  case EXS_JPEGProcess6_8:
  case EXS_JPEGProcess10_12:
  case EXS_JPEGProcess14:
  case EXS_JPEGProcess14SV1:
  case EXS_JPEGLSLossless:
  case EXS_JPEGLSLossy: return true;
  default: return false;
  }
}

// The fragments of the one frame, joined.
std::vector<std::byte> join_fragments(const Source& source, DcmPixelData& pixel_data,
                                      E_TransferSyntax syntax) {
  DcmPixelSequence* fragments = nullptr;
  if (pixel_data.getEncapsulatedRepresentation(syntax, nullptr, fragments).bad() || fragments == nullptr) {
    source.fail("DICOM pixel data is not compressed as its transfer syntax says");
  }
  std::vector<std::byte> joined;
  // The first item is the offset table.
  for (unsigned long i = 1; i < fragments->card(); ++i) {
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    if (fragments->getItem(item, i).bad() || item->getUint8Array(bytes).bad() || bytes == nullptr) continue;
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    joined.insert(joined.end(), first, first + item->getLength());
  }
  if (joined.empty()) source.fail("DICOM pixel data is empty");
  return joined;
}

struct JpegFrame {
  std::int64_t rows;
  std::int64_t columns;
  int components;
};

// The frame header of a JPEG (ITU-T T.81 B.2.2) or JPEG-LS (T.87) stream.
std::optional<JpegFrame> find_frame_header(std::span<const std::byte> stream) {
  const auto at = [&](std::size_t i) { return std::to_integer<int>(stream[i]); };
  const auto u16 = [&](std::size_t i) { return at(i) << 8 | at(i + 1); };
  std::size_t position = 2;
  while (position + 4 <= stream.size() && at(position) == 0xff) {
    const int marker = at(position + 1);
    if (marker == 0xff) {
      ++position;
      continue;
    }
    const bool tables = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
    if (((marker & 0xf0) == 0xc0 && !tables) || marker == 0xf7) {
      if (position + 10 > stream.size()) return std::nullopt;
      return JpegFrame{u16(position + 5), u16(position + 7), at(position + 9)};
    }
    if (marker == 0xda || marker == 0xd9) return std::nullopt;
    position += 2 + static_cast<std::size_t>(u16(position + 2));
  }
  return std::nullopt;
}

bool has_end_of_image(std::span<const std::byte> stream) {
  std::size_t end = stream.size();
  while (end > 0 && (stream[end - 1] == std::byte{0} || stream[end - 1] == std::byte{0xff})) --end;
  return end >= 2 && stream[end - 1] == std::byte{0xd9} && stream[end - 2] == std::byte{0xff};
}

// DCMTK's decoders fill in what a stream lacks and trust its size: look before they do.
void check_jpeg(const Source& source, std::span<const std::byte> stream, const PixelLayout& layout) {
  const auto frame = find_frame_header(stream);
  if (!frame) source.fail("damaged DICOM: its JPEG stream has no frame header");
  if (frame->rows != layout.rows || frame->columns != layout.columns || frame->components != layout.samples) {
    source.fail("damaged DICOM: its JPEG stream is of ", frame->columns, "x", frame->rows, "x",
                frame->components, ", its header says ", layout.columns, "x", layout.rows, "x",
                layout.samples);
  }
  if (!has_end_of_image(stream)) source.fail("truncated DICOM: its JPEG stream has no end");
}

// libjpeg, inside DCMTK, reports damage as a warning and goes on.
bool tells_of_damage(const std::string& line) {
  using namespace std::string_view_literals;
  if (line.find("extraneous") != std::string::npos) return false;
  return std::ranges::any_of(std::array{"Corrupt JPEG"sv, "Premature end"sv},
                             [&](std::string_view part) { return line.find(part) != std::string::npos; });
}

void decompress(const Source& source, DcmDataset& dataset) {
  register_codecs();
  const DcmtkMessages messages;
  const OFCondition condition = dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (condition.bad()) source.fail("damaged or truncated DICOM pixel data: ", condition.text());
  for (const std::string& line : messages.lines()) {
    if (tells_of_damage(line)) source.fail("damaged DICOM pixel data: ", line);
  }
}

// Stored values from raw ones: the bits low to low + stored of each word, sign-extended where signed.
struct Unpack {
  int shift;
  std::uint32_t mask;
  std::uint32_t sign;

  explicit Unpack(const PixelLayout& layout)
      : shift(layout.high_bit + 1 - layout.bits_stored),
        mask((1U << layout.bits_stored) - 1),
        sign(layout.is_signed ? 1U << (layout.bits_stored - 1) : 0) {}

  std::int32_t operator()(std::uint32_t raw) const {
    const std::uint32_t value = raw >> shift & mask;
    return static_cast<std::int32_t>(value ^ sign) - static_cast<std::int32_t>(sign);
  }
};

template <class Raw, class Stored>
Tensor unpack(const PixelLayout& layout, std::span<const Raw> raw, std::vector<std::string>& warnings) {
  Tensor stored = Tensor::empty({layout.rows, layout.columns}, {.dtype = dtype_of<Stored>});
  const auto pixels = stored.mutable_data<Stored>();
  const Unpack value_of(layout);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    seen |= raw[i];
    pixels[i] = static_cast<Stored>(value_of(raw[i]));
  }
  // A negative value may be sign-extended over the whole word.
  if (!layout.is_signed && (seen & ~(value_of.mask << value_of.shift)) != 0) {
    warnings.push_back(
        concat("bits outside the ", layout.bits_stored, " of Bits Stored were set, and dropped"));
  }
  return stored;
}

template <class Raw>
Tensor unpack(const PixelLayout& layout, std::span<const Raw> raw, std::vector<std::string>& warnings) {
  return layout.is_signed ? unpack<Raw, std::int32_t>(layout, raw, warnings)
                          : unpack<Raw, Raw>(layout, raw, warnings);
}

// Interleaved or in planes (Planar Configuration 1), 8 bits a sample.
Tensor grey_of_colour(const PixelLayout& layout, std::span<const std::uint8_t> raw, bool planes) {
  Tensor stored = Tensor::empty({layout.rows, layout.columns}, {.dtype = DType::u8});
  const auto pixels = stored.mutable_data<std::uint8_t>();
  const std::size_t count = pixels.size();
  if (!planes) {
    to_grey(raw.data(), 3, count, pixels.data());
    return stored;
  }
  for (std::size_t i = 0; i < count; ++i) {
    pixels[i] = static_cast<std::uint8_t>(luma(raw[i], raw[count + i], raw[2 * count + i]));
  }
  return stored;
}

void check_length(const Source& source, std::uint64_t length, std::uint64_t expected,
                  std::vector<std::string>& warnings) {
  if (length < expected) source.fail("truncated DICOM: ", length, " bytes of pixels, expected ", expected);
  if (length > expected + 1)
    warnings.push_back(concat(length - expected, " bytes after the pixels were ignored"));
}

Tensor read_native(const Source& source, DcmDataset& dataset, const PixelLayout& layout,
                   std::vector<std::string>& warnings) {
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) source.fail("DICOM without pixel data");
  const auto count = static_cast<std::size_t>(layout.rows * layout.columns * layout.samples);
  const std::uint64_t expected = count * static_cast<std::uint64_t>(layout.bits_allocated / 8);
  check_length(source, element->getLength(), expected, warnings);
  if (layout.bits_allocated == 16) {
    Uint16* words = nullptr;
    if (element->getUint16Array(words).bad() || words == nullptr)
      source.fail("DICOM pixel data is not of 16 bit words");
    return unpack<std::uint16_t>(layout, {words, count}, warnings);
  }
  Uint8* bytes = nullptr;
  if (element->getUint8Array(bytes).bad() || bytes == nullptr)
    source.fail("DICOM pixel data is not of bytes");
  if (layout.samples == 1) return unpack<std::uint8_t>(layout, {bytes, count}, warnings);
  const bool planes = Attributes(&dataset).integer(DCM_PlanarConfiguration).value_or(0) == 1;
  return grey_of_colour(layout, {bytes, count}, planes);
}

void check_bits(const Source& source, const PixelLayout& layout) {
  if (layout.bits_allocated != 8 && layout.bits_allocated != 16) {
    source.fail("DICOM Bits Allocated is ", layout.bits_allocated, ", expected 8 or 16");
  }
  if (layout.bits_stored < 1 || layout.bits_stored > layout.bits_allocated) {
    source.fail("DICOM Bits Stored is ", layout.bits_stored, ", expected 1 to ", layout.bits_allocated);
  }
  if (layout.high_bit < layout.bits_stored - 1 || layout.high_bit >= layout.bits_allocated) {
    source.fail("DICOM High Bit is ", layout.high_bit, ", expected ", layout.bits_stored - 1, " to ",
                layout.bits_allocated - 1);
  }
}

} // namespace

PixelLayout read_pixel_layout(const Source& source, const Attributes& attributes) {
  PixelLayout layout;
  layout.rows = required(source, attributes, DCM_Rows, "Rows");
  layout.columns = required(source, attributes, DCM_Columns, "Columns");
  source.check_size(layout.columns, layout.rows);
  const double frames = attributes.number(DCM_NumberOfFrames).value_or(1);
  if (frames > 1) source.fail("DICOM of ", frames, " frames: only single-frame mammograms are read so far");
  layout.samples = static_cast<int>(attributes.integer(DCM_SamplesPerPixel).value_or(1));
  layout.bits_allocated = static_cast<int>(required(source, attributes, DCM_BitsAllocated, "Bits Allocated"));
  layout.bits_stored = static_cast<int>(attributes.integer(DCM_BitsStored).value_or(layout.bits_allocated));
  layout.high_bit = static_cast<int>(attributes.integer(DCM_HighBit).value_or(layout.bits_stored - 1));
  layout.is_signed = attributes.integer(DCM_PixelRepresentation).value_or(0) == 1;
  layout.photometric = attributes.text(DCM_PhotometricInterpretation);
  if (layout.photometric.empty()) source.fail("DICOM without Photometric Interpretation");
  check_bits(source, layout);
  return layout;
}

Tensor read_dicom_pixels(const Source& source, DcmDataset& dataset, const PixelLayout& layout,
                         std::vector<std::string>& warnings) {
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) source.fail("DICOM without pixel data");
  const E_TransferSyntax syntax = dataset.getOriginalXfer();
  const DcmXfer transfer(syntax);
  if (!transfer.isEncapsulated()) return read_native(source, dataset, layout, warnings);

  auto* pixel_data = dynamic_cast<DcmPixelData*>(element);
  if (pixel_data == nullptr) source.fail("DICOM pixel data is not compressed as its transfer syntax says");
  const bool jpeg = is_jpeg_or_jpeg_ls(syntax);
  if (!jpeg && !is_jpeg_2000(syntax) && !is_rle(syntax)) {
    source.fail("DICOM transfer syntax ", transfer.getXferName(), " is not one that can be read here");
  }
  const auto fragments = join_fragments(source, *pixel_data, syntax);
  if (is_jpeg_2000(syntax)) {
    if (layout.samples != 1) source.fail("DICOM of JPEG 2000 colour, expected grey");
    PixelLayout decoded = layout;
    decoded.high_bit = layout.bits_stored - 1;
    const auto samples = decode_jpeg2000(source, fragments, layout.columns, layout.rows);
    return unpack<std::uint16_t>(decoded, samples, warnings);
  }
  if (jpeg) check_jpeg(source, fragments, layout);
  decompress(source, dataset);
  // Decoders may choose another number of bits, and other colours.
  const PixelLayout decoded = read_pixel_layout(source, Attributes(&dataset));
  if (decoded.samples != layout.samples)
    source.fail("damaged DICOM pixel data: ", decoded.samples, " samples");
  return read_native(source, dataset, decoded, warnings);
}

} // namespace mammo::image
