#include "mammo/data/load_error.hpp"

namespace mammo::data::detail {
namespace {

[[noreturn]] void throw_for(const SampledBatch& batch, std::optional<std::size_t> part, const char* reason) {
  const std::uint64_t position = batch.at.position + part.value_or(0);
  const std::string place = concat(" (epoch ", batch.at.epoch, ", position ", position, "): ", reason);
  if (!part) throw LoadError(concat("batch of ", batch.indices.size(), " examples", place), batch.indices);
  throw LoadError(concat("example ", batch.indices[*part], place), {batch.indices[*part]});
}

} // namespace

void throw_load_error(const std::exception_ptr& error, const SampledBatch& batch,
                      std::optional<std::size_t> part) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    throw_for(batch, part, caught.what());
  } catch (...) {
    throw_for(batch, part, "not a std::exception");
  }
}

} // namespace mammo::data::detail
