#pragma once

#include "mammo/image/film.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace mammo::image {

enum class Format { dicom, png, jpeg, tiff, bmp, pgm };

/// What a file may ask for. Checked before pixels are allocated or decoded.
struct ReadLimits {
  std::int64_t side = 20'000;
  std::int64_t pixels = 400'000'000;
  std::uint64_t file_bytes = std::uint64_t{2} << 30;
};

struct ReadOptions {
  /// Take DICOM objects whose Modality is not MG, and colour ones (as grey): the person insists.
  bool accept_any_modality = false;
  ReadLimits limits;
};

/// The format that a file's first bytes show: DICOM (with preamble), PNG, JPEG, TIFF, BMP or PGM. Nothing for
/// other bytes, and for what cannot be read or is no regular file.
std::optional<Format> sniff(const std::filesystem::path& path);
/// The same for the first bytes themselves; 132 of them are enough.
std::optional<Format> sniff(std::span<const std::byte> first_bytes);

/// Whether a file counts as an image: its name ends in .dcm, .dicom, .png, .jpg, .jpeg, .tif, .tiff, .bmp or
/// .pgm (either case), or its first bytes are those of such a file.
bool looks_like_image(const std::filesystem::path& path);

/// Reads one mammogram from DICOM, PNG, JPEG, TIFF, BMP or PGM, told apart by their first bytes; a file
/// without a known signature is tried as DICOM without preamble. Colour becomes grey (Rec. 601 luma: 0.299 R
/// + 0.587 G + 0.114 B) and alpha is dropped, each with a warning.
///
/// Throws FileError ("<path>: <reason>", one line) on a file that is missing, damaged, incomplete, over the
/// limits, no image, or, in DICOM, no mammogram (Modality other than MG; the SOP class is not looked at) or
/// of several frames.
Film read_film(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same for a file's bytes in memory; `name` stands for the path in errors.
Film decode_film(std::span<const std::byte> bytes, const std::string& name, const ReadOptions& options = {});

} // namespace mammo::image
