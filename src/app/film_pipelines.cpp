#include "mammo/app/film_pipelines.hpp"

namespace mammo::app {

std::vector<BuiltInPipeline> built_in_pipelines() {
  using pipeline::describe;
  const auto analysis = describe<FilmTask>(analysis_pipeline(nullptr, {}, {}, {}));
  return {{"analyze", "marks masses on a film and writes report, overlay and the model's view", analysis},
          {"batch", "the same for a folder, several films at once", analysis},
          {"preprocess", "takes a film through preprocessing and writes each step",
           describe<FilmTask>(preprocessing_pipeline({}, {}))},
          {"saliency", "shows what moved the score of a detection",
           describe<FilmTask>(saliency_pipeline(nullptr, {}, {}, false, {}))}};
}

} // namespace mammo::app
