#include "mammo/train/run_stages.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "train/stage_record.hpp"
#include "train/stage_run.hpp"

#include <optional>

namespace mammo::train {
namespace {

namespace fs = std::filesystem;

/// Claims the output for this run, or makes sure that it is this run's.
void claim(const TrainingOptions& options, const RunIdentity& identity) {
  const bool holds_one = fs::exists(options.output / identity.front().first);
  require<ArgumentError>(!holds_one || options.resume, options.output.string(),
                         " holds a run; expected an empty folder, or to resume it");
  fs::create_directories(options.output);
  for (const auto& [name, text] : identity) {
    const fs::path path = options.output / name;
    if (fs::exists(path)) {
      require<ArgumentError>(read_text(path) == text, path.string(),
                             " is of another run, expected this one's");
    } else {
      AtomicFile file(path);
      file.write(text);
      file.commit();
    }
  }
}

} // namespace

std::vector<StageRecord>
run_stages(const std::vector<Stage>& chain, const TrainingOptions& options, const RunIdentity& identity,
           const std::function<std::unique_ptr<StageTask>(std::size_t stage)>& task_of) {
  require<ArgumentError>(!identity.empty(), "a run that nothing identifies, expected at least one file");
  claim(options, identity);
  std::vector<StageRecord> records;
  fs::path weights;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Stage& stage = chain[i];
    if (!stage.start.file.empty()) weights = options.recipe_folder / stage.start.file;
    std::optional<StageRecord> record = read_record(options.output / stage.name);
    if (!record) {
      const std::unique_ptr<StageTask> task = task_of(i);
      StageRun run(stage, may_choose(chain, i), options, weights, *task);
      if (!run.train()) return records;
      record = run.finish();
    }
    weights = record->end;
    records.push_back(std::move(*record));
  }
  return records;
}

} // namespace mammo::train
