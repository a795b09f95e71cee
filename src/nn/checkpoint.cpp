#include "mammo/nn/checkpoint.hpp"

#include "mammo/core/log.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/random.hpp"
#include "nn/fnv.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace mammo::nn {
namespace {

using Metadata = std::map<std::string, std::string>;

constexpr const char* format_version = "1";
constexpr std::string_view module_part = "module.";
constexpr std::string_view optimizer_part = "optimizer.";
constexpr std::string_view average_part = "average.";
constexpr std::string_view extra_part = "extra.";

void add_with_prefix(StateDict& all, std::string_view prefix, const StateDict& part) {
  for (const auto& [name, tensor] : part) all.emplace(concat(prefix, name), tensor);
}

template <class Map>
Map part_of(const Map& all, std::string_view prefix) {
  Map part;
  for (const auto& [name, value] : all) {
    if (name.starts_with(prefix)) part.emplace(name.substr(prefix.size()), value);
  }
  return part;
}

// Of everything in the file but the sum itself.
std::string checksum(const StateDict& tensors, const Metadata& metadata) {
  Fnv sum;
  for (const auto& [key, text] : metadata) {
    if (key != "checksum") sum.add(concat(key.size(), ' ', key, ' ', text.size(), ' ', text, ' '));
  }
  for (const auto& [name, tensor] : tensors) {
    sum.add(concat(name.size(), ' ', name, ' ', tensor.dtype(), ' ', tensor.shape(), ' '));
    const Tensor plain = tensor.plain();
    visit_dtype(plain.dtype(), [&]<class T>() { sum.add(std::as_bytes(plain.data<T>())); });
  }
  return std::to_string(sum.sum());
}

const std::string& entry(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  require<Error>(found != metadata.end(), "no ", key, " in its metadata");
  return found->second;
}

template <class Number>
Number number(const Metadata& metadata, const std::string& key) {
  const std::string& text = entry(metadata, key);
  Number value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  require<Error>(failure == std::errc() && end == text.data() + text.size(), key, " is \"", text,
                 "\", expected a number");
  return value;
}

Metadata metadata_of(const TrainingRun& run) {
  const Generator& generator = training_generator();
  Metadata metadata{{"mammo_checkpoint", format_version},
                    {"step", std::to_string(run.step)},
                    {"generator_seed", std::to_string(generator.seed())},
                    {"generator_stream", std::to_string(generator.stream())},
                    {"generator_position", std::to_string(generator.position())}};
  for (const auto& [key, text] : run.extra) metadata.emplace(concat(extra_part, key), text);
  return metadata;
}

struct Position {
  explicit Position(const Metadata& metadata)
      : step(number<std::int64_t>(metadata, "step")),
        generator(number<std::uint64_t>(metadata, "generator_seed"),
                  number<std::uint64_t>(metadata, "generator_stream")) {
    const std::string& version = entry(metadata, "mammo_checkpoint");
    require<Error>(version == format_version, "checkpoint of version ", version, ", expected ",
                   format_version);
    generator.seek(number<std::uint64_t>(metadata, "generator_position"));
  }

  std::int64_t step;
  Generator generator;
};

Position position_of(const SafeTensors& file) {
  try {
    return Position(file.metadata());
  } catch (const Error& error) {
    throw FileError(file.path().string(), error.what());
  }
}

std::filesystem::path file_of(const std::filesystem::path& folder, std::int64_t step) {
  std::string digits = std::to_string(step);
  digits.insert(0, std::max<std::size_t>(digits.size(), 9) - digits.size(), '0');
  return folder / concat("step-", digits, ".safetensors");
}

std::optional<std::int64_t> step_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  constexpr std::string_view before = "step-";
  constexpr std::string_view after = ".safetensors";
  if (!name.starts_with(before) || !name.ends_with(after)) return std::nullopt;
  const char* first = name.data() + before.size();
  const char* last = name.data() + name.size() - after.size();
  std::int64_t step = 0;
  const auto [end, failure] = std::from_chars(first, last, step);
  if (failure != std::errc() || end != last || first == last) return std::nullopt;
  return step;
}

