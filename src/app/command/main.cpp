#include "app/command/commands.hpp"
#include "mammo/app/printable.hpp"

#include <exception>
#include <iostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace {

int fail(std::string_view what) {
  std::cerr << "mammo: " << mammo::app::printable(what) << '\n';
  return static_cast<int>(mammo::app::ExitCode::nothing);
}

} // namespace

int main(int argc, char** argv) {
  using mammo::app::ExitCode;
  ExitCode result = ExitCode::done;
  try {
    CLI::App program("mammo finds masses on mammograms. Research software: no medical device.", "mammo");
    program.set_version_flag("--version", "mammo " MAMMO_VERSION);
    program.require_subcommand(1);
    mammo::app::add_analyze_command(program, result);
    try {
      program.parse(argc, argv);
    } catch (const CLI::Success& asked) {
      return program.exit(asked);
    } catch (const CLI::ParseError& error) {
      return fail(std::string(error.what()) + " (see mammo --help, mammo analyze --help)");
    }
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  return static_cast<int>(result);
}
