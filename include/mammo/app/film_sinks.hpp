#pragma once

#include "mammo/app/film_stages.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/image/contact_sheet.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

// Where a stream's films may end (pipeline/stream.hpp). Errors are in the stream's report.

namespace mammo::app {

/// A picture under the name that its file gets, without ".png".
struct NamedPicture {
  std::string name;
  Tensor picture; ///< u8 or u16 [h, w], or u8 [h, w, 3]
};

/// Writes each picture as `<folder>/<name>.png`, whole or not at all. Throws FileError.
class PictureSink {
 public:
  /// Makes the folder where it is missing.
  explicit PictureSink(std::filesystem::path folder);
  void operator()(const NamedPicture& picture) const;

 private:
  std::filesystem::path folder_;
};

/// Gathers grey pictures of `bits` bits, scaled down, on contact sheets of at most `pictures_a_sheet`,
/// written as
/// `<folder>/sheet_1.png` and so on: full ones as they fill, the last when it is flushed.
class ContactSheetSink {
 public:
  /// Makes the folder where it is missing. Throws ArgumentError unless pictures_a_sheet >= 1.
  explicit ContactSheetSink(std::filesystem::path folder, std::size_t pictures_a_sheet = 12, int bits = 8,
                            const image::SheetOptions& options = {});
  void operator()(const NamedPicture& picture);
  void flush();

 private:
  std::filesystem::path folder_;
  std::size_t pictures_a_sheet_;
  int bits_;
  image::SheetOptions options_;
  std::vector<image::SheetPicture> sheet_;
  int sheets_ = 0;
};

/// Writes analyses as a COCO annotation file with a "score" beside each box, when it is flushed: films become
/// images (file names relative to `folder`), marks annotations, labels categories.
class CocoSink {
 public:
  CocoSink(std::filesystem::path file, std::filesystem::path folder);
  void operator()(const AnalyzedFilm& film);
  /// Throws FileError.
  void flush();

 private:
  struct Mark {
    data::CocoAnnotation annotation;
    double score = 0;
  };
  std::int64_t category_of(const std::string& label);

  std::filesystem::path file_;
  std::filesystem::path folder_;
  std::vector<data::CocoImage> images_;
  std::vector<Mark> marks_;
  std::vector<data::CocoCategory> categories_;
};

} // namespace mammo::app
