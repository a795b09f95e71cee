#pragma once

#include "mammo/core/shape.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/trace.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::models {

// All architectures as one kind of thing, for programs that treat them alike: to list, load, trace, export,
// explain and time them. One that works with a certain network builds its class, such as RetinaNet, instead.

using nn::Forward;
using nn::NamedTensor;

struct NetworkInput {
  std::string name;
  /// What it is used with, one picture; other batches, and where the architecture allows it other sizes, are
  /// fine too.
  Shape shape;
};

/// A network of any architecture. Without weights until it is given some.
struct Network {
  std::string architecture; ///< `retinanet`
  /// Of the configuration: `retinanet_resnet50_fpn`; empty where it has none.
  std::string name;
  /// JSON that parse_network reads: {"architecture": "retinanet", "network": {...}}, every key included.
  std::string config;
  std::unique_ptr<nn::Module> module;
  std::vector<NetworkInput> inputs;
  /// Of tensors in the order of `inputs`: the raw outputs. It lives as long as `module`.
  Forward forward;
};

/// `resnet`, `retinanet`, ...
std::vector<std::string> architecture_names();
/// Of one architecture, or of all: `resnet50`, `retinanet_resnet50_fpn`, ... Throws ArgumentError on a name
/// that is no architecture.
std::vector<std::string> configuration_names();
std::vector<std::string> configuration_names(std::string_view architecture);

/// The network that is configured under this name, without weights. Throws ArgumentError where there is none.
Network make_network(std::string_view name);

/// The network that a model folder's `config.json` describes under the keys `architecture` (retinanet where
/// it is left out) and `network`, without weights. Other keys are not looked at. `where` names the text in
/// errors. Throws FileError on what is no JSON, on an unknown architecture, an unknown key of the network,
/// a value of another type, and a network that cannot be built.
Network parse_network(const std::string& json, const std::string& where);

/// f32 inputs of the network's shapes, by formula (nn/formula.hpp): for
/// `nn::trace(*network.module, network.forward, example_inputs(network))`.
std::vector<NamedTensor> example_inputs(const Network& network);

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged; where they do not fit each other, with every entry that does not.
Network load_network(const std::filesystem::path& folder);

} // namespace mammo::models
