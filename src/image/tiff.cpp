#include "image/luma.hpp"
#include "image/source.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <tiffio.h>

namespace mammo::image {
namespace {

// libtiff's view of the file's bytes, and its last message.
struct Stream {
  std::span<const std::byte> bytes;
  std::uint64_t position = 0;
  std::string error;
};

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  auto& stream = *static_cast<Stream*>(handle);
  if (count <= 0 || stream.position >= stream.bytes.size()) return 0;
  const auto rest = stream.bytes.subspan(static_cast<std::size_t>(stream.position));
  const std::size_t taken = std::min(rest.size(), static_cast<std::size_t>(count));
  std::memcpy(to, rest.data(), taken);
  stream.position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_bytes(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto& stream = *static_cast<Stream*>(handle);
  if (from == SEEK_CUR)
    offset += stream.position;
  else if (from == SEEK_END)
    offset += stream.bytes.size();
  return stream.position = offset;
}

int close_stream(thandle_t) {
  return 0;
}

toff_t size_of_stream(thandle_t handle) {
  return static_cast<Stream*>(handle)->bytes.size();
}

int on_error(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  std::array<char, 300> message{};
  std::vsnprintf(message.data(), message.size(), format, arguments);
  static_cast<Stream*>(data)->error = message.data();
  return 1;
}

int on_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

struct Layout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 0;
  std::uint16_t samples = 0;
  std::uint16_t photometric = 0;
  bool tiled = false;
};

class TiffReader {
 public:
  explicit TiffReader(const Source& source)
      : source_(source), stream_{.bytes = source.bytes, .position = 0, .error = {}} {
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), tmsize_t{1} << 30);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &stream_);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &stream_);
    // "m": no memory mapping, every read goes through read_bytes.
    tiff_.reset(TIFFClientOpenExt("TIFF", "rm", &stream_, read_bytes, write_bytes, seek, close_stream,
                                  size_of_stream, nullptr, nullptr, options.get()));
    if (tiff_ == nullptr) fail();
  }

  TIFF* tiff() const { return tiff_.get(); }

  template <class T>
  T tag(std::uint32_t tag) const {
    T value = 0;
    TIFFGetFieldDefaulted(tiff_.get(), tag, &value);
    return value;
  }

  [[noreturn]] void fail() const { source_.fail("damaged or truncated TIFF: ", stream_.error); }

 private:
  const Source& source_;
  Stream stream_;
  std::unique_ptr<TIFF, CloseTiff> tiff_;
};

Layout read_layout(const Source& source, const TiffReader& reader) {
  Layout layout;
  layout.width = reader.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  layout.height = reader.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  source.check_size(layout.width, layout.height);
  layout.bits = reader.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  layout.samples = reader.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  layout.photometric = reader.tag<std::uint16_t>(TIFFTAG_PHOTOMETRIC);
  layout.tiled = TIFFIsTiled(reader.tiff()) != 0;
  if (layout.bits != 8 && layout.bits != 16) {
    source.fail("TIFF of ", layout.bits, " bits a sample, expected 8 or 16");
  }
  const auto format = reader.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
    source.fail("TIFF of signed or floating samples, expected unsigned integers");
  }
  if (layout.samples > 1 && reader.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG) != PLANARCONFIG_CONTIG) {
    source.fail("TIFF with separate colour planes, expected interleaved samples");
  }
  if (layout.photometric == PHOTOMETRIC_YCBCR &&
      reader.tag<std::uint16_t>(TIFFTAG_COMPRESSION) == COMPRESSION_JPEG) {
    TIFFSetField(reader.tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  }
  const bool grey =
      layout.photometric == PHOTOMETRIC_MINISBLACK || layout.photometric == PHOTOMETRIC_MINISWHITE;
  const bool colour = layout.photometric == PHOTOMETRIC_RGB || layout.photometric == PHOTOMETRIC_PALETTE;
  if (!grey && !colour)
    source.fail("TIFF photometric interpretation ", layout.photometric, ", expected grey or RGB");
  const int least = layout.photometric == PHOTOMETRIC_RGB ? 3 : 1;
  if (layout.samples < least || layout.samples > least + 1) {
    source.fail("TIFF of ", layout.samples, " samples a pixel, expected ", least, " or, with alpha, ",
                least + 1);
  }
  return layout;
}

// One row or part of a row of interleaved samples to grey.
template <class T>
void convert(const Layout& layout, const T* in, std::size_t count, T* grey) {
  if (layout.photometric == PHOTOMETRIC_RGB)
    to_grey(in, layout.samples, count, grey);
  else
    take_first(in, layout.samples, count, grey);
}

