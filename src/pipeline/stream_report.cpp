#include "mammo/pipeline/stream_report.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace mammo::pipeline {
namespace {

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

} // namespace

std::string StreamReport::text() const {
  std::size_t width = 5;
  for (const StageReport& stage : stages) width = std::max(width, stage.name.size());
  std::ostringstream out;
  out << std::fixed << std::setprecision(2) << std::left << std::setw(static_cast<int>(width)) << "stage"
      << std::right << "     calls  errors   busy ms       p50       p90       p99   longest  waiting\n";
  for (const StageReport& stage : stages) {
    out << std::left << std::setw(static_cast<int>(width)) << stage.name << std::right << std::setw(10)
        << stage.calls << std::setw(8) << stage.errors;
    for (const std::chrono::nanoseconds time : {stage.busy, stage.p50, stage.p90, stage.p99, stage.longest}) {
      out << std::setw(10) << milliseconds(time);
    }
    out << std::setw(9) << stage.most_waiting << '\n';
  }
  out << read << " read, " << delivered << " delivered, " << failed << " failed, " << dropped
      << " dropped in " << milliseconds(wall) << " ms with " << workers
      << (workers == 1 ? " worker\n" : " workers\n");
  return out.str();
}

} // namespace mammo::pipeline
