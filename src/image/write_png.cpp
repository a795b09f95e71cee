#include "mammo/image/write_png.hpp"

#include "mammo/core/file.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string_view>

#include <zlib.h>

namespace mammo::image {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Rows as the tensor holds them.
struct Picture {
  const std::uint8_t* rows;
  std::size_t row_bytes;
  std::uint32_t width;
  std::uint32_t height;
  std::uint8_t depth;
  std::uint8_t colour_type; // 0 grey, 2 RGB
};

// A strip of rows, compressed by itself: strips do not refer to one another, so they can be made side by
// side.
struct Strip {
  Bytes compressed;
  uLong adler = 0;
  std::size_t raw_bytes = 0;
};

void append_u32(Bytes& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_chunk(Bytes& out, std::string_view type, std::span<const std::uint8_t> data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = out.size();
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), data.begin(), data.end());
  append_u32(out, static_cast<std::uint32_t>(crc32_z(0, out.data() + start, out.size() - start)));
}

// A row in PNG's byte order, which is big endian.
void copy_row(const Picture& picture, std::size_t y, Bytes& row) {
  std::memcpy(row.data(), picture.rows + y * picture.row_bytes, picture.row_bytes);
  if (picture.depth != 16 || std::endian::native == std::endian::big) return;
  for (std::size_t i = 0; i + 1 < row.size(); i += 2) std::swap(row[i], row[i + 1]);
}

// Each row as its difference from the one above (filter 2, Up), which predicts mammograms well; trying all
// five filters would cost more than it saves.
Bytes filter_rows(const Picture& picture, std::size_t first, std::size_t last) {
  constexpr std::uint8_t up = 2;
  Bytes above(picture.row_bytes);
  Bytes row(picture.row_bytes);
  if (first > 0) copy_row(picture, first - 1, above);
  Bytes filtered((last - first) * (picture.row_bytes + 1));
  std::uint8_t* out = filtered.data();
  for (std::size_t y = first; y < last; ++y) {
    copy_row(picture, y, row);
    *out++ = up;
    for (std::size_t i = 0; i < row.size(); ++i) out[i] = static_cast<std::uint8_t>(row[i] - above[i]);
    out += row.size();
    std::swap(row, above);
  }
  return filtered;
}

// Of raw deflate. Level 1 and runs only: on mammograms this loses little to level 6 and is several times
// faster.
class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream, 1, Z_DEFLATED, -MAX_WBITS, 9, Z_RLE) != Z_OK)
      throw OutOfMemory("no memory for zlib");
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  z_stream stream{};
};

// A thread keeps its own: the state is a third of a megabyte, and the system would clear it anew, and stop
// all threads to take it back, for each picture.
z_stream& fresh_stream() {
  thread_local Deflater deflater;
  deflateReset(&deflater.stream);
  return deflater.stream;
}

// Ends on a whole byte so that the next strip can follow.
Bytes deflate_strip(Bytes& raw, bool final) {
  z_stream& stream = fresh_stream();
  Bytes compressed(deflateBound(&stream, raw.size()) + 16);
  stream.next_in = raw.data();
  stream.avail_in = static_cast<uInt>(raw.size());
  stream.next_out = compressed.data();
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int status = deflate(&stream, final ? Z_FINISH : Z_SYNC_FLUSH);
  if (status != (final ? Z_STREAM_END : Z_OK) || stream.avail_in != 0)
    throw Error("zlib could not compress a picture");
  compressed.resize(compressed.size() - stream.avail_out);
  return compressed;
}

std::vector<Strip> compress(const Picture& picture) {
  // About a megabyte each, whatever the number of threads: the same picture gives the same file everywhere.
  const std::size_t rows = std::max<std::size_t>(1, (std::size_t{1} << 20) / (picture.row_bytes + 1));
  const std::size_t count = (picture.height + rows - 1) / rows;
  std::vector<Strip> strips(count);
  parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const std::size_t last = std::min<std::size_t>(picture.height, (i + 1) * rows);
      Bytes raw = filter_rows(picture, i * rows, last);
      strips[i].raw_bytes = raw.size();
      strips[i].adler = adler32_z(1, raw.data(), raw.size());
      strips[i].compressed = deflate_strip(raw, i + 1 == count);
    }
  });
  return strips;
}

Bytes header_of(const Picture& picture) {
  Bytes header;
  append_u32(header, picture.width);
  append_u32(header, picture.height);
  // No interlacing; compression and filter method have one value.
  header.insert(header.end(), {picture.depth, picture.colour_type, 0, 0, 0});
  return header;
}

Bytes encode(const Picture& picture) {
  constexpr std::array<std::uint8_t, 8> signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  Bytes out(signature.begin(), signature.end());
  append_chunk(out, "IHDR", header_of(picture));
  // zlib's header (RFC 1950): deflate, window of 32 KiB, fastest.
  append_chunk(out, "IDAT", std::array<std::uint8_t, 2>{0x78, 0x01});
  uLong adler = 1;
  for (const Strip& strip : compress(picture)) {
    append_chunk(out, "IDAT", strip.compressed);
    adler = adler32_combine(adler, strip.adler, static_cast<z_off_t>(strip.raw_bytes));
  }
  Bytes trailer;
  append_u32(trailer, static_cast<std::uint32_t>(adler));
  append_chunk(out, "IDAT", trailer);
  append_chunk(out, "IEND", {});
  return out;
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
  constexpr std::int64_t largest_side = 1'000'000;
  require<ShapeError>(picture.size(0) <= largest_side && picture.size(1) <= largest_side, "PNG of shape ",
                      picture.shape(), ", expected at most ", largest_side, " a side");
  const Tensor dense = picture.contiguous();
  const std::size_t pixel_bytes = colour ? 3 : deep ? 2 : 1;
  const void* rows = deep ? static_cast<const void*>(dense.data<std::uint16_t>().data())
                          : static_cast<const void*>(dense.data<std::uint8_t>().data());
  const Bytes bytes = encode({.rows = static_cast<const std::uint8_t*>(rows),
                              .row_bytes = static_cast<std::size_t>(dense.size(1)) * pixel_bytes,
                              .width = static_cast<std::uint32_t>(dense.size(1)),
                              .height = static_cast<std::uint32_t>(dense.size(0)),
                              .depth = static_cast<std::uint8_t>(deep ? 16 : 8),
                              .colour_type = static_cast<std::uint8_t>(colour ? 2 : 0)});
  const auto all = std::as_bytes(std::span(bytes));
  return {all.begin(), all.end()};
}

void write_png(const std::filesystem::path& path, const Tensor& picture) {
  const std::vector<std::byte> bytes = encode_png(picture);
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

} // namespace mammo::image
