#include "app/command/commands.hpp"
#include "app/command/film_run.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/film_pipelines.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/preprocess_files.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

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
  std::vector<std::string> inputs;
  std::string output;
  std::string chain;
  std::string steps;
  bool wrap = false;
  int lower_limit = image::ThesisChainOptions().lower_limit;
  double clip_limit = image::ThesisChainOptions().clahe.clip_limit;
  std::int64_t tiles = image::ThesisChainOptions().clahe.tiles_down;
  int threads = 0;
  bool force = false;
};

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> result;
  std::istringstream text(names);
  for (std::string name; std::getline(text, name, ',');) result.push_back(name);
  return result;
}

PreprocessOptions options_of(const Arguments& arguments) {
  PreprocessOptions options;
  if (!arguments.chain.empty()) {
    options.chain = arguments.chain;
    options.steps = image::chain_steps(arguments.chain);
  }
  if (!arguments.steps.empty()) {
    options.chain.clear();
    options.steps = split(arguments.steps);
  }
  image::check_steps(options.steps);
  if (arguments.wrap) options.chain_options.overflow = image::Overflow::wrap;
  options.chain_options.lower_limit = arguments.lower_limit;
  options.chain_options.clahe = {
      .clip_limit = arguments.clip_limit, .tiles_down = arguments.tiles, .tiles_across = arguments.tiles};
  options.read.accept_any_modality = arguments.force;
  return options;
}

ExitCode preprocess(const Arguments& arguments) {
  const PreprocessOptions options = options_of(arguments); // throws before any work
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  FilmRun run(arguments.inputs);
  if (run.images().empty()) return ExitCode::nothing;

  const OutputFolder output(arguments.output);
  const InterruptWatch watch;
  run.go(
      arguments.output,
      preprocessing_pipeline(options, run.images()) | [steps = options.steps.size()](const Shape& last) {
        return concat(steps, steps == 1 ? " step" : " steps", ", to ", last[0], " x ", last[1]);
      });
  run.console().print(concat(run.done(), " preprocessed, ", run.failed(), " failed",
                             run.done() > 0 ? "; results are in " + arguments.output : ""));
  return run.exit_code();
}

} // namespace

void add_preprocess_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "preprocess",
      "Takes films through preprocessing; writes a picture of each step, a contact sheet of them "
      "and the way back to the film's pixels.");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("INPUT", arguments->inputs,
                   "Films (DICOM, PNG, JPEG, TIFF, BMP, PGM), folders of them, or quoted patterns")
      ->required();
  command->add_option("--out", arguments->output, "Folder for the results, made where missing")->required();
  CLI::Option* chain = command->add_option("--chain", arguments->chain, "thesis (default) or normalized");
  command
      ->add_option(
          "--steps", arguments->steps,
          "Steps of your own, with commas: full_range, flip, vertical_crop, clahe, clean, eight_bit, "
          "blur, threshold, contour, mask, horizontal_crop, orient, breast, skin, pectoral, crop, stretch, "
          "match")
      ->excludes(chain);
  command->add_flag("--wrap", arguments->wrap,
                    "Of eight_bit: 256 and 257 become 0 and 1, as in the thesis' listing, instead of 255");
  command
      ->add_option("--lower-limit", arguments->lower_limit, "Of threshold: grey level that air does not pass")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  command
      ->add_option("--clip-limit", arguments->clip_limit,
                   "Of clahe: pixels of a level over their mean number")
      ->check(CLI::Range(0.0, 65536.0))
      ->capture_default_str();
  command->add_option("--tiles", arguments->tiles, "Of clahe: tiles down and across")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--force", arguments->force, "Take DICOM objects that are no mammograms, too");
  command->callback([arguments, &result] {
    result = preprocess(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
