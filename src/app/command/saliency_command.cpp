#include "app/command/commands.hpp"
#include "app/command/film_arguments.hpp"
#include "app/command/film_run.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/film_pipelines.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments {
  FilmArguments film;
  std::string method{name_of(SaliencyMethod::grad_cam)};
  std::string detector = AnalyzerOptions().detector;
  SaliencyOptions saliency;
  std::int64_t window = SaliencyOptions().occlusion.window.height;
  std::int64_t stride = SaliencyOptions().occlusion.stride.height;
};

SaliencyOptions options_of(const Arguments& arguments) {
  SaliencyOptions options = arguments.saliency;
  options.method = parse_saliency_method(arguments.method);
  options.occlusion.window = arguments.window;
  options.occlusion.stride = arguments.stride;
  require<ArgumentError>(arguments.stride <= arguments.window, "--stride ", arguments.stride,
                         " of windows of ", arguments.window, ", expected no more than a window");
  return options;
}

FileOptions file_options(const Arguments& arguments) {
  FileOptions options = arguments.film.file_options();
  options.analysis.threshold = 0; // any detection may be asked about
  return options;
}

/// "mass 0.91, peak at (1042, 733), 62 % of the map inside the box".
std::string summary_of(const Saliency& saliency) {
  std::ostringstream text;
  text << saliency.explained.label << ' ' << std::fixed << std::setprecision(2) << saliency.explained.score
       << std::setprecision(0) << ", peak at (" << saliency.peak.x << ", " << saliency.peak.y << "), "
       << 100 * saliency.share_in_box << " % of the map inside the box";
  return text.str();
}

ExitCode saliency(const Arguments& arguments) {
  const SaliencyOptions options = options_of(arguments); // throw before any work
  const FileOptions file = file_options(arguments);
  if (arguments.film.threads > 0) set_thread_budget(arguments.film.threads);
  FilmRun run(arguments.film.inputs);
  if (run.images().empty()) return ExitCode::nothing;

  const OutputFolder output(arguments.film.output);
  AnalyzerOptions analyzer_options = arguments.film.analyzer_options();
  analyzer_options.detector = arguments.detector;
  analyzer_options.pathology.clear();
  analyzer_options.segmenter.clear();
  analyzer_options.density.clear();
  const Analyzer analyzer(analyzer_options);
  const InterruptWatch watch;
  run.go(arguments.film.output,
         saliency_pipeline(&analyzer, file, options, arguments.film.full_size, run.images()) | summary_of);
  run.console().print(concat(run.done(), " explained, ", run.failed(), " failed",
                             run.done() > 0 ? "; results are in " + arguments.film.output : ""));
  if (run.done() > 0) {
    run.console().print("a map shows what moved this network's score, not where disease is");
  }
  return run.exit_code();
}

void add_method_options(CLI::App& command, Arguments& arguments) {
  SaliencyOptions& options = arguments.saliency;
  command.add_flag("--channel-means{false}", options.grad_cam.elementwise,
                   "Of grad_cam: weigh channels by their mean slope, as its authors did");
  command.add_option("--samples", options.smooth_grad.samples, "Of smooth_grad: noisy copies")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      .add_option("--noise", options.smooth_grad.noise, "Of smooth_grad: deviation over the input's range")
      ->check(number_up_to(10))
      ->capture_default_str();
  command.add_option("--seed", options.smooth_grad.seed, "Of smooth_grad's noise")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--steps", options.steps, "Of integrated_gradients: points on the way from black")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command.add_option("--window", arguments.window, "Of occlusion: side of the covered square")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command.add_option("--stride", arguments.stride, "Of occlusion: from one square to the next")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
}

} // namespace

void add_saliency_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "saliency",
      "Shows what moved the score of a detection; writes a picture, the map and a report of each film.");
  auto arguments = std::make_shared<Arguments>();
  add_film_arguments(*command, arguments->film);
  command
      ->add_option("--method", arguments->method,
                   "grad_cam, smooth_grad, integrated_gradients, input_gradient or occlusion")
      ->capture_default_str();
  command->add_option("--model", arguments->detector, "The detector's folder below that of the models")
      ->capture_default_str();
  command->add_option("--box", arguments->saliency.box, "Which detection, 1 the best")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--blur", arguments->saliency.blur,
                   "Blurs the map before it is drawn: deviation in pixels of the network's input")
      ->check(number_up_to(100))
      ->capture_default_str();
  add_method_options(*command, *arguments);
  command->callback([arguments, &result] {
    result = saliency(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
