#include "mammo/app/manifest.hpp"

#include "mammo/core/error.hpp"
#include "mammo/pipeline/json_lines.hpp"

#include <system_error>

namespace mammo::app {

namespace fs = std::filesystem;
using pipeline::Record;

std::optional<Manifest> read_manifest(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  pipeline::JsonLinesSource lines(path);
  try {
    const auto head = lines.next();
    if (!head || head->text("schema") != manifest_schema) {
      throw FileError(path.string(), concat("is no ", manifest_schema));
    }
    Manifest manifest{.input = head->text("input"), .settings = head->text("settings"), .items = {}};
    while (const auto line = lines.next()) {
      manifest.items.push_back({.input = {.path = line->text("path"), .folder = line->text("folder")},
                                .stem = line->text("stem"),
                                .reason = line->text("reason")});
    }
    return manifest;
  } catch (const FileError&) {
    throw;
  } catch (const Error& missing) {
    throw FileError(path.string(), missing.what());
  }
}

void write_manifest(const fs::path& path, const Manifest& manifest) {
  pipeline::JsonLinesSink lines(path);
  lines(Record{{"schema", std::string(manifest_schema)},
               {"mammo_version", MAMMO_VERSION},
               {"input", manifest.input},
               {"settings", manifest.settings}});
  for (const ManifestItem& item : manifest.items) {
    lines(Record{{"path", item.input.path.string()},
                 {"folder", item.input.folder.string()},
                 {"stem", item.stem.string()},
                 {"reason", item.reason}});
  }
  lines.flush();
}

} // namespace mammo::app
