#include "mammo/app/preprocess_files.hpp"

#include "app/file_set.hpp"
#include "app/stopwatch.hpp"
#include "app/with_ending.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/contact_sheet.hpp"
#include "mammo/image/write_png.hpp"

#include <span>
#include <system_error>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json image_facts(const fs::path& path, const std::string& hash, const image::Film& film) {
  return {{"path", path.string()},   {"sha256", hash},        {"format", film.format},
          {"height", film.height()}, {"width", film.width()}, {"bits", film.bits}};
}

/// Of the steps, taken or not: they are the same numbers that a caller of the library passes.
Json parameters(const image::ThesisChainOptions& options) {
  return {{"row_fraction", options.row_fraction},
          {"clip_limit", options.clahe.clip_limit},
          {"tiles", {options.clahe.tiles_down, options.clahe.tiles_across}},
          {"zero_up_to", options.zero_up_to},
          {"overflow", options.overflow == image::Overflow::wrap ? "wrap" : "saturate"},
          {"blur_size", options.blur_size},
          {"lower_limit", options.lower_limit},
          {"contour_thickness", options.contour_thickness}};
}

void make_folder_of(const fs::path& stem) {
  if (!stem.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(stem.parent_path(), error);
  if (error) throw FileError(stem.parent_path().string(), "cannot make this folder: " + error.message());
}

int bits_of(const Tensor& picture, const image::Preprocessing& state) {
  return picture.dtype() == DType::u8 ? 8 : state.picture.bits;
}

} // namespace

PreprocessPaths::PreprocessPaths(const fs::path& stem, const std::vector<std::string>& steps)
    : sheet(with_ending(stem, preprocess_sheet_ending)), report(with_ending(stem, preprocess_report_ending)) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    pictures.push_back(with_ending(stem, concat("_", i + 1, "_", steps[i], ".png")));
  }
}

std::vector<fs::path> PreprocessPaths::all() const {
  std::vector<fs::path> paths = pictures;
  paths.push_back(sheet);
  paths.push_back(report);
  return paths;
}

Shape preprocess_film(const fs::path& path, const fs::path& stem, const PreprocessOptions& options) {
  image::check_steps(options.steps);
  const PreprocessPaths paths(stem, options.steps);
  std::vector<StageTime> times;
  Stopwatch watch(times);
  // One mapping for both, so that the hash is that of the very bytes that were read.
  const MappedFile file(path);
  const image::Film film = image::decode_film(file.bytes(), path.string(), options.read);
  const std::string hash = sha256(file.bytes());
  image::Preprocessing state{.picture = image::levels_of(film),
                             .chest = image::chest_side(film.metadata),
                             .view = film.metadata.view_position};
  watch.lap("read");

  make_folder_of(stem);
  FileSet files;
  Json steps = Json::array();
  std::vector<image::SheetPicture> sheet{
      {"film", image::thumbnail(state.picture.picture, state.picture.bits)}};
  Tensor picture;
  for (std::size_t i = 0; i < options.steps.size(); ++i) {
    const std::string& step = options.steps[i];
    watch.skip();
    picture = image::take_step(step, state, options.chain_options);
    watch.lap(step);
    const int bits = bits_of(picture, state);
    files.add(paths.pictures[i], std::span<const std::byte>(image::encode_png(picture)));
    sheet.push_back({concat(i + 1, " ", step), image::thumbnail(picture, bits)});
    steps.push_back({{"name", step},
                     {"picture", paths.pictures[i].filename().string()},
                     {"height", picture.size(0)},
                     {"width", picture.size(1)},
                     {"bits", bits},
                     {"to_film", state.to_film.matrix()}});
  }
  files.add(paths.sheet, std::span<const std::byte>(image::encode_png(image::draw_contact_sheet(sheet))));

  Json milliseconds = Json::object();
  for (const StageTime& time : times) milliseconds[time.stage] = time.milliseconds;
  const Json report{{"schema", preprocess_schema},
                    {"mammo_version", MAMMO_VERSION},
                    {"image", image_facts(path, hash, film)},
                    {"chain", options.chain.empty() ? Json(nullptr) : Json(options.chain)},
                    {"parameters", parameters(options.chain_options)},
                    {"steps", steps},
                    {"execution", {{"isa", name(isa())}, {"threads", thread_count()}}},
                    {"milliseconds", milliseconds},
                    {"warnings", film.warnings}};
  files.add(
      paths.report,
      std::string_view(report.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n"));
  // An older report must not stand beside newer pictures, not even for a moment.
  std::error_code none;
  fs::remove(paths.report, none);
  files.commit();
  return picture.shape();
}

} // namespace mammo::app
