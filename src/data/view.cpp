#include "mammo/data/view.hpp"

namespace mammo::data {

const char* name_of(Laterality laterality) {
  return laterality == Laterality::left ? "L" : "R";
}

const char* name_of(Projection projection) {
  return projection == Projection::cc ? "CC" : "MLO";
}

} // namespace mammo::data
