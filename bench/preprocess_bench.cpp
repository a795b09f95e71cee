// What the thesis' preprocessing costs beside the same chain in OpenCV, and what its kernels cost beside the
// memory traffic that they cannot do without.
//
//     bench_preprocess [FILM [ROUNDS [THREADS]]]
//     bench_preprocess FILM --contend          our chain alone: a time in milliseconds for each line of input
//     bench_preprocess FILM --contend-opencv   this OpenCV's
//
// FILM is a file; without one, or for "phantom", a synthetic film of 3062 x 2394 in 12 bits is drawn. The two
// chains take turns, ROUNDS (31) times each after three of warm-up, each with THREADS (2) threads.
// bench/rivals/opencv_preprocess.py lets both and a current OpenCV take turns.

#include "bench/kernel_bounds.hpp"
#include "bench/opencv_thesis_chain.hpp"
#include "image/chain_kernels.hpp"
#include "image/clahe_strips.hpp"
#include "image/contour_runs.hpp"
#include "image/wide_blur_grid.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/phantom.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/thesis_chain.hpp"
#include "mammo/image/vertical_crop.hpp"
#include "tests/image/opencv_matrix.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::image {
namespace {

using test::matrix_of;

void print_times(const char* name, const Times& times) {
  std::printf("%-34s median %7.2f ms   quartiles %7.2f to %7.2f\n", name, times.quantile(0.5),
              times.quantile(0.25), times.quantile(0.75));
}

double mask_iou(const ThesisChain& ours, const OpencvThesisChain& theirs, const cv::Size& film) {
  cv::Mat mine = cv::Mat::zeros(film, CV_8U);
  cv::Mat other = cv::Mat::zeros(film, CV_8U);
  theirs.mask.copyTo(other.rowRange(theirs.row_range()));
  if (theirs.flipped) cv::flip(other, other, 1);
  cv::Mat kept = matrix_of(ours.mask).clone();
  if (ours.flipped) cv::flip(kept, kept, 1);
  kept.copyTo(
      mine(cv::Rect(static_cast<int>(ours.crop.x), static_cast<int>(ours.crop.y), kept.cols, kept.rows)));
  mine = mine != 0;
  other = other != 0;
  return static_cast<double>(cv::countNonZero(mine & other)) / cv::countNonZero(mine | other);
}

void compare_chains(const Levels& film, int rounds) {
  const cv::Mat matrix = matrix_of(film.picture);
  OpencvThesisChain theirs;
  ThesisChain ours;
  Times our_times;
  Times their_times;
  std::size_t peak = 0;
  for (int round = -3; round < rounds; ++round) {
    const double their_time = milliseconds([&] { theirs.run(matrix, film.bits); });
    const MemoryScope scope;
    const double our_time = milliseconds([&] { ours = thesis_chain(film.picture, film.bits); });
    peak = scope.peak_bytes();
    if (round < 0) continue;
    our_times.each.push_back(our_time);
    their_times.each.push_back(their_time);
  }
  std::vector<double> ratios;
  for (std::size_t i = 0; i < our_times.each.size(); ++i)
    ratios.push_back(our_times.each[i] / their_times.each[i]);
  print_times("mammo, thesis chain", our_times);
  print_times("OpenCV " CV_VERSION ", thesis chain", their_times);
  std::printf("ratio of medians %.3f (of rounds: median %.3f), mask IoU %.5f\n",
              our_times.quantile(0.5) / their_times.quantile(0.5), Times{ratios}.quantile(0.5),
              mask_iou(ours, theirs, matrix.size()));
  const double input = static_cast<double>(matrix.total() * matrix.elemSize());
  std::printf("memory over the film's %.1f MB: %.1f MB, %.2f times\n\n", input / 1e6,
              static_cast<double>(peak) / 1e6, static_cast<double>(peak) / input);
}

void contend(const std::function<void()>& chain) {
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') continue;
    std::printf("%.4f\n", milliseconds(chain));
    std::fflush(stdout);
  }
}

