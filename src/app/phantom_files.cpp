#include "mammo/app/phantom_files.hpp"

#include "app/file_set.hpp"
#include "app/phantom_names.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"
#include "mammo/image/write_dicom.hpp"
#include "mammo/image/write_png.hpp"

#include <cmath>
#include <regex>
#include <set>
#include <span>
#include <system_error>
#include <vector>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

std::string stem_of(const data::PhantomFilm& film) {
  return std::string(name_of(film.laterality)) + "_" + name_of(film.projection);
}

Tensor visible(const Tensor& mask) {
  Tensor grey = Tensor::empty(mask.shape(), {.dtype = DType::u8});
  const auto from = mask.data<std::uint8_t>();
  const auto to = grey.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] != 0 ? 255 : 0;
  return grey;
}

Tensor as_grey(const Tensor& fraction) {
  Tensor grey = Tensor::empty(fraction.shape(), {.dtype = DType::u8});
  const auto from = fraction.data<float>();
  const auto to = grey.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<std::uint8_t>(std::floor(static_cast<double>(from[i]) * 255 + 0.5));
  }
  return grey;
}

void add_film(FileSet& files, const fs::path& folder, const data::PhantomFilm& film,
              const data::PhantomOptions& options, int instance) {
  // Every option of the exam has a say in its UIDs.
  Generator mixed(options.seed, static_cast<std::uint64_t>(options.lesions));
  const std::uint64_t low = mixed.next_u32();
  const image::SyntheticMammogram header{
      .laterality = name_of(film.laterality),
      .view = name_of(film.projection),
      .bits = film.bits,
      .spacing_mm = film.spacing_mm,
      .instance = instance,
      .exam = low << 32 | mixed.next_u32(),
      .patient_id = concat("SYNTHETIC-", options.seed, "-", options.lesions),
      .description = concat("For research: synthetic image, drawn by mammo phantom from seed ", options.seed,
                            " with ", options.lesions, " lesions; no patient")};
  files.add(folder / film_name(film), std::span<const std::byte>(image::encode_dicom(film.pixels, header)));
}

void add_masks(FileSet& files, const fs::path& folder, const data::PhantomFilm& film) {
  const auto add = [&](const std::string& part, const Tensor& picture) {
    files.add(folder / mask_name(film, part), std::span<const std::byte>(image::encode_png(picture)));
  };
  add("breast", visible(film.breast));
  if (!film.pectoral_outline.empty()) add("pectoral_muscle", visible(film.pectoral));
  add("parenchyma", visible(film.parenchyma));
  add("glandularity", as_grey(film.glandularity));
  for (const data::PhantomMass& mass : film.masses) add(mass_part(mass), visible(mass.mask));
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) throw FileError(path.string(), "cannot be removed: " + error.message());
}

/// Takes away the masks of an earlier exam that this one does not write over.
void remove_old_masks(const fs::path& folder, const std::vector<fs::path>& kept) {
  const std::set<fs::path> keep(kept.begin(), kept.end());
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_phantom_mask(entry->path().filename().string()) && !keep.contains(entry->path()))
      remove_file(*entry);
  }
  if (error) throw FileError(folder.string(), "cannot be listed: " + error.message());
}

} // namespace

std::string film_name(const data::PhantomFilm& film) {
  return stem_of(film) + ".dcm";
}

std::string mask_name(const data::PhantomFilm& film, const std::string& part) {
  return concat(phantom_masks_name, "/", stem_of(film), "_", part, ".png");
}

std::string mass_part(const data::PhantomMass& mass) {
  return concat("mass_", mass.lesion);
}

bool is_phantom_mask(const std::string& name) {
  static const std::regex pattern(
      "[LR]_(CC|MLO)_(breast|pectoral_muscle|parenchyma|glandularity|mass_[0-9]+)\\.png");
  return std::regex_match(name, pattern);
}

void write_phantom(const data::PhantomExam& exam, const data::PhantomOptions& options, const fs::path& folder,
                   bool replace) {
  const OutputFolder output(folder);
  const OutputFolder masks(folder / phantom_masks_name);
  FileSet files;
  int instance = 0;
  for (const data::PhantomFilm& film : exam.films) {
    add_film(files, folder, film, options, ++instance);
    add_masks(files, folder, film);
  }
  files.add(folder / phantom_truth_name, std::string_view(phantom_truth_json(exam, options)));
  for (const fs::path& path : files.paths()) {
    if (!replace && fs::exists(path))
      throw FileError(path.string(), "exists already, and --force was not given");
  }
  if (replace) {
    // An older truth must not stand beside newer films, not even for a moment.
    remove_file(folder / phantom_truth_name);
    remove_old_masks(folder / phantom_masks_name, files.paths());
  }
  files.commit();
}

} // namespace mammo::app
