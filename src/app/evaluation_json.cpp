#include "app/evaluation_json.hpp"

#include "mammo/app/model_folder.hpp"
#include "mammo/core/error.hpp"

#include <map>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json to_json(const fs::path& path) {
  if (path.empty()) return nullptr;
  return {{"path", path.string()}, {"sha256", sha256_of_file(path)}};
}

Json aspect_of(const data::DetectionSet& set) {
  std::map<double, std::size_t> aspects;
  for (const data::AnnotatedFilm& film : set.films) ++aspects[film.native_aspect.value_or(0)];
  if (aspects.size() > 1) return "of each film";
  const double aspect = aspects.begin()->first;
  return aspect > 0 ? Json(aspect) : Json("of the picture");
}

} // namespace

Json data_json(const data::DetectionSet& set, const fs::path& split, const std::vector<int>& folds) {
  return {{"annotations", to_json(set.annotations)},
          {"split", to_json(split)},
          {"folds", folds},
          {"film_aspect", aspect_of(set)}};
}

std::string interval_rule(const eval::BootstrapOptions& bootstrap) {
  return concat("percentile bootstrap, ", bootstrap.resamples, " draws of patients, seed ", bootstrap.seed);
}

std::string metrics_text(Json metrics, const std::vector<std::string>& warnings) {
  metrics["mammo_version"] = MAMMO_VERSION;
  metrics["warnings"] = warnings;
  return metrics.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

} // namespace mammo::app
