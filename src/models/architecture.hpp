#pragma once

#include "mammo/backend/vocabulary/common.hpp"
#include "mammo/models/zoo.hpp"
#include "models/json_fields.hpp"

#include <algorithm>
#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::models {

/// An architecture with its class taken away, so that all fit one table.
struct Architecture {
  std::string name;
  std::vector<std::string> configurations;
  std::function<Network(std::string_view configuration)> make;
  std::function<Network(const Json& network)> parse; // throws Error with the key alone
};

template <class Net>
using ConfigOf = std::remove_cvref_t<decltype(std::declval<const Net&>().config())>;

/// What there is to say about an architecture whose class is Net. Its configuration needs `describe` and ==.
template <class Net>
struct ArchitectureOf {
  struct Configuration {
    std::string name;
    ConfigOf<Net> config;
    Size2d input; // height and width of the picture that it is used with
  };

  std::string name;
  /// A configuration without a name is used with pictures of the first one's size.
  std::vector<Configuration> configurations;
  std::vector<NetworkInput> (*inputs)(const ConfigOf<Net>& config, Size2d input);
  std::vector<NamedTensor> (*forward)(const Net& net, std::span<const Tensor> inputs);
};

template <class Net>
Network build(const ArchitectureOf<Net>& row, const ConfigOf<Net>& config) {
  const auto known =
      std::ranges::find(row.configurations, config, &ArchitectureOf<Net>::Configuration::config);
  const bool is_named = known != row.configurations.end();
  auto net = std::make_unique<Net>(config);
  Json json{{"architecture", row.name}, {"network", JsonWriter::write(config)}};
  Network result{.architecture = row.name,
                 .name = is_named ? known->name : std::string(),
                 .config = json.dump(2) + '\n',
                 .module = nullptr,
                 .inputs = row.inputs(config, is_named ? known->input : row.configurations.front().input),
                 .forward = {}};
  result.forward = [&built = std::as_const(*net), forward = row.forward,
                    count = result.inputs.size()](std::span<const Tensor> inputs) {
    require<ArgumentError>(inputs.size() == count, "a network given ", inputs.size(), " tensors, expected ",
                           count);
    return forward(built, inputs);
  };
  result.module = std::move(net);
  return result;
}

/// The row as the table holds it.
template <class Net>
Architecture architecture(const ArchitectureOf<Net>& row) {
  Architecture result{.name = row.name, .configurations = {}, .make = {}, .parse = {}};
  for (const auto& configuration : row.configurations) result.configurations.push_back(configuration.name);
  result.make = [row](std::string_view name) {
    const auto found = std::ranges::find(row.configurations, name, &ArchitectureOf<Net>::Configuration::name);
    return build(row, found->config);
  };
  result.parse = [row](const Json& json) {
    ConfigOf<Net> config{};
    JsonReader::read(json, "network", config);
    return build(row, config);
  };
  return result;
}

} // namespace mammo::models
