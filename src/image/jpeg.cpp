#include "image/luma.hpp"
#include "image/source.hpp"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

namespace mammo::image {
namespace {

// A progressive file may repeat its scans over the whole picture: more than this is an attack.
constexpr int most_scans = 200;

struct ErrorState {
  jpeg_error_mgr manager;
  std::jmp_buf landing;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void leave(j_common_ptr codec) {
  auto* state = reinterpret_cast<ErrorState*>(codec->err);
  codec->err->format_message(codec, state->message.data());
  std::longjmp(state->landing, 1);
}

// libjpeg goes on after damage, with grey or wrong blocks: we do not.
void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_ADOBE_XFORM:
  case JWRN_JFIF_MAJOR:
  case JWRN_TOO_MUCH_DATA: return;
  default: leave(codec);
  }
}

void on_progress(j_common_ptr codec) {
  auto* state = reinterpret_cast<ErrorState*>(codec->err);
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number <= most_scans) return;
  std::snprintf(state->message.data(), state->message.size(), "more than %d scans", most_scans);
  std::longjmp(state->landing, 1);
}

// libjpeg leaves a failed call by longjmp: as in png.cpp, every method has its own landing place.
class JpegReader {
 public:
  explicit JpegReader(const Source& source) : source_(source) {
    codec_.err = jpeg_std_error(&error_.manager);
    error_.manager.error_exit = leave;
    error_.manager.emit_message = on_message;
    if (setjmp(error_.landing) != 0) fail();
    jpeg_create_decompress(&codec_);
    progress_.progress_monitor = on_progress;
    codec_.progress = &progress_;
    codec_.mem->max_memory_to_use = 1L << 30;
  }
  ~JpegReader() { jpeg_destroy_decompress(&codec_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  void read_header() {
    if (setjmp(error_.landing) != 0) fail();
    jpeg_mem_src(&codec_, source_.data(), source_.size());
    jpeg_read_header(&codec_, TRUE);
  }

  void start() {
    if (setjmp(error_.landing) != 0) fail();
    codec_.out_color_space = is_colour() ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_start_decompress(&codec_);
  }

  void read_row(std::uint8_t* row) {
    if (setjmp(error_.landing) != 0) fail();
    JSAMPROW rows = row;
    jpeg_read_scanlines(&codec_, &rows, 1);
  }

  void finish() {
    if (setjmp(error_.landing) != 0) fail();
    jpeg_finish_decompress(&codec_);
  }

  std::int64_t width() const { return codec_.image_width; }
  std::int64_t height() const { return codec_.image_height; }
  bool is_colour() const { return codec_.jpeg_color_space != JCS_GRAYSCALE; }
  int components() const { return codec_.num_components; }

 private:
  [[noreturn]] void fail() {
    const int code = error_.manager.msg_code;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) source_.fail("truncated or damaged JPEG");
    source_.fail("damaged JPEG: ", error_.message.data());
  }

  const Source& source_;
  jpeg_decompress_struct codec_{};
  jpeg_progress_mgr progress_{};
  ErrorState error_{};
};

} // namespace

Film decode_jpeg(const Source& source) {
  JpegReader reader(source);
  reader.read_header();
  source.check_size(reader.width(), reader.height());
  if (reader.components() != 1 && reader.components() != 3) {
    source.fail("JPEG of ", reader.components(), " colour components, expected 1 (grey) or 3");
  }
  reader.start();
  const auto width = static_cast<std::size_t>(reader.width());
  const auto height = static_cast<std::size_t>(reader.height());
  Tensor stored = Tensor::empty({reader.height(), reader.width()}, {.dtype = DType::u8});
  const auto pixels = stored.mutable_data<std::uint8_t>();
  std::vector<std::uint8_t> colour(reader.is_colour() ? width * 3 : 0);
  for (std::size_t y = 0; y < height; ++y) {
    std::uint8_t* grey = &pixels[y * width];
    reader.read_row(reader.is_colour() ? colour.data() : grey);
    if (reader.is_colour()) to_grey(colour.data(), 3, width, grey);
  }
  reader.finish();
  Film film = film_from_pixels(std::move(stored), 8);
  film.format = "JPEG";
  if (reader.is_colour()) film.warnings.emplace_back(colour_warning);
  return film;
}

} // namespace mammo::image
