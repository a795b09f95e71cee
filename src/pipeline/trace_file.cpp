#include "pipeline/trace_file.hpp"

#include "mammo/core/error.hpp"

#include <nlohmann/json.hpp>

namespace mammo::pipeline::detail {
namespace {

constexpr std::size_t room = std::size_t{1} << 16;

double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

} // namespace

TraceFile::TraceFile(const std::filesystem::path& path) : file_(path) {
  text_ = R"({"displayTimeUnit":"ms","traceEvents":[)";
}

void TraceFile::add(std::string_view stage, std::uint64_t item, int worker, Clock::time_point from,
                    Clock::time_point to) {
  const nlohmann::json event{{"name", stage},
                             {"ph", "X"},
                             {"pid", 1},
                             {"tid", worker},
                             {"ts", microseconds(from - start_)},
                             {"dur", microseconds(to - from)},
                             {"args", {{"item", item}}}};
  const std::string line = event.dump();
  const std::scoped_lock lock(mutex_);
  text_ += is_first_ ? "\n" : ",\n";
  is_first_ = false;
  text_ += line;
  if (text_.size() > room) write_out();
}

void TraceFile::write_out() {
  file_.write(text_);
  text_.clear();
}

void TraceFile::commit() {
  const std::scoped_lock lock(mutex_);
  text_ += "\n]}\n";
  write_out();
  file_.commit();
}

} // namespace mammo::pipeline::detail
