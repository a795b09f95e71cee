#include "app/command/commands.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/phantom_files.hpp"
#include "mammo/app/printable.hpp"
#include "mammo/core/error.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments {
  std::string output;
  data::PhantomOptions options;
  bool force = false;
};

std::string summary_of(const data::PhantomFilm& film) {
  std::size_t malignant = 0;
  for (const data::PhantomMass& mass : film.masses) malignant += mass.malignant ? 1 : 0;
  return concat(film.masses.size(), film.masses.size() == 1 ? " mass, " : " masses, ", malignant,
                " malignant, ", film.calcifications.size(), " calcifications");
}

ExitCode phantom(const Arguments& arguments) {
  // Before the work, so that a folder that cannot be written costs none.
  const OutputFolder output(arguments.output);
  const auto truth = std::filesystem::path(arguments.output) / phantom_truth_name;
  if (!arguments.force && std::filesystem::exists(truth)) {
    throw FileError(arguments.output, "holds an exam already, expected --force to replace it");
  }
  const data::PhantomExam exam = data::make_phantom_exam(arguments.options);
  const InterruptWatch watch; // a signal waits until the exam is whole
  write_phantom(exam, arguments.options, arguments.output, arguments.force);
  for (const data::PhantomFilm& film : exam.films) {
    std::cout << printable(concat(film.label, ": ", summary_of(film))) << '\n';
  }
  std::cout << printable(
                   concat("4 films, their masks and ", phantom_truth_name, " are in ", arguments.output))
            << '\n';
  return ExitCode::done;
}

} // namespace

void add_phantom_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "phantom", "Draws a synthetic four-view exam as DICOM, with all that is in it as JSON and masks.");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--out", arguments->output, "Folder for the exam, made where missing")->required();
  command->add_option("--seed", arguments->options.seed, "The same number gives the same exam")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--lesions", arguments->options.lesions, "Masses in the exam")
      ->check(CLI::Range(0, data::most_phantom_lesions))
      ->capture_default_str();
  command->add_flag("--force", arguments->force, "Replace an exam that the folder holds");
  command->callback([arguments, &result] {
    result = phantom(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
