#include "mammo/data/split.hpp"

#include "mammo/data/csv.hpp"

namespace mammo::data {

Split read_split(const std::filesystem::path& path) {
  const CsvTable table = CsvTable::read(path);
  const std::size_t patient = table.column("patient_id");
  const std::size_t fold = table.column("fold");
  Split split;
  for (const CsvRow& row : table.rows()) {
    const std::int64_t number = table.whole_number(row, fold);
    if (number < 0 || number > 1000) table.refuse(row, fold, "0 to 1000");
    const auto [entry, is_new] = split.emplace(table.text(row, patient), static_cast<int>(number));
    if (!is_new && entry->second != number) table.refuse(row, patient, "a patient without another fold");
  }
  return split;
}

} // namespace mammo::data