template <class T>
void read_strips(const TiffReader& reader, const Layout& layout, std::span<T> pixels) {
  const std::size_t row = std::size_t{layout.width} * layout.samples;
  if (TIFFScanlineSize64(reader.tiff()) != row * sizeof(T)) reader.fail();
  std::vector<T> buffer(row);
  for (std::uint32_t y = 0; y < layout.height; ++y) {
    if (TIFFReadScanline(reader.tiff(), buffer.data(), y, 0) != 1) reader.fail();
    convert(layout, buffer.data(), layout.width, &pixels[std::size_t{y} * layout.width]);
  }
}

template <class T>
void read_tiles(const Source& source, const TiffReader& reader, const Layout& layout, std::span<T> pixels) {
  const std::size_t tile_width = reader.tag<std::uint32_t>(TIFFTAG_TILEWIDTH);
  const std::size_t tile_height = reader.tag<std::uint32_t>(TIFFTAG_TILELENGTH);
  source.check_size(static_cast<std::int64_t>(tile_width), static_cast<std::int64_t>(tile_height));
  const std::size_t row = tile_width * layout.samples;
  if (TIFFTileSize64(reader.tiff()) != row * tile_height * sizeof(T)) reader.fail();
  const auto buffer = std::make_unique_for_overwrite<T[]>(row * tile_height);
  for (std::size_t y = 0; y < layout.height; y += tile_height) {
    for (std::size_t x = 0; x < layout.width; x += tile_width) {
      if (TIFFReadTile(reader.tiff(), buffer.get(), static_cast<std::uint32_t>(x),
                       static_cast<std::uint32_t>(y), 0, 0) < 0) {
        reader.fail();
      }
      const std::size_t rows = std::min<std::size_t>(tile_height, layout.height - y);
      const std::size_t columns = std::min<std::size_t>(tile_width, layout.width - x);
      for (std::size_t i = 0; i < rows; ++i) {
        convert(layout, &buffer[i * row], columns, &pixels[(y + i) * layout.width + x]);
      }
    }
  }
}

template <class T>
Tensor read_pixels(const Source& source, const TiffReader& reader, const Layout& layout) {
  Tensor stored = Tensor::empty({layout.height, layout.width}, {.dtype = dtype_of<T>});
  const auto pixels = stored.mutable_data<T>();
  if (layout.tiled)
    read_tiles(source, reader, layout, pixels);
  else
    read_strips(reader, layout, pixels);
  return stored;
}

// Colours of a palette are of 16 bits; grey is of 8.
void apply_palette(const TiffReader& reader, Tensor& stored) {
  std::uint16_t* red = nullptr;
  std::uint16_t* green = nullptr;
  std::uint16_t* blue = nullptr;
  if (TIFFGetField(reader.tiff(), TIFFTAG_COLORMAP, &red, &green, &blue) != 1) reader.fail();
  std::array<std::uint8_t, 256> grey{};
  for (std::size_t i = 0; i < grey.size(); ++i) {
    grey[i] = static_cast<std::uint8_t>(luma(red[i], green[i], blue[i]) / 257);
  }
  for (std::uint8_t& value : stored.mutable_data<std::uint8_t>()) value = grey[value];
}

} // namespace

Film decode_tiff(const Source& source) {
  const TiffReader reader(source);
  const Layout layout = read_layout(source, reader);
  const bool palette = layout.photometric == PHOTOMETRIC_PALETTE;
  if (palette && layout.bits != 8) source.fail("TIFF palette of 16 bit pixels, expected 8");
  Tensor stored = layout.bits == 16 ? read_pixels<std::uint16_t>(source, reader, layout)
                                    : read_pixels<std::uint8_t>(source, reader, layout);
  if (palette) apply_palette(reader, stored);
  Film film = film_from_pixels(std::move(stored), layout.bits == 16 ? 0 : 8);
  film.format = concat("TIFF ", layout.bits, " bit");
  if (layout.photometric == PHOTOMETRIC_MINISWHITE) film.photometric = Photometric::monochrome1;
  if (palette || layout.photometric == PHOTOMETRIC_RGB) film.warnings.emplace_back(colour_warning);
  if (layout.samples == 2 || layout.samples == 4) film.warnings.emplace_back(alpha_warning);
  if (TIFFLastDirectory(reader.tiff()) == 0)
    film.warnings.emplace_back("only the first of several pages was read");
  return film;
}

} // namespace mammo::image
