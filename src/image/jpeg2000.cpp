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

void check_header(const Source& source, const opj_image_t& image, std::int64_t width, std::int64_t height) {
  if (image.numcomps != 1) source.fail("JPEG 2000 of ", image.numcomps, " components, expected 1 (grey)");
  const opj_image_comp_t& grey = image.comps[0];
  const bool whole = image.x0 == 0 && image.y0 == 0 && grey.dx == 1 && grey.dy == 1;
  if (!whole || image.x1 != width || image.y1 != height) {
    source.fail("JPEG 2000 of ", image.x1 - image.x0, "x", image.y1 - image.y0, " pixels, expected ", width,
                "x", height, " as its DICOM object says");
  }
  if (grey.prec < 1 || grey.prec > 16) source.fail("JPEG 2000 of ", grey.prec, " bits, expected 1 to 16");
}

} // namespace

std::vector<std::uint16_t> decode_jpeg2000(const Source& source, std::span<const std::byte> codestream,
                                           std::int64_t width, std::int64_t height) {
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
  if (!header || image == nullptr) fail();
  check_header(source, *image, width, height);
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
