#pragma once

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/nn/safetensors.hpp"
#include "models/json_fields.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace mammo::models {

/// Reads a configuration from JSON and checks it: `check(config)` throws Error on one that cannot be. Throws
/// FileError, with `where`, on all that is wrong.
template <class Config>
Config parse_model_config(const std::string& json, const std::string& where, void (*check)(const Config&)) {
  Config config;
  try {
    JsonReader::read(parse_json(json), "", config);
    check(config);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(where, error.what());
  }
  return config;
}

/// What `parse(json, where)` makes of a folder's `config.json`. Throws FileError.
template <class Parse>
auto read_model_config(const std::filesystem::path& folder, const Parse& parse) {
  const std::filesystem::path path = folder / "config.json";
  constexpr std::size_t limit = std::size_t{1} << 20;
  return parse(read_text(path, limit), path.string());
}

/// A model of a folder: its `config.json`, read by `parse(json, where)`, and a network of `config.network`
/// with the weights of `weights.safetensors`. Throws FileError, naming the file, where one is missing or
/// damaged or they do not fit each other.
template <class Model, class Parse>
Model load_model(const std::filesystem::path& folder, const Parse& parse) {
  using Network = typename decltype(Model::network)::element_type;
  Model model;
  model.config = read_model_config(folder, parse);
  model.weights_path = folder / "weights.safetensors";
  model.network = std::make_unique<Network>(model.config.network);
  const nn::SafeTensors weights(model.weights_path);
  try {
    model.network->load_state_dict(weights.tensors());
  } catch (const nn::StateDictError& error) {
    throw FileError(model.weights_path.string(), error.what());
  }
  return model;
}

} // namespace mammo::models