// The contents of a checkpoint that is whole. Throws FileError on one that is not.
struct Contents {
  explicit Contents(const std::filesystem::path& path) : file(path), tensors(file.tensors()) {
    const auto found = file.metadata().find("checksum");
    if (found == file.metadata().end()) throw FileError(path.string(), "no checkpoint: it has no checksum");
    if (found->second != checksum(tensors, file.metadata())) {
      throw FileError(path.string(), "damaged: its contents do not have its checksum");
    }
  }

  SafeTensors file;
  StateDict tensors;
};

void take_up(const Contents& contents, TrainingRun& run) {
  const Position position = position_of(contents.file);
  // Optimiser and average are made ready beside the run's; the module, which may refuse, comes first.
  Optimizer optimizer = run.optimizer;
  optimizer.load_state_dict(part_of(contents.tensors, optimizer_part));
  std::optional<MovingAverage> average;
  if (run.average != nullptr) {
    average = *run.average;
    average->load_state_dict(part_of(contents.tensors, average_part));
  }
  run.module.load_state_dict(part_of(contents.tensors, module_part));
  run.optimizer = std::move(optimizer);
  if (average) *run.average = std::move(*average);
  run.step = position.step;
  run.extra = part_of(contents.file.metadata(), extra_part);
  training_generator() = position.generator;
}

// All but the last `keep` of those up to `step`.
void remove_old(const std::filesystem::path& folder, std::int64_t step, std::size_t keep) {
  auto files = checkpoints_in(folder);
  std::erase_if(files, [&](const auto& file) { return step_of(file) > step; });
  for (std::size_t i = 0; i + keep < files.size(); ++i) {
    std::error_code failure;
    std::filesystem::remove(files[i], failure);
    if (failure) log(LogLevel::warning, concat(files[i].string(), ": cannot remove: ", failure.message()));
  }
}

} // namespace

void save_checkpoint(const std::filesystem::path& folder, const TrainingRun& run, int keep) {
  require<ArgumentError>(keep > 0, "checkpoints of which ", keep, " are kept, expected a positive number");
  require<ArgumentError>(run.step >= 0, "checkpoint at step ", run.step);
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw FileError(folder.string(), "cannot make the folder: " + failure.message());

  StateDict tensors;
  add_with_prefix(tensors, module_part, run.module.state_dict());
  add_with_prefix(tensors, optimizer_part, run.optimizer.state_dict());
  if (run.average != nullptr) add_with_prefix(tensors, average_part, run.average->state_dict());
  Metadata metadata = metadata_of(run);
  metadata["checksum"] = checksum(tensors, metadata);
  write_safetensors(file_of(folder, run.step), tensors, metadata);
  remove_old(folder, run.step, static_cast<std::size_t>(keep));
}

std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder) {
  std::error_code failure;
  std::vector<std::pair<std::int64_t, std::filesystem::path>> found;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (const auto step = step_of(entry->path())) found.emplace_back(*step, entry->path());
  }
  std::ranges::sort(found);
  std::vector<std::filesystem::path> files;
  for (auto& [step, path] : found) files.push_back(std::move(path));
  return files;
}

void load_checkpoint(const std::filesystem::path& file, TrainingRun& run) {
  take_up(Contents(file), run);
}

bool load_latest_checkpoint(const std::filesystem::path& folder, TrainingRun& run) {
  const auto files = checkpoints_in(folder);
  std::string damaged;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    std::optional<Contents> contents;
    try {
      contents.emplace(*file);
    } catch (const FileError& error) {
      log(LogLevel::warning, concat(error.what(), "; looking for an earlier checkpoint"));
      damaged += concat("\n  ", error.what());
      continue;
    }
    take_up(*contents, run);
    return true;
  }
  require<Error>(files.empty(), "no checkpoint in ", folder.string(), " can be read:", damaged);
  return false;
}

} // namespace mammo::nn
