#pragma once

#include <string>
#include <string_view>

namespace mammo::nn {

// Parameters are chosen by patterns over their dotted names, as files are in a shell: `*` stands for any
// characters, dots among them, `?` for one, `[a-c]` for one of a set. `backbone.body.layer1.*` are all
// parameters of that stage, `*.bias` all biases; a name without these characters stands for itself.

bool name_matches(const std::string& name, const std::string& pattern);

/// Whether it has one of these characters.
inline bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[]\\") != std::string_view::npos;
}

} // namespace mammo::nn
