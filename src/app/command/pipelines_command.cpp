#include "app/command/commands.hpp"
#include "mammo/app/film_pipelines.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

void list() {
  for (const BuiltInPipeline& pipeline : built_in_pipelines()) {
    std::cout << pipeline.name << std::string(12 - pipeline.name.size(), ' ') << pipeline.purpose << '\n';
  }
}

void show(const std::string& name, bool graphviz) {
  const std::vector<BuiltInPipeline> all = built_in_pipelines();
  const auto found = std::ranges::find(all, name, &BuiltInPipeline::name);
  if (found == all.end()) {
    std::string known;
    for (const BuiltInPipeline& pipeline : all) known.append(known.empty() ? "" : ", ").append(pipeline.name);
    throw ArgumentError(concat("no pipeline \"", name, "\", expected one of ", known));
  }
  std::cout << (graphviz ? found->description.graphviz() : found->description.text());
}

} // namespace

void add_pipelines_command(CLI::App& program, ExitCode& result) {
  struct Arguments {
    std::string name;
    bool graphviz = false;
  };
  CLI::App* command =
      program.add_subcommand("pipelines", "Lists and shows the pipelines that come with mammo.");
  command->require_subcommand(1);
  command->add_subcommand("list", "Names them.")->callback([&result] {
    list();
    result = ExitCode::done;
  });
  auto arguments = std::make_shared<Arguments>();
  CLI::App* below =
      command->add_subcommand("show", "Shows the stages of one, and what goes from each to the next.");
  below->add_option("NAME", arguments->name, "As mammo pipelines list has it")->required();
  below->add_flag("--graphviz", arguments->graphviz, "For dot, instead of text");
  below->callback([arguments, &result] {
    show(arguments->name, arguments->graphviz);
    result = ExitCode::done;
  });
}

} // namespace mammo::app
