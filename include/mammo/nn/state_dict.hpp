#pragma once

#include "mammo/core/tensor.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mammo::nn {

/// Tensors by their dotted names, such as `layer1.0.conv1.weight`, in the order of the names.
using StateDict = std::map<std::string, Tensor, std::less<>>;

/// A state dict that does not fit what should take it, such as "the module". `what()` lists everything that
/// is wrong; nothing was loaded.
class StateDictError : public Error {
 public:
  StateDictError(const std::string& taker, std::vector<std::string> missing,
                 std::vector<std::string> unexpected, std::vector<std::string> misfits);

  /// Names that the taker has and the dict has not.
  const std::vector<std::string>& missing() const { return missing_; }
  /// Names that the dict has and the taker has not.
  const std::vector<std::string>& unexpected() const { return unexpected_; }
  /// Names in both, with another shape or an element type that does not convert.
  const std::vector<std::string>& misfits() const { return misfits_; }

 private:
  std::vector<std::string> missing_;
  std::vector<std::string> unexpected_;
  std::vector<std::string> misfits_;
};

} // namespace mammo::nn
