#pragma once

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mammo::image {

// A file's bytes on their way through a decoder.
struct Source {
  std::span<const std::byte> bytes;
  const std::string& name;
  const ReadOptions& options;

  const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }
  std::size_t size() const { return bytes.size(); }

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw FileError(name, concat(parts...));
  }
  // Throws FileError unless the picture is within the limits: to be called before any pixel is allocated.
  void check_size(std::int64_t width, std::int64_t height) const;
};

// One decoder a format. Each throws FileError on what it cannot read.
Film decode_png(const Source& source);
Film decode_jpeg(const Source& source);
Film decode_tiff(const Source& source);
Film decode_bmp(const Source& source);
Film decode_pgm(const Source& source);
Film decode_dicom(const Source& source);

} // namespace mammo::image
