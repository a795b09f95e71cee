#include "mammo/pipeline/watched_folder.hpp"

#include "mammo/core/error.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace mammo::pipeline {

namespace fs = std::filesystem;

WatchedFolderSource::WatchedFolderSource(const fs::path& folder, WatchOptions options)
    : options_(std::move(options)), descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  try {
    if (descriptor_ < 0)
      throw FileError(folder.string(), "cannot watch: " + std::generic_category().message(errno));
    watch(folder);
  } catch (...) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
}

WatchedFolderSource::~WatchedFolderSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

WatchedFolderSource::WatchedFolderSource(WatchedFolderSource&& other) noexcept
    : options_(std::move(other.options_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      folders_(std::move(other.folders_)),
      found_(std::move(other.found_)),
      seen_(std::move(other.seen_)) {}

/// The watch comes before the look, so that nothing falls between the two.
void WatchedFolderSource::watch(const fs::path& folder) {
  constexpr unsigned events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;
  const int number = ::inotify_add_watch(descriptor_, folder.c_str(), events);
  if (number < 0) throw FileError(folder.string(), "cannot watch: " + std::generic_category().message(errno));
  folders_[number] = folder;
  FolderSource present(folder, {.recursive = false, .matches = options_.folder.matches});
  while (auto file = present.next()) {
    std::error_code ignored;
    seen_[*file] = fs::last_write_time(*file, ignored);
    found_.push_back(*std::move(file));
  }
  if (!options_.folder.recursive) return;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) watch(entry.path());
  }
}

std::optional<fs::path> WatchedFolderSource::next() {
  for (;;) {
    if (options_.stop && options_.stop()) return std::nullopt;
    if (!found_.empty()) {
      fs::path file = std::move(found_.front());
      found_.pop_front();
      return file;
    }
    pollfd readable{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(options_.look.count())) > 0) take_events();
  }
}

void WatchedFolderSource::take_events() {
  alignas(inotify_event) std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer{};
  for (ssize_t got = 0; (got = ::read(descriptor_, buffer.data(), buffer.size())) > 0;) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end() || event.len == 0) continue;
      take_event(folder->second / name, (event.mask & IN_ISDIR) != 0, (event.mask & IN_CREATE) == 0);
    }
  }
}

void WatchedFolderSource::take_event(const fs::path& path, bool is_folder, bool is_complete) {
  if (is_folder) {
    if (!options_.folder.recursive) return;
    try {
      watch(path);
    } catch (const FileError&) { // gone again
    }
    return;
  }
  if (!is_complete || (options_.folder.matches && !options_.folder.matches(path))) return;
  std::error_code gone;
  const auto written = fs::last_write_time(path, gone);
  if (gone) return;
  const auto seen = seen_.find(path);
  const bool is_known = seen != seen_.end() && seen->second == written;
  if (seen != seen_.end()) seen_.erase(seen);
  if (!is_known) found_.push_back(path);
}

} // namespace mammo::pipeline
