#include "mammo/image/read.hpp"

#include "image/source.hpp"
#include "mammo/core/file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace mammo::image {
namespace {

constexpr std::size_t dicom_prefix = 132;

bool has(std::span<const std::byte> bytes, std::size_t offset, std::string_view signature) {
  return bytes.size() >= offset + signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

// "BM" alone begins many a text: the size of the second header tells.
bool is_bmp(std::span<const std::byte> bytes) {
  if (!has(bytes, 0, "BM") || bytes.size() < 18) return false;
  constexpr std::array<int, 7> header_sizes = {12, 40, 52, 56, 64, 108, 124};
  const auto size = std::to_integer<int>(bytes[14]);
  return std::find(header_sizes.begin(), header_sizes.end(), size) != header_sizes.end() &&
         has(bytes, 15, std::string_view("\0\0\0", 3));
}

bool is_pgm(std::span<const std::byte> bytes) {
  if (!has(bytes, 0, "P2") && !has(bytes, 0, "P5")) return false;
  if (bytes.size() < 3) return false;
  const auto next = std::to_integer<unsigned char>(bytes[2]);
  return std::isspace(next) != 0 || next == '#';
}

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

Film decode(Format format, const Source& source) {
  switch (format) {
  case Format::png: return decode_png(source);
  case Format::jpeg: return decode_jpeg(source);
  case Format::tiff: return decode_tiff(source);
  case Format::bmp: return decode_bmp(source);
  case Format::pgm: return decode_pgm(source);
  case Format::dicom: return decode_dicom(source);
  }
  source.fail("unknown format");
}

} // namespace

void Source::check_size(std::int64_t width, std::int64_t height) const {
  const ReadLimits& limits = options.limits;
  if (width < 1 || height < 1) fail("picture of ", width, "x", height, " pixels, expected at least one");
  if (width > limits.side || height > limits.side) {
    fail("picture of ", width, "x", height, " pixels, expected at most ", limits.side, " a side");
  }
  if (width * height > limits.pixels) {
    fail("picture of ", width, "x", height, " pixels, expected at most ", limits.pixels, " in all");
  }
}

std::optional<Format> sniff(std::span<const std::byte> bytes) {
  using namespace std::string_view_literals;
  if (has(bytes, dicom_prefix - 4, "DICM")) return Format::dicom;
  if (has(bytes, 0, "\x89PNG\r\n\x1a\n")) return Format::png;
  if (has(bytes, 0, "\xff\xd8\xff")) return Format::jpeg;
  for (const auto signature : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (has(bytes, 0, signature)) return Format::tiff;
  }
  if (is_bmp(bytes)) return Format::bmp;
  if (is_pgm(bytes)) return Format::pgm;
  return std::nullopt;
}

std::optional<Format> sniff(const std::filesystem::path& path) {
  try {
    const MappedFile file(path);
    return sniff(file.bytes().first(std::min(file.size(), dicom_prefix)));
  } catch (const FileError&) {
    return std::nullopt;
  }
}

bool looks_like_image(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 9> extensions = {".dcm", ".dicom", ".png", ".jpg", ".jpeg",
                                                                 ".tif", ".tiff",  ".bmp", ".pgm"};
  const std::string extension = lower_extension(path);
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end() ||
         sniff(path).has_value();
}

Film decode_film(std::span<const std::byte> bytes, const std::string& name, const ReadOptions& options) {
  const Source source{bytes, name, options};
  if (bytes.empty()) source.fail("empty file");
  if (bytes.size() > options.limits.file_bytes) {
    source.fail("file of ", bytes.size(), " bytes, expected at most ", options.limits.file_bytes);
  }
  // Old DICOM files lack the preamble, and then have no signature either.
  return decode(sniff(bytes).value_or(Format::dicom), source);
}

Film read_film(const std::filesystem::path& path, const ReadOptions& options) {
  const MappedFile file(path);
  return decode_film(file.bytes(), path.string(), options);
}

} // namespace mammo::image
