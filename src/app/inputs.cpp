#include "mammo/app/inputs.hpp"

#include "app/own_results.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include <glob.h>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

class Collector {
 public:
  void add_argument(const std::string& argument) {
    std::error_code error;
    const fs::file_status status = fs::status(argument, error);
    if (fs::exists(status)) return add_existing(argument, status);
    if (argument.find_first_of("*?[") != std::string::npos) return add_pattern(argument);
    // A name too long or behind a locked folder has its own reason; a missing file has none but that.
    const auto reason = error ? error : std::make_error_code(std::errc::no_such_file_or_directory);
    inputs_.refused.push_back({argument, reason.message()});
  }

  Inputs take() { return std::move(inputs_); }

 private:
  void add_existing(const fs::path& path, const fs::file_status& status) {
    if (!fs::is_directory(status)) {
      add_image(path, {});
      return;
    }
    const std::size_t images_before = inputs_.images.size();
    const std::size_t refused_before = inputs_.refused.size();
    bool named_before = false;
    add_folder(path, {}, named_before);
    const bool gave_something = inputs_.images.size() > images_before || named_before;
    if (!gave_something && inputs_.refused.size() == refused_before) {
      inputs_.refused.push_back({path.string(), "no images in this folder"});
    }
  }

  void add_pattern(const std::string& pattern) {
    glob_t found{};
    const int result = ::glob(pattern.c_str(), 0, nullptr, &found);
    std::vector<std::string> names;
    if (result == 0) names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    if (names.empty()) inputs_.refused.push_back({pattern, "no file matches this pattern"});
    for (const std::string& name : names) {
      std::error_code ignored;
      add_existing(name, fs::status(name, ignored));
    }
  }

  /// `relative` is the folder as seen from INPUT. `named_before` becomes true where the folder holds an image
  /// that an earlier argument gave.
  void add_folder(const fs::path& folder, const fs::path& relative, bool& named_before) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(*it);
    }
    if (error) inputs_.refused.push_back({folder.string(), error.message()});
    std::ranges::sort(entries, {}, [](const fs::directory_entry& e) { return e.path().native(); });

    for (const fs::directory_entry& entry : entries) {
      std::error_code ignored;
      const bool is_folder = entry.is_directory(ignored);
      if (is_folder && entry.is_symlink(ignored)) {
        inputs_.skipped.push_back({entry.path().string(), "link to a folder"});
      } else if (is_folder) {
        add_folder(entry.path(), relative / entry.path().filename(), named_before);
      } else if (is_own_result(entry.path())) {
        inputs_.skipped.push_back({entry.path().string(), "result of an earlier run"});
      } else if (image::looks_like_image(entry.path())) {
        const bool added = add_image(entry.path(), relative);
        named_before = named_before || !added;
      } else {
        inputs_.skipped.push_back({entry.path().string(), "not an image"});
      }
    }
  }

  /// False where the same image is in the list already.
  bool add_image(const fs::path& path, const fs::path& folder) {
    if (!seen_.emplace(path.native(), folder.native()).second) return false;
    inputs_.images.push_back({path, folder});
    return true;
  }

  Inputs inputs_;
  std::set<std::pair<std::string, std::string>> seen_;
};

} // namespace

Inputs collect_inputs(const std::vector<std::string>& arguments) {
  Collector collector;
  for (const std::string& argument : arguments) collector.add_argument(argument);
  return collector.take();
}

} // namespace mammo::app