void measure_kernels(const Levels& film, int rounds) {
  const ThesisChainOptions options;
  const Tensor picture = film.picture.contiguous();
  const double input = static_cast<double>(picture.numel() * (picture.dtype() == DType::u8 ? 1 : 2));
  const HalfSums sums_of_halves = half_sums(picture);
  const RowRange range = rows_with_breast(sums_of_halves);
  const CodePicture codes{picture, range.first, range.size(), breast_is_right(sums_of_halves)};
  const std::vector<std::uint16_t> bins = full_range_table(film.bits);
  const ClaheCurves curves = clahe_curves(codes, bins, 65536, options.clahe);
  const BlurGrid grid = blur_grid(codes.height, codes.width(), options.blur_size);
  const PaddedAxis down = padded_rows(grid);
  const PaddedAxis across = padded_columns(grid);
  const ClaheAxis padded_down = clahe_rows(codes, curves.down, down.first, down.count);
  const ClaheAxis padded_across = clahe_columns(codes, curves.across, across.first, across.count);
  const ClaheAxis rows = clahe_rows(codes, curves.down, 0, codes.height);
  const ClaheAxis columns = clahe_columns(codes, curves.across, 0, codes.width());

  const std::int64_t sums_width = across.count / block;
  std::vector<std::uint16_t> sums(static_cast<std::size_t>(down.count * sums_width));
  std::vector<float> blurred(static_cast<std::size_t>(grid.rows * grid.columns));
  const auto pixels = static_cast<std::size_t>(codes.height * codes.width());
  std::vector<std::uint8_t> grey(pixels);
  std::vector<std::uint16_t> equalised(pixels);
  const double crop = static_cast<double>(pixels) * input / static_cast<double>(picture.numel());

  const auto area = static_cast<double>(pixels);
  const auto padded_area = static_cast<double>(down.count * across.count);
  const auto taps = static_cast<double>(grid.taps.size());
  const auto wide_sums = static_cast<double>(grid.rows * sums_width);
  const auto blocks = static_cast<double>(blurred.size());

  measure({{.name = "half sums", .bytes = input, .run = [&] { half_sums(picture); }},
           {.name = "CLAHE: histograms and curves",
            .bytes = crop,
            .operation = Operation::increment,
            .operations = area,
            .run = [&] { clahe_curves(codes, bins, 65536, options.clahe); }},
           {.name = "CLAHE to block sums",
            .bytes = crop + 2.0 * static_cast<double>(sums.size()),
            .operation = Operation::lookup,
            .operations = padded_area,
            .run =
                [&] {
                  each_clahe_strip(curves, picture, padded_down, padded_across, options.zero_up_to,
                                   [&](const ClaheStrip& strip) {
                                     kernels::clahe_sums(strip, false,
                                                         sums.data() + strip.first_row * sums_width);
                                   });
                }},
           {.name = "wide blur of the sums",
            .bytes = 2.0 * static_cast<double>(sums.size()) + 4.0 * blocks,
            .operation = Operation::product,
            .operations = taps * (wide_sums + blocks),
            .run = [&] { kernels::wide_blur(sums.data(), grid, blurred.data()); }},
           {.name = "enlarge",
            .bytes = 4.0 * blocks + area,
            .run = [&] { kernels::enlarge(blurred.data(), grid, codes.height, codes.width(), grey.data()); }},
           {.name = "threshold and contours",
            .bytes = area,
            .run = [&] { contours_of(grey.data(), codes.height, codes.width(), options.lower_limit); }},
           {.name = "CLAHE to 16 bits, whole picture",
            .bytes = crop + 2.0 * area,
            .operation = Operation::lookup,
            .operations = area,
            .run =
                [&] {
                  each_clahe_strip(
                      curves, picture, rows, columns, options.zero_up_to, [&](const ClaheStrip& strip) {
                        kernels::clahe(strip, equalised.data() + strip.first_row * codes.width());
                      });
                }}},
          rounds);
}

Levels phantom() {
  data::PhantomOptions options;
  options.height = 3062;
  options.width = 2394;
  data::PhantomExam exam = data::make_phantom_exam(options);
  const data::PhantomFilm& film = exam.films[3]; // the right MLO, which has to be flipped
  return {film.pixels, film.bits};
}

int run(int argc, char** argv) {
  // scripts/bench hands Google Benchmark's flags to every program.
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    if (!std::string_view(argv[i]).starts_with("--")) arguments.emplace_back(argv[i]);
  }
  const std::string path = arguments.empty() ? "phantom" : arguments[0];
  const int rounds = arguments.size() > 1 ? std::stoi(arguments[1]) : 31;
  const int threads = arguments.size() > 2 ? std::stoi(arguments[2]) : 2;
  const Levels film = path == "phantom" ? phantom() : levels_of(read_film(path));
  set_thread_budget(threads);
  cv::setNumThreads(threads);
  const auto given = [&](std::string_view flag) { return std::find(argv, argv + argc, flag) != argv + argc; };
  if (given("--contend")) {
    contend([&] { thesis_chain(film.picture, film.bits); });
    return 0;
  }
  if (given("--contend-opencv")) {
    OpencvThesisChain chain;
    contend([&] { chain.run(matrix_of(film.picture), film.bits); });
    return 0;
  }
  std::printf("%s: %lld x %lld, %d bits; %d threads, %s\n", path.c_str(),
              static_cast<long long>(film.picture.size(0)), static_cast<long long>(film.picture.size(1)),
              film.bits, threads, std::string(name(isa())).c_str());
  compare_chains(film, rounds);
  measure_kernels(film, rounds);
  return 0;
}

} // namespace
} // namespace mammo::image

int main(int argc, char** argv) {
  return mammo::image::run(argc, argv);
}
