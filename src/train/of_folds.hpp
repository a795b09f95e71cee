#pragma once

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

namespace mammo::train {

/// The items of these folds, fold by fold. Throws ArgumentError where a fold has none.
template <class Item>
std::vector<Item> of_folds(const std::vector<Item>& items, const std::vector<std::int64_t>& folds) {
  std::vector<Item> chosen;
  for (const std::int64_t fold : folds) {
    const std::size_t before = chosen.size();
    std::ranges::copy_if(items, std::back_inserter(chosen),
                         [&](const Item& item) { return item.fold == fold; });
    require<ArgumentError>(chosen.size() > before, "no film is of fold ", fold, ", which the recipe needs");
  }
  return chosen;
}

/// Which films a run is about, as its folder says it: name and fold of each.
template <class Film>
std::string films_csv(const std::vector<Film>& films) {
  std::string csv = "name,fold\n";
  for (const Film& film : films) csv += concat(film.name, ',', film.fold.value_or(-1), '\n');
  return csv;
}

} // namespace mammo::train
