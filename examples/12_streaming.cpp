// Lesson 12, streaming a folder: a pipeline over many films in several threads, with bounded memory, in
// order. A film that fails becomes an error with its stage and its name; the others go on. Results are a CSV
// table.
//     example_12_streaming FOLDER MODEL_FOLDER TABLE.csv
#include "mammo/image/detector_input.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/pipeline/csv.hpp"
#include "mammo/pipeline/folder.hpp"
#include "mammo/pipeline/stream.hpp"

#include <filesystem>
#include <iostream>

using namespace mammo;
using namespace mammo::pipeline;
using Path = std::filesystem::path;

// What travels from stage to stage: each adds what the next needs.
struct Prepared {
  std::string name;
  image::DetectorInput input;
};

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto detector = models::load_detector(argv[2]);
  const auto read = named<"read">(
      [](const Path& path) { return std::pair(path.filename().string(), image::read_film(path)); });
  const auto prepare = named<"prepare">([](const std::pair<std::string, image::Film>& film) {
    return Prepared{film.first, image::detector_input(image::render_grey8(film.second).pixels)};
  });
  // One film at a time, so that one network's memory is enough; while it runs, others read and prepare.
  const auto detect = named<"detect">(serial([&](const Prepared& film) {
    const auto masses = models::detect(detector, film.input.input).at(0);
    std::int64_t shown = 0;
    for (const auto& mass : masses) shown += mass.score >= 0.3 ? 1 : 0;
    return Record{
        {"film", film.name}, {"marks", shown}, {"best", masses.empty() ? 0.0 : masses.front().score}};
  }));

  const auto pictures = [](const Path& path) { return image::looks_like_image(path); };
  CsvSink table(argv[3], {"film", "marks", "best"});
  struct Sink { // takes values and errors, one after the other, in the order of the folder
    CsvSink& table;
    void operator()(const Outcome<Record>& film) {
      if (film) {
        std::cout << film.value().text("film") << ": " << film.value().text("marks") << " marks\n";
        table(film.value());
      } else {
        std::cout << Path(film.error().input).filename().string() << ": failed in " << film.error().stage
                  << '\n';
      }
    }
    void flush() { table.flush(); } // the table appears when the stream ends, whole
  } sink{table};
  const StreamReport report = stream(files_in(argv[1], {.matches = pictures}) | read | prepare | detect, sink,
                                     {.workers = 2, .in_flight = 4});

  std::cout << report.read << " films, " << report.delivered << " analysed, " << report.failed << " failed\n"
            << report.text();
}
