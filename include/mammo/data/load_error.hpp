#pragma once

#include "mammo/core/error.hpp"
#include "mammo/data/sampler.hpp"

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mammo::data {

/// An example that could not be made, or a batch that could not be collated. `what()` names it and its place
/// and repeats the reason; the exception that was thrown is nested: `rethrow_nested()` throws it again.
class LoadError : public Error, public std::nested_exception {
 public:
  /// To be made while the exception is being handled.
  LoadError(const std::string& message, std::vector<std::size_t> indices)
      : Error(message), indices_(std::move(indices)) {}

  /// The data set's index of the example; for collation those of the whole batch.
  const std::vector<std::size_t>& indices() const { return indices_; }

 private:
  std::vector<std::size_t> indices_;
};

namespace detail {
/// Throws the LoadError for the example at `part` of the batch, or for its collation where that is null.
[[noreturn]] void throw_load_error(const std::exception_ptr& error, const SampledBatch& batch,
                                   std::optional<std::size_t> part);
} // namespace detail

} // namespace mammo::data
