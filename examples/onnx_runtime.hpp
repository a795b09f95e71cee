#pragma once

#include "mammo/core/file.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdio>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

// Lesson 18's other side: onnx_runtime.py, in a process of its own. Python packages of one process and our
// libraries would share threads and memory.
struct OnnxRuntimeRuns {
  std::string version;
  std::vector<double> milliseconds;
  std::vector<float> output; // the first, row-major
};

// Runs `file`.onnx on x, f32. Nothing where `python` has no ONNX Runtime; it says why on standard error.
inline std::optional<OnnxRuntimeRuns> run_in_onnx_runtime(const std::string& python, const std::string& file,
                                                          const mammo::Tensor& x, int threads, int runs) {
  mammo::AtomicFile input(file + ".input");
  input.write(std::as_bytes(x.data<float>()));
  input.commit();
  std::ostringstream command;
  command << "'" << python << "' examples/onnx_runtime.py '" << file << ".onnx' " << threads << ' ' << runs;
  FILE* pipe = ::popen(command.str().c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  if (::pclose(pipe) != 0) return std::nullopt;

  OnnxRuntimeRuns result;
  std::istringstream printed(text);
  printed >> result.version;
  for (double ms = 0; printed >> ms;) result.milliseconds.push_back(ms);
  const mammo::MappedFile output(file + ".output");
  const auto* numbers = reinterpret_cast<const float*>(output.bytes().data());
  result.output.assign(numbers, numbers + output.size() / sizeof(float));
  return result;
}
