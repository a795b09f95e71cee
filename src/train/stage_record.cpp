#include "train/stage_record.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace mammo::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* name = "record.json";

} // namespace

void write_record(const fs::path& folder, const StageRecord& record) {
  Json json{{"stage", record.stage},
            {"start", record.start.string()},
            {"end", record.end.filename().string()},
            {"seed", record.seed},
            {"steps", record.steps},
            {"hours", record.hours},
            {"folds", record.folds},
            {"choosing_folds", record.choosing_folds},
            {"chosen", record.chosen},
            {"chosen_step", record.chosen_step}};
  if (!record.measure.empty()) json["measure"] = record.measure;
  AtomicFile file(folder / name);
  file.write(json.dump(2) + '\n');
  file.commit();
}

std::optional<StageRecord> read_record(const fs::path& folder) {
  const fs::path path = folder / name;
  if (!fs::exists(path)) return {};
  try {
    const Json json = Json::parse(read_text(path));
    StageRecord record{.stage = json.at("stage").get<std::string>(),
                       .start = json.at("start").get<std::string>(),
                       .end = folder / json.at("end").get<std::string>(),
                       .seed = json.at("seed").get<std::int64_t>(),
                       .steps = json.at("steps").get<std::int64_t>(),
                       .hours = json.at("hours").get<double>(),
                       .folds = json.at("folds").get<std::vector<std::int64_t>>(),
                       .choosing_folds = json.at("choosing_folds").get<std::vector<std::int64_t>>(),
                       .chosen = json.at("chosen").get<bool>(),
                       .chosen_step = json.at("chosen_step").get<std::int64_t>(),
                       .measure = {}};
    if (json.contains("measure")) record.measure = json.at("measure").get<Figures>();
    return record;
  } catch (const Json::exception& error) {
    throw FileError(path.string(), error.what());
  }
}

} // namespace mammo::train
