// Thousands of small films through read, preprocess, detect and write: memory, throughput, what fails.
#include "mammo/app/process_memory.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/pipeline/stream.hpp"
#include "mammo/train/detector_films.hpp"
#include "tests/app/films.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace mammo;
using namespace mammo::test;
using namespace mammo::pipeline;

namespace {

constexpr int different_films = 50;

struct FilmItem {
  int number = 0;
  fs::path path;
};
struct SeenFilm {
  int number = 0;
  Tensor grey;
};
struct PreparedFilm {
  int number = 0;
  image::DetectorInput input;
};
struct MarkedFilm {
  int number = 0;
  Tensor canvas;
  std::vector<image::Marking> marks;
};

bool is_poisoned(int number) {
  return number % 100 == 37;
}

// Films of 256 x 160 that differ in brightness, and one that breaks off.
void put_films(const fs::path& folder) {
  for (int i = 0; i < different_films; ++i) {
    Tensor film = formula_film(256, 160);
    for (std::uint8_t& pixel : film.mutable_data<std::uint8_t>())
      pixel = static_cast<std::uint8_t>(pixel * (200 + i) / 256);
    const std::vector<std::byte> png = image::encode_png(film);
    const std::string bytes(reinterpret_cast<const char*>(png.data()), png.size());
    put_text(folder / (std::to_string(i) + ".png"), bytes);
    if (i == 0) put_text(folder / "poisoned.png", bytes.substr(0, bytes.size() / 2));
  }
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

class Soak {
 public:
  Soak() {
    app::return_freed_blocks(); // as `mammo batch` does
    put_films(folder_ / "films");
    fs::create_directories(folder_ / "out");
    put_small_detector(folder_ / "models");
    detector_ = models::load_detector(folder_ / "models/detector");
    input_ = train::input_options(detector_.config.input);
  }

  StreamReport run(int films, int workers) {
    int next = 0;
    const auto source = [&]() -> std::optional<FilmItem> {
      if (next == films) return std::nullopt;
      const int number = next++;
      const std::string name = is_poisoned(number) ? "poisoned" : std::to_string(number % different_films);
      return FilmItem{number, folder_ / "films" / (name + ".png")};
    };
    seen_.clear();
    failed_.clear();
    peak_early_ = peak_late_ = 0;
    const int settled = std::min(500, films / 3);
    return stream(from(source) | named<"read">([](const FilmItem& film) {
                    return SeenFilm{film.number, image::render_grey8(image::read_film(film.path)).pixels};
                  }) | named<"preprocess">([this](const SeenFilm& film) {
                    return PreparedFilm{film.number, image::detector_input(film.grey, input_)};
                  }) | named<"detect">([this](const PreparedFilm& film) { return detect(film); }) |
                      named<"write">([this](const MarkedFilm& film) {
                        write(film);
                        return film.number;
                      }),
                  [&](const Outcome<int>& film) {
                    (film ? seen_ : failed_).insert(static_cast<int>(film.index()));
                    if (film && film.value() != static_cast<int>(film.index()))
                      throw Error("another film's result");
                    if (film.index() % 25 != 0) return;
                    double& peak = static_cast<int>(film.index()) <= settled ? peak_early_ : peak_late_;
                    peak = std::max(peak, resident_megabytes());
                  },
                  {.workers = workers, .in_flight = 4, .threads_per_worker = 1});
  }

  MarkedFilm detect(const PreparedFilm& film) const {
    const auto found = detector_.network->postprocess(detector_.network->forward(film.input.input)).at(0);
    MarkedFilm marked{.number = film.number, .canvas = film.input.canvas, .marks = {}};
    for (const models::Detection& mass : found) {
      marked.marks.push_back({film.input.to_input.inverse().apply(mass.box), mass.score, "mass"});
    }
    return marked;
  }

  // What the network saw, and where it found something.
  void write(const MarkedFilm& film) const {
    const fs::path stem = folder_ / "out" / std::to_string(film.number % 200);
    const std::vector<std::byte> png = image::encode_png(film.canvas);
    // No AtomicFile: its wait for the disk would be measured as if a core worked.
    std::ofstream(stem.string() + ".png", std::ios::binary)
        .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    std::ofstream marks(stem.string() + ".txt");
    for (const image::Marking& mark : film.marks)
      marks << mark.score << ' ' << mark.box.x << ' ' << mark.box.y << '\n';
    if (!marks.flush()) throw Error("cannot write");
  }

  TemporaryFolder folder_;
  models::Detector detector_;
  image::DetectorInputOptions input_;
  std::set<int> seen_;
  std::set<int> failed_;
  double peak_early_ = 0;
  double peak_late_ = 0;
};

/// What one worker's stages take for a film, in seconds.
double seconds_a_film(const StreamReport& one_worker) {
  std::chrono::nanoseconds stages{0};
  for (const StageReport& stage : one_worker.stages) stages += stage.busy;
  return std::chrono::duration<double>(stages).count() / static_cast<double>(one_worker.read);
}

double films_a_second(const StreamReport& report) {
  return static_cast<double>(report.read) / std::chrono::duration<double>(report.wall).count();
}

/// Throughput of two workers over what two cores would give if each did all stages of a film as one worker
/// alone does them: the median of rounds in which both are measured, since other users of the machine's cores
/// come and go.
double share_of_two_cores(Soak& soak, int films_a_round) {
  constexpr std::size_t rounds = 15;
  std::vector<double> shares;
  while (shares.size() < rounds) {
    const double alone = seconds_a_film(soak.run(films_a_round, 1));
    shares.push_back(films_a_second(soak.run(2 * films_a_round, 2)) * alone / 2);
  }
  std::ranges::sort(shares);
  std::cout << "of two cores' worth: " << shares[rounds / 2] << ", " << shares.front() << " to "
            << shares.back() << " in " << rounds << " rounds\n";
  return shares[rounds / 2];
}

/// Streams films in a process that has seen none before, so that growth shows; returns the share of two
/// cores' worth.
double soak(int films) {
  set_thread_budget(2);
  Soak soak;
  const StreamReport report = soak.run(films, 2);
  std::cout << report.text() << films_a_second(report) << " films a second; " << soak.peak_early_
            << " MB at first, " << soak.peak_late_ << " MB later\n";
  CHECK(report.workers == 2);
  CHECK(report.read == static_cast<std::uint64_t>(films));
  CHECK(soak.seen_.size() + soak.failed_.size() == static_cast<std::size_t>(films));
  for (int i = 0; i < films; ++i) CHECK(soak.failed_.contains(i) == is_poisoned(i));
  CHECK(report.stages[1].name == "read");
  CHECK(report.stages[1].errors == soak.failed_.size());
  CHECK(soak.peak_late_ <= 1.1 * soak.peak_early_);
  return share_of_two_cores(soak, films / 30);
}

} // namespace

TEST_CASE("Some hundred films are all done or reported in flat memory", "[slow][serial]") {
  CHECK(soak(300) > 0.4); // half a second, in which anything else may run
}

// MAMMO_SOAK_FILMS sets another number.
TEST_CASE("Ten thousand films keep two cores busy in flat memory", "[soak][serial]") {
  const char* number = std::getenv("MAMMO_SOAK_FILMS");
  CHECK(soak(number == nullptr ? 10'000 : std::stoi(number)) >= 0.9);
}
