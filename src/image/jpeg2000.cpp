#include "image/jpeg2000.hpp"

#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <openjpeg.h>

namespace mammo::image {
namespace {

// A mammogram in tiles of 128 x 128 has some 1000; each costs OpenJPEG several kilobytes before it is read.
constexpr std::int64_t most_tiles = 4096;

struct Memory {
  std::span<const std::byte> bytes;
  std::size_t position = 0;
};

OPJ_SIZE_T read_bytes(void* to, OPJ_SIZE_T count, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  const std::size_t taken = std::min(count, memory.bytes.size() - memory.position);
  if (taken == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, memory.bytes.data() + memory.position, taken);
  memory.position += taken;
  return taken;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (count < 0) return -1;
  const std::size_t rest = memory.bytes.size() - memory.position;
  const std::size_t taken = std::min(rest, static_cast<std::size_t>(count));
  memory.position += taken;
  return taken == 0 && count > 0 ? -1 : static_cast<OPJ_OFF_T>(taken);
}

OPJ_BOOL seek_bytes(OPJ_OFF_T offset, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (offset < 0 || static_cast<std::size_t>(offset) > memory.bytes.size()) return OPJ_FALSE;
  memory.position = static_cast<std::size_t>(offset);
  return OPJ_TRUE;
}

// Keeps the first complaint: the later ones only follow from it.
void on_error(const char* message, void* user) {
  auto& error = *static_cast<std::string*>(user);
  if (!error.empty()) return;
  error = message;
  while (!error.empty() && error.back() == '\n') error.pop_back();
}

void on_message(const char*, void*) {}

bool is_jp2(std::span<const std::byte> bytes) {
  static constexpr std::string_view signature("\0\0\0\x0cjP  ", 8);
  return bytes.size() >= signature.size() &&
         std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

// The SIZ marker segment (ITU-T T.800 A.5.1), which OpenJPEG believes and allocates by: look before it does.
void check_size(const Source& source, std::span<const std::byte> codestream, std::int64_t width,
                std::int64_t height) {
  // SOC, then SIZ; in a JP2 file, boxes come first.
  const std::string_view text(reinterpret_cast<const char*>(codestream.data()), codestream.size());
  const std::size_t start = text.find("\xff\x4f\xff\x51");
  if (start == std::string_view::npos || start + 45 > text.size()) {
    source.fail("damaged or truncated JPEG 2000: no size");
  }
  const auto byte_at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(codestream[start + i]); };
  const auto u32 = [&](std::size_t i) -> std::int64_t {
    return byte_at(i) << 24 | byte_at(i + 1) << 16 | byte_at(i + 2) << 8 | byte_at(i + 3);
  };
  const std::uint32_t components = byte_at(40) << 8 | byte_at(41);
  const bool at_origin = u32(16) == 0 && u32(20) == 0 && u32(32) == 0 && u32(36) == 0;
  const std::uint32_t precision = (byte_at(42) & 0x7f) + 1;
  if (components != 1) source.fail("JPEG 2000 of ", components, " components, expected 1 (grey)");
  const bool subsampled = byte_at(43) != 1 || byte_at(44) != 1;
  if (u32(8) != width || u32(12) != height || !at_origin || subsampled) {
    source.fail("damaged DICOM: its JPEG 2000 stream is of ", u32(8), "x", u32(12),
                " pixels, its header says ", width, "x", height);
  }
  if (precision > 16) source.fail("JPEG 2000 of ", precision, " bits, expected at most 16");
  const std::int64_t tile_width = u32(24);
  const std::int64_t tile_height = u32(28);
  if (tile_width == 0 || tile_height == 0) source.fail("damaged JPEG 2000: tiles without size");
  const std::int64_t tiles =
      ((width + tile_width - 1) / tile_width) * ((height + tile_height - 1) / tile_height);
  if (tiles > most_tiles) source.fail("JPEG 2000 of ", tiles, " tiles, expected at most ", most_tiles);
}

} // namespace

std::vector<std::uint16_t> decode_jpeg2000(const Source& source, std::span<const std::byte> codestream,
                                           std::int64_t width, std::int64_t height) {
  check_size(source, codestream, width, height);
  Memory memory{.bytes = codestream, .position = 0};
  std::string error;
  const auto fail = [&] {
    source.fail("damaged or truncated JPEG 2000: ", error.empty() ? "no picture" : error);
  };

  const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
      opj_stream_create(1U << 16, OPJ_TRUE), opj_stream_destroy);
  const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
      opj_create_decompress(is_jp2(codestream) ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), opj_destroy_codec);
  if (stream == nullptr || codec == nullptr) throw OutOfMemory("no memory for OpenJPEG");
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), codestream.size());
  opj_stream_set_read_function(stream.get(), read_bytes);
  opj_stream_set_skip_function(stream.get(), skip_bytes);
  opj_stream_set_seek_function(stream.get(), seek_bytes);
  opj_set_error_handler(codec.get(), on_error, &error);
  opj_set_warning_handler(codec.get(), on_message, nullptr);
  opj_set_info_handler(codec.get(), on_message, nullptr);

  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec.get(), &parameters) != OPJ_TRUE) fail();
  opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE);
  if (thread_count() > 1) opj_codec_set_threads(codec.get(), thread_count());

  opj_image_t* raw = nullptr;
  const bool header = opj_read_header(stream.get(), codec.get(), &raw) == OPJ_TRUE;
  const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(raw, opj_image_destroy);
  if (!header || image == nullptr || image->numcomps != 1) fail();
  if (opj_decode(codec.get(), stream.get(), image.get()) != OPJ_TRUE) fail();
  if (opj_end_decompress(codec.get(), stream.get()) != OPJ_TRUE) fail();
  const opj_image_comp_t& grey = image->comps[0];
  if (grey.data == nullptr || grey.w != width || grey.h != height) fail();

  std::vector<std::uint16_t> samples(static_cast<std::size_t>(width * height));
  std::transform(grey.data, grey.data + samples.size(), samples.begin(),
                 [](OPJ_INT32 value) { return static_cast<std::uint16_t>(value); });
  return samples;
}

} // namespace mammo::image
