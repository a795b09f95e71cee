#include "app/command/commands.hpp"
#include "mammo/app/printable.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <unistd.h>

namespace {

/// In the order that CLI11 wants, last first. It would split a file's name like "[a,b]" at the comma.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    const std::string argument = argv[i];
    const bool bracketed = argument.starts_with('[') && argument.ends_with(']');
    arguments.push_back(bracketed ? "./" + argument : argument);
  }
  return arguments;
}

/// OpenMP's threads spin for milliseconds before they sleep: two programs that share the cores then run at a
/// fraction of their speed (docs/backends.md). libgomp reads its settings before main, so the program starts
/// again with a shorter wait, unless the user has chosen one. Where it cannot, it goes on as it is.
void shorten_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", "1000", 1) == 0) execv("/proc/self/exe", argv);
}

int fail(std::string_view what) {
  std::cerr << "mammo: " << mammo::app::printable(what) << '\n';
  return static_cast<int>(mammo::app::ExitCode::nothing);
}

} // namespace

int main(int argc, char** argv) {
  using mammo::app::ExitCode;
  shorten_spinning(argv);
  ExitCode result = ExitCode::done;
  try {
    CLI::App program("mammo finds masses on mammograms. Research software: no medical device.", "mammo");
    program.set_version_flag("--version", "mammo " MAMMO_VERSION);
    program.require_subcommand(1);
    mammo::app::add_analyze_command(program, result);
    mammo::app::add_batch_command(program, result);
    mammo::app::add_data_command(program, result);
    mammo::app::add_evaluate_command(program, result);
    mammo::app::add_metrics_command(program, result);
    mammo::app::add_models_command(program, result);
    mammo::app::add_phantom_command(program, result);
    mammo::app::add_pipelines_command(program, result);
    mammo::app::add_preprocess_command(program, result);
    mammo::app::add_saliency_command(program, result);
    mammo::app::add_train_command(program, result);
    try {
      program.parse(arguments_of(argc, argv));
    } catch (const CLI::Success& asked) {
      return program.exit(asked);
    } catch (const CLI::ParseError& error) {
      return fail(std::string(error.what()) + " (see mammo --help, mammo COMMAND --help)");
    }
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  return static_cast<int>(result);
}
