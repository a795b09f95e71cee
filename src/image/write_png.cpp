#include "mammo/image/write_png.hpp"

#include "mammo/core/file.hpp"

#include <bit>
#include <csetjmp>
#include <string>

#include <png.h>
#include <zlib.h>

namespace mammo::image {
namespace {

struct Output {
  std::vector<std::byte> bytes;
  std::string error;
};

void on_error(png_structp png, png_const_charp message) {
  static_cast<Output*>(png_get_error_ptr(png))->error = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void write_bytes(png_structp png, png_bytep from, std::size_t count) {
  auto& bytes = static_cast<Output*>(png_get_io_ptr(png))->bytes;
  bool written = true;
  try {
    const auto* first = reinterpret_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), first, first + count);
  } catch (const std::bad_alloc&) {
    written = false;
  }
  if (!written) png_error(png, "out of memory");
}

// Frees libpng's state on every way out; libpng itself leaves by longjmp to encode().
struct Writer {
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Writer(Output& output)
      : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, on_error, on_warning)) {
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

struct Picture {
  const std::uint8_t* rows;
  std::size_t stride;
  png_uint_32 width;
  png_uint_32 height;
  int depth;
  int colour_type;
};

bool encode(Output& output, const Picture& picture) {
  Writer writer(output);
  if (writer.info == nullptr) return false;
  if (setjmp(png_jmpbuf(writer.png)) != 0) return false;
  png_set_write_fn(writer.png, &output, write_bytes, nullptr);
  // On mammograms and overlays level 1 loses little to level 6 and is several times faster. One fixed filter:
  // the row before predicts well, and trying all five costs more than it saves.
  png_set_compression_level(writer.png, 1);
  png_set_compression_strategy(writer.png, Z_RLE);
  png_set_filter(writer.png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
  png_set_compression_buffer_size(writer.png, 1U << 18);
  png_set_IHDR(writer.png, writer.info, picture.width, picture.height, picture.depth, picture.colour_type,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  if (picture.depth == 16 && std::endian::native == std::endian::little) png_set_swap(writer.png);
  for (png_uint_32 y = 0; y < picture.height; ++y) {
    png_write_row(writer.png, picture.rows + y * picture.stride);
  }
  png_write_end(writer.png, nullptr);
  return true;
}

} // namespace

std::vector<std::byte> encode_png(const Tensor& picture) {
  require<ShapeError>(picture.defined() && picture.numel() > 0, "PNG of an empty tensor");
  const bool colour = picture.rank() == 3 && picture.size(2) == 3;
  require<ShapeError>(colour || picture.rank() == 2, "PNG of shape ", picture.shape(),
                      ", expected [H, W] or [H, W, 3]");
  const bool deep = picture.dtype() == DType::u16 && !colour;
  require<TypeError>(deep || picture.dtype() == DType::u8, "PNG of ", picture.dtype(),
                     ", expected u8, or u16 for a grey picture");
  require<ShapeError>(picture.size(0) <= PNG_UINT_31_MAX && picture.size(1) <= PNG_UINT_31_MAX,
                      "PNG of shape ", picture.shape(), ", expected sides below 2^31");
  const Tensor dense = picture.contiguous();
  const std::size_t pixel = colour ? 3 : deep ? 2 : 1;
  const void* rows = deep ? static_cast<const void*>(dense.data<std::uint16_t>().data())
                          : static_cast<const void*>(dense.data<std::uint8_t>().data());
  Output output;
  const Picture description{.rows = static_cast<const std::uint8_t*>(rows),
                            .stride = static_cast<std::size_t>(dense.size(1)) * pixel,
                            .width = static_cast<png_uint_32>(dense.size(1)),
                            .height = static_cast<png_uint_32>(dense.size(0)),
                            .depth = deep ? 16 : 8,
                            .colour_type = colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY};
  if (!encode(output, description)) {
    throw Error("PNG of shape " + concat(picture.shape()) + " could not be encoded: " + output.error);
  }
  return std::move(output.bytes);
}

void write_png(const std::filesystem::path& path, const Tensor& picture) {
  const std::vector<std::byte> bytes = encode_png(picture);
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

} // namespace mammo::image
