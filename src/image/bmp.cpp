#include "image/luma.hpp"
#include "image/source.hpp"

#include <array>

namespace mammo::image {
namespace {

std::uint32_t u16_at(const std::uint8_t* p) {
  return p[0] | static_cast<std::uint32_t>(p[1]) << 8;
}
std::uint32_t u32_at(const std::uint8_t* p) {
  return u16_at(p) | u16_at(p + 2) << 16;
}

struct Header {
  std::int64_t width;
  std::int64_t height;
  bool top_down;
  std::uint32_t bits;
  std::size_t palette_offset;
  std::size_t palette_entry; // bytes
  std::size_t palette_entries;
  std::size_t pixel_offset;
};

// BITMAPFILEHEADER (14 bytes), then BITMAPCOREHEADER (12) or BITMAPINFOHEADER (40) and its longer successors.
Header read_header(const Source& source) {
  const std::uint8_t* data = source.data();
  if (source.size() < 26) source.fail("truncated BMP: ", source.size(), " bytes, expected at least 26");
  const std::uint32_t info_size = u32_at(data + 14);
  if (source.size() < 14 + std::size_t{info_size}) source.fail("truncated BMP: ends within its header");
  Header header{};
  header.pixel_offset = u32_at(data + 10);
  header.palette_offset = 14 + std::size_t{info_size};
  if (info_size == 12) {
    header.width = u16_at(data + 18);
    header.height = u16_at(data + 20);
    header.bits = u16_at(data + 24);
    header.palette_entry = 3;
  } else {
    header.width = static_cast<std::int32_t>(u32_at(data + 18));
    header.height = static_cast<std::int32_t>(u32_at(data + 22));
    header.top_down = header.height < 0;
    if (header.top_down) header.height = -header.height;
    header.bits = u16_at(data + 28);
    const std::uint32_t compression = u32_at(data + 30);
    if (compression != 0) source.fail("BMP compression ", compression, ", expected none (0)");
    header.palette_entry = 4;
  }
  if (header.bits != 1 && header.bits != 8 && header.bits != 24) {
    source.fail("BMP of ", header.bits, " bits a pixel, expected 1, 8 or 24");
  }
  if (header.bits <= 8) {
    const std::size_t most = std::size_t{1} << header.bits;
    const std::size_t stated = info_size == 12 ? 0 : u32_at(data + 46);
    if (stated > most) source.fail("BMP palette of ", stated, " colours, expected at most ", most);
    header.palette_entries = stated == 0 ? most : stated;
  }
  return header;
}

struct Palette {
  std::array<std::uint8_t, 256> grey{};
  bool colour = false;
};

Palette read_palette(const Source& source, const Header& header) {
  const std::size_t end = header.palette_offset + header.palette_entries * header.palette_entry;
  if (end > source.size()) source.fail("truncated BMP: ends within its palette");
  Palette palette;
  const std::uint8_t* entry = source.data() + header.palette_offset;
  for (std::size_t i = 0; i < header.palette_entries; ++i, entry += header.palette_entry) {
    palette.grey[i] = static_cast<std::uint8_t>(luma(entry[2], entry[1], entry[0]));
    palette.colour |= entry[0] != entry[1] || entry[1] != entry[2];
  }
  return palette;
}

void read_row(const Source& source, const Header& header, const Palette& palette, const std::uint8_t* in,
              std::span<std::uint8_t> out) {
  if (header.bits == 24) {
    for (std::uint8_t& value : out) {
      value = static_cast<std::uint8_t>(luma(in[2], in[1], in[0]));
      in += 3;
    }
    return;
  }
  for (std::size_t x = 0; x < out.size(); ++x) {
    const std::size_t index = header.bits == 8 ? in[x] : in[x / 8] >> (7 - x % 8) & 1U;
    if (index >= header.palette_entries) {
      source.fail("BMP pixel of palette entry ", index, ", expected below ", header.palette_entries);
    }
    out[x] = palette.grey[index];
  }
}

} // namespace

Film decode_bmp(const Source& source) {
  const Header header = read_header(source);
  source.check_size(header.width, header.height);
  const Palette palette = header.bits <= 8 ? read_palette(source, header) : Palette{.colour = true};

  const auto width = static_cast<std::size_t>(header.width);
  const auto height = static_cast<std::size_t>(header.height);
  const std::size_t stride = (width * header.bits + 31) / 32 * 4;
  if (header.pixel_offset > source.size() || source.size() - header.pixel_offset < stride * height) {
    source.fail("truncated BMP: ", source.size(), " bytes, expected ", header.pixel_offset + stride * height);
  }
  Tensor stored = Tensor::empty({header.height, header.width}, {.dtype = DType::u8});
  const auto pixels = stored.mutable_data<std::uint8_t>();
  for (std::size_t y = 0; y < height; ++y) {
    const std::size_t row = header.top_down ? y : height - 1 - y;
    read_row(source, header, palette, source.data() + header.pixel_offset + row * stride,
             pixels.subspan(y * width, width));
  }
  Film film = film_from_pixels(std::move(stored), 8);
  film.format = concat("BMP ", header.bits, " bit");
  if (palette.colour) film.warnings.emplace_back(colour_warning);
  return film;
}

} // namespace mammo::image
