#include "app/command/commands.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/models_folder.hpp"
#include "mammo/app/printable.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/onnx.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/nn/trace.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> names;
  std::string models;
  std::string output;
  std::string example;
  std::vector<std::int64_t> size;
  std::int64_t batch = 1;
  bool steps = false;

  fs::path folder() const { return models.empty() ? default_models_folder() : fs::path(models); }
};

void print(const std::string& line) {
  std::cout << printable(line) << '\n';
}

std::string in_millions(std::int64_t count) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(count) / 1e6 << " M";
  return text.str();
}

std::string in_billions(std::int64_t count) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << static_cast<double>(count) / 1e9 << " G";
  return text.str();
}

std::string in_mib(std::int64_t bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / (1 << 20) << " MiB";
  return text.str();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text + "  ";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// Folders of models/, by name.
std::vector<fs::path> model_folders(const fs::path& models) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(models, error)) {
    if (fs::exists(entry.path() / "config.json", error)) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  return folders;
}

/// A network that was named on the command line, with weights.
struct Chosen {
  models::Network network;
  std::optional<fs::path> folder; // of its weights; where there is none they are by formula
};

/// A model's folder, or the name of one among the shipped models, or of a configuration.
Chosen choose(const Arguments& arguments) {
  const std::string& name = arguments.names.front();
  Chosen chosen;
  std::error_code error;
  for (const fs::path& folder : {fs::path(name), arguments.folder() / name}) {
    if (!chosen.folder && fs::is_directory(folder, error)) chosen.folder = folder;
  }
  if (chosen.folder) {
    chosen.network = models::load_network(*chosen.folder);
  } else {
    chosen.network = models::make_network(name);
    nn::load_by_formula(*chosen.network.module);
  }
  for (auto& [input, shape] : chosen.network.inputs) {
    shape[0] = arguments.batch;
    if (arguments.size.empty() || shape.rank() != 4) continue;
    shape[2] = arguments.size[0];
    shape[3] = arguments.size[1];
  }
  return chosen;
}

ExitCode list(const Arguments& arguments) {
  const auto row = [](const std::string& name, const std::string& architecture, const std::string& parameters,
                      const std::string& inputs) {
    print(padded(name, 24) + padded(architecture, 14) + padded(parameters, 12) + inputs);
  };
  const auto describe = [&](const std::string& name, const models::Network& network) {
    std::vector<std::string> inputs;
    for (const auto& [input, shape] : network.inputs) inputs.push_back(concat(input, ' ', shape));
    row(name, network.architecture, in_millions(network.module->parameter_count()), joined(inputs));
  };
  row("configuration", "architecture", "parameters", "inputs");
  for (const std::string& name : models::configuration_names()) describe(name, models::make_network(name));
  print("");
  row("with weights", "architecture", "parameters", concat("in ", arguments.folder().string()));
  ExitCode result = ExitCode::done;
  for (const fs::path& folder : model_folders(arguments.folder())) {
    try {
      describe(folder.filename().string(), models::load_network(folder));
    } catch (const Error& error) {
      std::cerr << "mammo: " << printable(error.what()) << '\n';
      result = ExitCode::partial;
    }
  }
  return result;
}

void print_steps(const nn::Trace& trace) {
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const nn::TraceStep& step = trace.steps[i];
    std::vector<std::string> shapes;
    for (const std::size_t output : step.outputs) shapes.push_back(concat(trace.values[output].spec.shape));
    const std::int64_t count = flops(trace, step);
    print(padded(nn::describe(trace, i), 60) + padded(joined(shapes), 24) +
          (count == 0 ? "" : in_billions(count)));
  }
}

ExitCode info(const Arguments& arguments) {
  const auto [network, folder] = choose(arguments);
  const nn::Trace trace = nn::trace(*network.module, network.forward, example_inputs(network));
  const nn::TraceCost cost = nn::cost(trace);
  const auto line = [](const char* key, const std::string& value) { print(padded(key, 14) + value); };
  const auto shapes = [&](const char* key, const std::string& name, std::size_t value) {
    line(key, concat(name, ' ', trace.values[value].spec.dtype, ' ', trace.values[value].spec.shape));
  };
  line("architecture", network.architecture);
  line("configuration", network.name.empty() ? "without a name" : network.name);
  const std::int64_t parameters = network.module->parameter_count();
  line("parameters", concat(parameters, " (", in_millions(parameters), ')'));
  for (const std::size_t input : trace.inputs) shapes("input", trace.values[input].name, input);
  for (const auto& [name, value] : trace.outputs) shapes("output", name, value);
  line("FLOPs", in_billions(cost.flops) +
                    " in convolutions, linear layers and matrix products, a multiply-add counted as two");
  line("weights", in_mib(cost.weight_bytes) + " read at inference");
  line("results", concat(in_mib(cost.result_bytes), " in all, ", in_mib(cost.peak_result_bytes), " at once"));
  line("folder", folder ? folder->string() : "none: this configuration is shipped without weights");
  if (folder) line("SHA-256", sha256_of_file(*folder / "weights.safetensors") + " of weights.safetensors");
  if (arguments.steps) print_steps(trace);
  return ExitCode::done;
}

