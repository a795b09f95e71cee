#include "mammo/train/stage.hpp"

#include "train/recipe_json.hpp"

#include <algorithm>
#include <set>

namespace mammo::train {
namespace {

using Folds = std::vector<std::int64_t>;

bool share_one(const Folds& a, const Folds& b) {
  return std::ranges::any_of(a, [&](std::int64_t fold) { return std::ranges::count(b, fold) > 0; });
}

void check(const Stage& stage) {
  const std::string who = "stage " + stage.name + ": ";
  const auto above = [&](const char* key, auto value, auto least) {
    require<Error>(value >= least, who, key, " is ", value, ", expected at least ", least);
  };
  require<Error>(!stage.name.empty() && stage.name.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos,
                 "a stage is called \"", stage.name, "\", expected a-z, 0-9, _ and -");
  above("seed", stage.seed, 0);
  above("steps", stage.steps, 1);
  above("batch_size", stage.batch_size, 1);
  above("warm_up", stage.warm_up, 0);
  above("measure_every", stage.measure_every, 1);
  above("patience", stage.patience, 0);
  require<Error>(stage.clip > 0, who, "clip is ", stage.clip, ", expected above 0");
  require<Error>(!stage.folds.empty(), who, "folds is empty, expected folds to train on");
  require<Error>(!share_one(stage.folds, stage.choosing_folds), who,
                 "trains on a fold that it chooses on, expected different ones");
}

} // namespace

void check_chain(std::span<const Stage> chain) {
  require<Error>(!chain.empty(), "stages is empty, expected at least one");
  std::set<std::string> names;
  for (const Stage& stage : chain) {
    check(stage);
    require<Error>(names.insert(stage.name).second, "two stages are called ", stage.name);
  }
}

void leave_out(Stage& stage, std::span<const std::int64_t> folds) {
  std::erase_if(stage.folds, [&](std::int64_t fold) { return std::ranges::count(folds, fold) > 0; });
  stage.choosing_folds.clear();
  require<ArgumentError>(!stage.folds.empty(), "stage ", stage.name,
                         " has no fold left without those that it is not to see");
}

bool may_choose(std::span<const Stage> chain, std::size_t stage) {
  const Folds& choosing = chain[stage].choosing_folds;
  if (choosing.empty()) return false;
  // Back to where this chain of weights began. Weights that were chosen on a fold may go on choosing there.
  for (std::size_t i = stage + 1; i-- > 0;) {
    const Stage& earlier = chain[i];
    if (share_one(earlier.folds, choosing) || share_one(earlier.start.folds, choosing)) return false;
    if (!earlier.start.file.empty()) break;
  }
  return true;
}

} // namespace mammo::train
