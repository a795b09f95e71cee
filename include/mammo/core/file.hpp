#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mammo {

/// A file's bytes, mapped into memory read-only. `bytes()` shares ownership of the mapping. The file must not
/// be truncated while it is mapped. Throws FileError where it is missing, unreadable or no regular file.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);

  std::size_t size() const { return size_; }
  std::span<const std::byte> bytes() const { return {mapping_.get(), size_}; }
  const std::shared_ptr<const std::byte>& mapping() const { return mapping_; }

 private:
  std::shared_ptr<const std::byte> mapping_;
  std::size_t size_ = 0;
};

/// A file that appears whole or not at all: written to `.<name>.tmp-<pid>` beside its final name, renamed
/// by `commit()`, removed if that is never reached. Throws FileError with the final path and the system's
/// reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  [[noreturn]] void fail(const char* action);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// The whole of a small text file. Throws FileError where it is missing, unreadable or larger than `limit`.
std::string read_text(const std::filesystem::path& path, std::size_t limit = std::size_t{64} << 20);

} // namespace mammo
