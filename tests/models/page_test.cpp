// docs/models.md: its tables say what the zoo has.
#include "mammo/core/file.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <ranges>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// A line of a table: | `prefix`, `prefix` | parameters | shape | ... |
struct Part {
  std::vector<std::string> prefixes; // of names in the state dict; none in the line of the sum
  std::int64_t parameters = 0;
  std::string shape; // empty where the page gives none

  bool has(const std::string& name) const {
    return std::ranges::any_of(prefixes, [&](const std::string& prefix) {
      return name == prefix || name.starts_with(prefix + '.');
    });
  }
};

struct Table {
  std::string network;
  std::vector<Part> parts;
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line.substr(1));
  for (std::string cell; std::getline(text, cell, '|');) {
    const auto first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? ""
                                               : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return cells;
}

Part part_of(const std::vector<std::string>& cells) {
  Part part{.prefixes = {}, .parameters = 0, .shape = cells.at(2)};
  std::istringstream names(cells[0]);
  for (std::string text; std::getline(names, text, '`') && std::getline(names, text, '`');) {
    part.prefixes.push_back(text);
  }
  std::string digits = cells[1];
  std::erase(digits, ',');
  part.parameters = std::stoll(digits);
  return part;
}

// The tables whose second and third columns are `parameters` and `gives`.
std::vector<Table> tables_of_page() {
  std::vector<Table> tables;
  std::istringstream page(read_text(test::source_dir() / "docs/models.md"));
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with('|')) {
      inside = false;
      continue;
    }
    const auto cells = cells_of(line);
    if (cells.size() > 2 && cells[1] == "parameters" && cells[2] == "gives") {
      tables.push_back({.network = cells[0], .parts = {}});
      inside = true;
    } else if (inside && !cells[0].starts_with("---")) {
      tables.back().parts.push_back(part_of(cells));
    }
  }
  return tables;
}

// Without the batch: "64 x 320 x 320".
std::string text_of(const Shape& shape) {
  std::string text;
  for (int d = 1; d < shape.rank(); ++d) text += (d > 1 ? " x " : "") + std::to_string(shape[d]);
  return text;
}

// What the last of the part's layers gives.
std::string last_shape(const nn::Trace& trace, const Part& part) {
  for (const nn::TraceStep& step : std::views::reverse(trace.steps)) {
    if (part.has(step.layer)) return text_of(trace.values[step.outputs[0]].spec.shape);
  }
  return "nothing";
}

} // namespace

TEST_CASE("the page of models counts the parameters of every part, and of all parts") {
  const auto tables = tables_of_page();
  CHECK(tables.size() >= 6);
  for (const Table& table : tables) {
    INFO(table.network);
    const models::Network network = models::make_network(table.network);
    std::int64_t total = 0;
    for (const Part& part : table.parts) {
      if (part.prefixes.empty()) {
        CHECK(part.parameters == network.module->parameter_count());
        continue;
      }
      std::int64_t count = 0;
      for (const auto& entry : network.module->named_parameters()) {
        if (part.has(entry.name)) count += numel(entry.shape);
      }
      INFO(part.prefixes[0]);
      CHECK(part.parameters == count);
      total += count;
    }
    CHECK(total == network.module->parameter_count()); // no part is left out or there twice
    REQUIRE_FALSE(table.parts.empty());
    CHECK(table.parts.back().prefixes.empty());
  }
}

TEST_CASE("the page of models gives the shapes that the networks compute", "[slow]") {
  for (const Table& table : tables_of_page()) {
    INFO(table.network);
    const models::Network network = models::make_network(table.network);
    load_by_formula(*network.module);
    const nn::Trace trace = nn::trace(*network.module, network.forward, example_inputs(network));
    for (const Part& part : table.parts) {
      if (part.prefixes.empty()) continue;
      INFO(part.prefixes[0]);
      CHECK(part.shape == last_shape(trace, part));
    }
  }
}

TEST_CASE("the page's program builds a network and runs it") {
  const models::Network network = models::make_network("vit_tiny_patch16_224"); // or load_network(folder)
  nn::load_by_formula(*network.module);                                         // or load_state_dict(...)
  const auto outputs = network.forward(std::vector{Tensor::zeros({1, 3, 224, 224})});
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].tensor.shape() == Shape{1, 1000});
}
