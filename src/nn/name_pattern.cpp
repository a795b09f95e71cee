#include "mammo/nn/name_pattern.hpp"

#include <fnmatch.h>

namespace mammo::nn {

bool name_matches(const std::string& name, const std::string& pattern) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

} // namespace mammo::nn
