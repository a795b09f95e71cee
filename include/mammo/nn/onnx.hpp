#pragma once

#include "mammo/nn/trace.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace mammo::nn {

struct OnnxOptions {
  /// Of the graph.
  std::string name = "network";
  /// Free text by keys, kept in the file.
  std::map<std::string, std::string> metadata{};
};

/// Writes a traced network as an ONNX file (opset 17) that other runtimes run: inputs and outputs under their
/// names and with the shapes of the trace's examples, weights as initializers under the names of the state
/// dict. What mammo fuses is taken apart, a folded norm stays folded, and everything is row-major. Throws
/// NotImplemented, naming the operation and its layer, where ONNX has no form of one; FileError where the
/// file cannot be written.
void export_onnx(const Trace& trace, const std::filesystem::path& path, const OnnxOptions& options = {});

} // namespace mammo::nn
