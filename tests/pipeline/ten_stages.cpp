// A pipeline of ten stages and a stream of it: compile_time_test.py compiles it.
#include "mammo/pipeline/folder.hpp"
#include "mammo/pipeline/pipeline.hpp"
#include "mammo/pipeline/stream.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace mammo::pipeline;
using namespace std::chrono_literals;

struct Film {
  std::vector<float> pixels;
};
struct Mark {
  double score = 0;
};

Film read_film(const std::filesystem::path& path);
std::vector<double> network(std::vector<Film> films);

std::size_t run(const std::filesystem::path& folder) {
  const auto pipeline =
      named<"read">(retry(2, read_film)) | named<"grey">([](Film film) { return film; }) |
      named<"window">([](Film film) { return film; }) | named<"flip">([](Film film) { return film; }) |
      named<"tiles">([](const Film& film) { return std::vector<Film>{film}; }) |
      named<"smooth">(each([](Film film) { return film; })) |
      named<"best">([](std::vector<Film> tiles) { return std::move(tiles.front()); }) |
      named<"network">(batch(8, 5ms, leasing(1, network))) |
      named<"both">(tee([](double s) { return Mark{s}; }, [](double s) { return s > 0.5; })) |
      named<"text">(
          spread([](Mark mark, bool shown) { return shown ? std::to_string(mark.score) : std::string(); }));
  std::size_t length = 0;
  stream(files_in(folder) | pipeline,
         [&](const Outcome<std::string>& text) { length += text ? text.value().size() : 0; });
  return length + describe(pipeline).text().size();
}
