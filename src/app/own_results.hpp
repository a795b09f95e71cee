#pragma once

#include <filesystem>
#include <string_view>

namespace mammo::app {

/// A name that AtomicFile gives: `.<name>.tmp-<process>`.
bool is_temporary(std::string_view name);

/// Whether a file was made by an earlier run: `X_overlay.png` or `X_preprocessed.png` beside a report
/// `X.json`, `X_saliency.png` beside its `X_saliency.json`, `X_steps.png`, `X_1_flip.png` and the like beside
/// their `X_steps.json`, a mask in `masks/` beside the truth of a phantom, or the temporary file of such a
/// result. Without this, a folder that holds its own results would be analysed into results of results.
bool is_own_result(const std::filesystem::path& path);

} // namespace mammo::app
