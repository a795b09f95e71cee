#include "mammo/data/cbis.hpp"
#include "mammo/data/cbis_tcia.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/data/csv.hpp"
#include "mammo/data/inbreast.hpp"
#include "mammo/data/mini_mias.hpp"
#include "mammo/data/split.hpp"
#include "mammo/data/vindr.hpp"
#include "tests/fuzz/refusal.hpp"

namespace mammo::fuzz {
namespace {

template <auto read>
void by_path(Bytes bytes) {
  const File file(bytes, "fuzzed");
  may_refuse([&] { static_cast<void>(read(file.path())); });
}

void csv(Bytes bytes) {
  may_refuse([&] {
    const data::CsvTable table = data::CsvTable::parse(text_of(bytes), "fuzzed");
    for (const CsvRow& row : table.rows()) {
      may_refuse([&] { static_cast<void>(table.number(row, 0)); });
      may_refuse([&] { static_cast<void>(table.whole_number(row, 0)); });
    }
  });
}

void cbis_cases(Bytes bytes) {
  const File file(bytes, "fuzzed.csv");
  may_refuse([&] {
    for (const auto& [film, cases] : data::read_cbis_cases({file.path()})) {
      data::AnnotatedFilm annotated;
      annotated.lesions.resize(1);
      data::apply_cases(annotated, cases);
    }
  });
}

void cbis_tcia(Bytes bytes) {
  const File file(bytes, "metadata.csv");
  may_refuse([&] { static_cast<void>(data::read_cbis_tcia(file.path())); });
}

void inbreast(Bytes bytes) {
  const File file(bytes, "INbreast.csv");
  std::filesystem::create_directory(file.folder() / "AllDICOMs");
  may_refuse([&] { static_cast<void>(data::read_inbreast(file.folder())); });
}

void vindr(Bytes bytes) {
  const File file(bytes, "finding_annotations.csv");
  may_refuse([&] { static_cast<void>(data::read_vindr(file.path())); });
}

constexpr Target targets[] = {
    {"csv", csv},
    {"split", by_path<data::read_split>},
    {"coco", by_path<data::read_coco>},
    {"coco_results", by_path<data::read_coco_results>},
    {"cbis_cases", cbis_cases},
    {"cbis_tcia", cbis_tcia},
    {"inbreast", inbreast},
    {"inbreast_outlines", by_path<data::read_inbreast_outlines>},
    {"mini_mias", by_path<data::read_mini_mias>},
    {"vindr", vindr},
};

} // namespace

std::span<const Target> data_targets() {
  return targets;
}

} // namespace mammo::fuzz
