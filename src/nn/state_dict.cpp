#include "mammo/nn/state_dict.hpp"

#include <sstream>
#include <utility>

namespace mammo::nn {
namespace {

void list(std::ostream& out, const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out << "; " << names.size() << ' ' << what << ": ";
  const char* separator = "";
  for (const auto& name : names) {
    out << separator << name;
    separator = ", ";
  }
}

std::string message(const std::string& taker, const std::vector<std::string>& missing,
                    const std::vector<std::string>& unexpected, const std::vector<std::string>& misfits) {
  std::ostringstream out;
  out << "state dict does not fit " << taker;
  list(out, "missing", missing);
  list(out, "unexpected", unexpected);
  list(out, "of another shape or type", misfits);
  return out.str();
}

} // namespace

StateDictError::StateDictError(const std::string& taker, std::vector<std::string> missing,
                               std::vector<std::string> unexpected, std::vector<std::string> misfits)
    : Error(message(taker, missing, unexpected, misfits)),
      missing_(std::move(missing)),
      unexpected_(std::move(unexpected)),
      misfits_(std::move(misfits)) {}

} // namespace mammo::nn
