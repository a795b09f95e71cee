#include "mammo/app/film_sinks.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/write_png.hpp"

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(folder.string(), "cannot make this folder: " + error.message());
}

void write_picture(const fs::path& path, const Tensor& picture) {
  AtomicFile file(path);
  file.write(std::span<const std::byte>(image::encode_png(picture)));
  file.commit();
}

} // namespace

PictureSink::PictureSink(fs::path folder) : folder_(std::move(folder)) {
  make_folder(folder_);
}

void PictureSink::operator()(const NamedPicture& picture) const {
  write_picture(folder_ / (picture.name + ".png"), picture.picture);
}

ContactSheetSink::ContactSheetSink(fs::path folder, std::size_t pictures_a_sheet, int bits,
                                   const image::SheetOptions& options)
    : folder_(std::move(folder)), pictures_a_sheet_(pictures_a_sheet), bits_(bits), options_(options) {
  require<ArgumentError>(pictures_a_sheet >= 1, "a sheet of ", pictures_a_sheet,
                         " pictures, expected 1 or more");
  make_folder(folder_);
}

void ContactSheetSink::operator()(const NamedPicture& picture) {
  sheet_.push_back({picture.name, image::thumbnail(picture.picture, bits_, options_)});
  if (sheet_.size() == pictures_a_sheet_) flush();
}

void ContactSheetSink::flush() {
  if (sheet_.empty()) return;
  write_picture(folder_ / concat("sheet_", ++sheets_, ".png"), image::draw_contact_sheet(sheet_, options_));
  sheet_.clear();
}

CocoSink::CocoSink(fs::path file, fs::path folder) : file_(std::move(file)), folder_(std::move(folder)) {}

std::int64_t CocoSink::category_of(const std::string& label) {
  const auto found = std::ranges::find(categories_, label, &data::CocoCategory::name);
  if (found != categories_.end()) return found->id;
  categories_.push_back({.id = static_cast<std::int64_t>(categories_.size()) + 1, .name = label});
  return categories_.back().id;
}

void CocoSink::operator()(const AnalyzedFilm& film) {
  const auto image_id = static_cast<std::int64_t>(images_.size()) + 1;
  images_.push_back({.id = image_id,
                     .file_name = film.task.input.path.lexically_relative(folder_).string(),
                     .height = film.analysis.image.height,
                     .width = film.analysis.image.width,
                     .native_aspect = std::nullopt});
  for (const Detection& detection : film.analysis.detections) {
    marks_.push_back({{.id = static_cast<std::int64_t>(marks_.size()) + 1,
                       .image_id = image_id,
                       .category_id = category_of(detection.label),
                       .box = detection.box,
                       .area = detection.box.area()},
                      detection.score});
  }
}

void CocoSink::flush() {
  Json images = Json::array();
  for (const data::CocoImage& image : images_) {
    images.push_back(
        {{"id", image.id}, {"file_name", image.file_name}, {"height", image.height}, {"width", image.width}});
  }
  Json annotations = Json::array();
  for (const auto& [annotation, score] : marks_) {
    const Box& box = annotation.box;
    annotations.push_back({{"id", annotation.id},
                           {"image_id", annotation.image_id},
                           {"category_id", annotation.category_id},
                           {"bbox", {box.x, box.y, box.width, box.height}},
                           {"area", annotation.area},
                           {"iscrowd", 0},
                           {"score", score}});
  }
  Json categories = Json::array();
  for (const data::CocoCategory& category : categories_) {
    categories.push_back({{"id", category.id}, {"name", category.name}});
  }
  const Json coco{{"images", images}, {"annotations", annotations}, {"categories", categories}};
  AtomicFile file(file_);
  file.write(coco.dump(1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n");
  file.commit();
}

} // namespace mammo::app
