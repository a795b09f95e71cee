#pragma once

#include "mammo/train/run_stages.hpp"

#include <filesystem>
#include <optional>

namespace mammo::train {

/// Writes `<folder>/record.json`, whose being there says that the stage has ended. Paths inside the folder's
/// run are kept relative to it.
void write_record(const std::filesystem::path& folder, const StageRecord& record);
/// Nothing where the stage has not ended. Throws FileError on a damaged one.
std::optional<StageRecord> read_record(const std::filesystem::path& folder);

} // namespace mammo::train
