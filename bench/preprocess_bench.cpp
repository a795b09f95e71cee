// What the thesis' preprocessing costs beside the same chain in OpenCV, and what its kernels cost beside the
// memory traffic that they cannot do without.
//
//     bench_preprocess [FILM [ROUNDS [THREADS]]]
//     bench_preprocess FILM --contend      our chain alone: a time in milliseconds for each line of input
//
// FILM is a file; without one, or for "phantom", a synthetic film of 3062 x 2394 in 12 bits is drawn. The two
// chains take turns, ROUNDS (31) times each after three of warm-up, each with THREADS (2) threads.
// bench/rivals/opencv_preprocess.py is the same chain in a current OpenCV.

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

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

cv::Mat matrix_of(const Tensor& picture) {
  const bool narrow = picture.dtype() == DType::u8;
  const void* pixels = narrow ? static_cast<const void*>(picture.data<std::uint8_t>().data())
                              : picture.data<std::uint16_t>().data();
  return {static_cast<int>(picture.size(0)), static_cast<int>(picture.size(1)), narrow ? CV_8U : CV_16U,
          const_cast<void*>(pixels)};
}

// The chain written well in OpenCV: its own parallel and vectorised functions throughout, buffers kept from
// film to film, and the division by 255 as a conversion that rounds (v - 127) / 255.
class OpencvThesisChain {
 public:
  void run(const cv::Mat& film, int bits) {
    film.convertTo(full_, CV_16U, 65535.0 / ((1 << bits) - 1));
    cv::reduce(full_, row_sums_, 1, cv::REDUCE_SUM, CV_64F);
    const int center = full_.cols / 2;
    const double left = cv::sum(full_.colRange(0, center))[0];
    flipped = left < cv::sum(row_sums_)[0] - left;
    if (flipped) cv::flip(full_, full_, 1);
    rows = rows_of(row_sums_);
    clahe_->apply(full_.rowRange(rows.first, rows.last), equalised_);
    cv::threshold(equalised_, equalised_, 101, 0, cv::THRESH_TOZERO);
    equalised_.convertTo(grey_, CV_8U, 1.0 / 255, -127.0 / 255);
    cv::GaussianBlur(grey_, grey_, cv::Size(151, 151), 0);
    cv::threshold(grey_, grey_, ThesisChainOptions().lower_limit, 255, cv::THRESH_BINARY);
    cv::findContours(grey_, contours_, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    const std::vector<std::vector<cv::Point>> longest{*std::ranges::max_element(
        contours_, {}, [](const auto& contour) { return cv::arcLength(contour, true); })};
    mask.create(grey_.size(), CV_8U);
    mask.setTo(0);
    cv::drawContours(mask, longest, -1, 255, 10);
    cv::fillPoly(mask, longest, 255);
    columns = cv::boundingRect(mask);
    const cv::Rect kept(columns.x, 0, columns.width, mask.rows);
    picture.create(kept.size(), CV_16U);
    picture.setTo(0);
    equalised_(kept).copyTo(picture, mask(kept));
  }

  cv::Mat mask;
  cv::Mat picture;
  cv::Rect columns;
  cv::Range row_range() const { return {rows.first, rows.last}; }
  bool flipped = false;
  struct Rows {
    int first = 0;
    int last = 0;
  } rows;

 private:
  static Rows rows_of(const cv::Mat& sums) {
    const auto* begin = sums.ptr<double>();
    const auto* end = begin + sums.rows;
    const auto [darkest, brightest] = std::minmax_element(begin, end);
    if (*darkest == *brightest) return {0, sums.rows};
    const double least = *darkest + 0.02 * (*brightest - *darkest);
    const auto shows = [=](double sum) { return sum > least; };
    const auto* first = std::find_if(begin, end, shows);
    const auto* last = end;
    while (!shows(last[-1])) --last;
    return {static_cast<int>(first - begin), static_cast<int>(last - begin)};
  }

  cv::Ptr<cv::CLAHE> clahe_ = cv::createCLAHE(100, cv::Size(5, 5));
  cv::Mat full_;
  cv::Mat row_sums_;
  cv::Mat equalised_;
  cv::Mat grey_;
  std::vector<std::vector<cv::Point>> contours_;
};

using Clock = std::chrono::steady_clock;

double milliseconds(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Times {
  std::vector<double> each;

  double quantile(double q) const {
    std::vector<double> sorted = each;
    std::ranges::sort(sorted);
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  }
};

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

void contend(const Levels& film) {
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') continue;
    std::printf("%.4f\n", milliseconds([&] { thesis_chain(film.picture, film.bits); }));
    std::fflush(stdout);
  }
}

struct Kernel {
  const char* name;
  double bytes; ///< that it has to read and write at least
  std::function<void()> run;
};

// GB/s of a copy, read and written bytes together: the best of some, since nothing can be faster.
double copy_rate(std::int64_t bytes) {
  std::vector<char> from(static_cast<std::size_t>(bytes), 1);
  std::vector<char> to(from.size());
  double best = 0;
  for (int round = 0; round < 7; ++round) {
    const double time = milliseconds([&] {
      parallel_for(0, bytes, 1, [&](std::int64_t first, std::int64_t last) {
        std::memcpy(to.data() + first, from.data() + first, static_cast<std::size_t>(last - first));
      });
    });
    best = std::max(best, 2 * static_cast<double>(bytes) / time / 1e6);
  }
  return best;
}

void measure(const std::vector<Kernel>& kernels, int rounds) {
  const double memory = copy_rate(std::int64_t{256} << 20);
  std::printf("copy of 256 MiB, in memory: %.1f GB/s; of 8 MiB, in the cache: %.1f GB/s\n", memory,
              copy_rate(std::int64_t{8} << 20));
  std::printf("%-34s %10s %9s %9s  %s\n", "kernel", "best ms", "MB", "GB/s",
              "time over that of its bytes in memory");
  for (const Kernel& kernel : kernels) {
    Times times;
    for (int round = -2; round < rounds; ++round) {
      const double time = milliseconds(kernel.run);
      if (round >= 0) times.each.push_back(time);
    }
    const double rate = kernel.bytes / times.quantile(0) / 1e6;
    std::printf("%-34s %10.3f %9.2f %9.2f  %9.2f\n", kernel.name, times.quantile(0), kernel.bytes / 1e6, rate,
                memory / rate);
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

  measure(
      {{"half sums", input, [&] { half_sums(picture); }},
       {"CLAHE: histograms and curves", crop, [&] { clahe_curves(codes, bins, 65536, options.clahe); }},
       {"CLAHE to block sums", crop + 2.0 * static_cast<double>(sums.size()),
        [&] {
          each_clahe_strip(curves, picture, padded_down, padded_across, options.zero_up_to,
                           [&](const ClaheStrip& strip) {
                             kernels::clahe_sums(strip, false, sums.data() + strip.first_row * sums_width);
                           });
        }},
       {"wide blur of the sums",
        2.0 * static_cast<double>(sums.size()) + 4.0 * static_cast<double>(blurred.size()),
        [&] { kernels::wide_blur(sums.data(), grid, blurred.data()); }},
       {"enlarge", 4.0 * static_cast<double>(blurred.size()) + static_cast<double>(pixels),
        [&] { kernels::enlarge(blurred.data(), grid, codes.height, codes.width(), grey.data()); }},
       {"threshold and contours", static_cast<double>(pixels),
        [&] { contours_of(grey.data(), codes.height, codes.width(), options.lower_limit); }},
       {"CLAHE to 16 bits, whole picture", crop + 2.0 * static_cast<double>(pixels),
        [&] {
          each_clahe_strip(curves, picture, rows, columns, options.zero_up_to, [&](const ClaheStrip& strip) {
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
  if (std::find(argv, argv + argc, std::string_view("--contend")) != argv + argc) {
    contend(film);
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
