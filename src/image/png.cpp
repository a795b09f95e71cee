#include "image/luma.hpp"
#include "image/source.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <vector>

#include <png.h>

namespace mammo::image {
namespace {

struct Input {
  std::span<const std::byte> rest;
  std::string error;
};

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto& input = *static_cast<Input*>(png_get_io_ptr(png));
  if (count > input.rest.size()) png_error(png, "truncated");
  std::memcpy(to, input.rest.data(), count);
  input.rest = input.rest.subspan(count);
}

void on_error(png_structp png, png_const_charp message) {
  static_cast<Input*>(png_get_error_ptr(png))->error = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

// libpng leaves a failed call by longjmp, which runs no destructor. Each method that calls libpng sets its
// own landing place, and between there and the call it makes no object that would need one.
class PngReader {
 public:
  explicit PngReader(const Source& source) : source_(source), input_{source.bytes, {}} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &input_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw OutOfMemory("no memory for libpng's reader");
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  void read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) fail();
    png_set_read_fn(png_, &input_, read_bytes);
    // Sizes are refused by us, with our message.
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_set_chunk_cache_max(png_, 64);
    png_set_chunk_malloc_max(png_, 8U << 20);
    png_read_info(png_, info_);
  }

  void set_transforms() {
    if (setjmp(png_jmpbuf(png_)) != 0) fail();
    if (colour_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (bit_depth() < 8 && colour_type() == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    if (has_alpha()) png_set_strip_alpha(png_);
    if (bit_depth() == 16) png_set_swap(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  void read_row(void* row) {
    if (setjmp(png_jmpbuf(png_)) != 0) fail();
    png_read_row(png_, static_cast<png_bytep>(row), nullptr);
  }

  void read_end() {
    if (setjmp(png_jmpbuf(png_)) != 0) fail();
    png_read_end(png_, nullptr);
  }

  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t height() const { return png_get_image_height(png_, info_); }
  int bit_depth() const { return png_get_bit_depth(png_, info_); }
  int colour_type() const { return png_get_color_type(png_, info_); }
  int passes() const { return passes_; }
  std::size_t samples() const { return png_get_channels(png_, info_); }
  bool has_alpha() const {
    return (colour_type() & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
  }

  // sBIT, or 0 without it.
  int significant_bits() const {
    png_color_8p bits = nullptr;
    if (png_get_sBIT(png_, info_, &bits) == 0 || bit_depth() < 8) return 0;
    if ((colour_type() & PNG_COLOR_MASK_PALETTE) != 0) return 0;
    if ((colour_type() & PNG_COLOR_MASK_COLOR) == 0) return bits->gray;
    return std::max({bits->red, bits->green, bits->blue});
  }

 private:
  [[noreturn]] void fail() const {
    if (input_.error == "truncated") source_.fail("truncated PNG");
    source_.fail("damaged PNG: ", input_.error);
  }

  const Source& source_;
  Input input_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
};

template <class T>
Tensor read_pixels(PngReader& reader) {
  const auto width = static_cast<std::size_t>(reader.width());
  const auto height = static_cast<std::size_t>(reader.height());
  const std::size_t samples = reader.samples();
  Tensor stored = Tensor::empty({reader.height(), reader.width()}, {.dtype = dtype_of<T>});
  const auto pixels = stored.mutable_data<T>();
  if (samples == 1) {
    for (int pass = 0; pass < reader.passes(); ++pass) {
      for (std::size_t y = 0; y < height; ++y) reader.read_row(&pixels[y * width]);
    }
    return stored;
  }
  // An interlaced picture is only whole after its last pass; any other needs one row at a time.
  const bool interlaced = reader.passes() > 1;
  const std::size_t row = width * samples;
  const std::size_t count = interlaced ? row * height : row;
  const auto colour = std::make_unique_for_overwrite<T[]>(count);
  if (interlaced) {
    for (int pass = 0; pass < reader.passes(); ++pass) {
      for (std::size_t y = 0; y < height; ++y) reader.read_row(&colour[y * row]);
    }
    to_grey(colour.get(), samples, width * height, pixels.data());
    return stored;
  }
  for (std::size_t y = 0; y < height; ++y) {
    reader.read_row(colour.get());
    to_grey(colour.get(), samples, width, &pixels[y * width]);
  }
  return stored;
}

template <class T>
void undo_scaling(Tensor& stored, int bits) {
  const auto values = stored.mutable_data<T>();
  const int full = static_cast<int>(sizeof(T)) * 8;
  const T largest = *std::max_element(values.begin(), values.end());
  if (largest >> bits == 0) return;
  for (T& value : values) value = static_cast<T>(value >> (full - bits));
}

} // namespace

Film decode_png(const Source& source) {
  PngReader reader(source);
  reader.read_header();
  source.check_size(reader.width(), reader.height());
  const int depth = reader.bit_depth();
  const int significant = reader.significant_bits();
  const bool alpha = reader.has_alpha();
  const bool colour = (reader.colour_type() & PNG_COLOR_MASK_COLOR) != 0;
  reader.set_transforms();
  Tensor stored = depth == 16 ? read_pixels<std::uint16_t>(reader) : read_pixels<std::uint8_t>(reader);
  reader.read_end();

  int bits = depth == 16 ? 0 : 8;
  if (significant > 0 && significant <= std::max(depth, 8)) {
    // A writer that follows the standard scales its values up to the full 16 (or 8) bits; many do not.
    bits = significant;
    if (depth == 16)
      undo_scaling<std::uint16_t>(stored, bits);
    else
      undo_scaling<std::uint8_t>(stored, bits);
  }
  Film film = film_from_pixels(std::move(stored), bits);
  film.format = concat("PNG ", depth, " bit");
  if (colour) film.warnings.emplace_back(colour_warning);
  if (alpha) film.warnings.emplace_back(alpha_warning);
  return film;
}

} // namespace mammo::image