ExitCode verify(const Arguments& arguments) {
  std::vector<fs::path> folders;
  for (const std::string& name : arguments.names) {
    std::error_code error;
    folders.push_back(fs::is_directory(name, error) ? fs::path(name) : arguments.folder() / name);
  }
  if (folders.empty()) folders = model_folders(arguments.folder());
  std::size_t faulty = 0;
  for (const fs::path& folder : folders) {
    const std::vector<std::string> faults = faults_of_model(folder);
    for (const std::string& fault : faults) std::cerr << "mammo: " << printable(fault) << '\n';
    faulty += faults.empty() ? 0 : 1;
    if (!faults.empty()) continue;
    print(folder.string() + (recorded_hashes(folder).empty() ? ": weights fit; there is no SHA256SUMS"
                                                             : ": weights fit, hashes as recorded"));
  }
  if (faulty == folders.size()) return ExitCode::nothing;
  return faulty == 0 ? ExitCode::done : ExitCode::partial;
}

/// The network that a folder's config.json, such a file, or a configuration's name stands for; without
/// weights.
models::Network configured(const Arguments& arguments) {
  const std::string& name = arguments.names.front();
  std::error_code error;
  for (const fs::path& place : {fs::path(name), arguments.folder() / name}) {
    const fs::path file = fs::is_directory(place, error) ? place / "config.json" : place;
    if (fs::is_regular_file(file, error)) return models::parse_network(read_text(file), file.string());
  }
  return models::make_network(name);
}

ExitCode state(const Arguments& arguments) {
  const models::Network network = configured(arguments);
  std::string separator = "{\n  ";
  for (const nn::StateEntry& entry : network.module->state()) {
    std::cout << separator << '"' << entry.name << "\": " << entry.shape;
    separator = ",\n  ";
  }
  std::cout << "\n}\n";
  return ExitCode::done;
}

/// Inputs and what they give, for a test of the exported file.
void write_example(const models::Network& network, const std::vector<models::NamedTensor>& inputs,
                   const fs::path& path) {
  nn::StateDict tensors;
  std::vector<Tensor> given;
  for (const auto& [name, tensor] : inputs) {
    tensors["input." + name] = tensor;
    given.push_back(tensor);
  }
  for (const auto& [name, tensor] : network.forward(given)) tensors["output." + name] = tensor.detached();
  nn::write_safetensors(path, tensors);
}

ExitCode export_as_onnx(const Arguments& arguments) {
  const auto [network, folder] = choose(arguments);
  const std::vector<models::NamedTensor> inputs = example_inputs(network);
  const nn::Trace trace = nn::trace(*network.module, network.forward, inputs);
  nn::OnnxOptions options{.name = network.name.empty() ? network.architecture : network.name,
                          .metadata = {{"mammo.config", network.config}}};
  if (folder) options.metadata["mammo.weights_sha256"] = sha256_of_file(*folder / "weights.safetensors");
  nn::export_onnx(trace, arguments.output, options);
  if (!arguments.example.empty()) write_example(network, inputs, arguments.example);
  print(concat(arguments.names.front(), ": ", trace.steps.size(), " steps in ", arguments.output));
  if (!folder) print("its weights are by formula, for timing and checking: this configuration has none");
  return ExitCode::done;
}

void add_name(CLI::App* command, Arguments& arguments) {
  command
      ->add_option("NAME", arguments.names,
                   "A model's folder, its name in the models' folder, or a configuration")
      ->required()
      ->expected(1);
}

void add_network(CLI::App* command, Arguments& arguments) {
  add_name(command, arguments);
  command->add_option("--size", arguments.size, "Height and width of the input (default: the network's own)")
      ->expected(2)
      ->check(CLI::Range(1, 8192));
  command->add_option("--batch", arguments.batch, "Pictures at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

} // namespace

void add_models_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand("models", "Lists, describes, verifies and exports networks.");
  command->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* what, ExitCode (*run)(const Arguments&)) {
    CLI::App* below = command->add_subcommand(name, what);
    below->add_option("--models", arguments->models,
                      "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
    below->callback([arguments, run, &result] { result = run(*arguments); });
    return below;
  };
  add("list", "All configurations, and the models that have weights.", list);
  CLI::App* about = add("info", "Parameters, floating-point operations, memory, hash of the weights.", info);
  add_network(about, *arguments);
  about->add_flag("--steps", arguments->steps, "Every operation, too");
  CLI::App* check =
      add("verify", "Compares weights with their configuration and the recorded hashes.", verify);
  check->add_option("FOLDER", arguments->names,
                    "Models, by folder or name (default: all in the models' folder)");
  CLI::App* entries = add("state", "Names and shapes of a network's weights, as JSON.", state);
  add_name(entries, *arguments);
  CLI::App* onnx = add("export", "Writes a network as an ONNX file.", export_as_onnx);
  add_network(onnx, *arguments);
  onnx->add_option("--out", arguments->output, "The .onnx file")->required();
  onnx->add_option("--example", arguments->example, "Also a .safetensors file with an input and its outputs");
}

} // namespace mammo::app
