#include "mammo/core/file.hpp"

#include "mammo/core/error.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mammo {
namespace {

std::string reason_of(int code) {
  return std::generic_category().message(code);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

} // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) throw FileError(path.string(), reason_of(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw FileError(path.string(), reason_of(errno));
  if (!S_ISREG(status.st_mode)) throw FileError(path.string(), "not a regular file");
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw FileError(path.string(), reason_of(errno));
  mapping_ = {static_cast<const std::byte*>(address),
              [size = size_](const std::byte* p) { ::munmap(const_cast<std::byte*>(p), size); }};
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_EXCL: never through a link that somebody put there, never into the file of another thread, and past
  // what a killed process of the same number has left behind.
  constexpr std::size_t longest = 200; // of the name's part: file systems take 255 bytes in all
  const std::string name = concat('.', path_.filename().string().substr(0, longest), ".tmp-", ::getpid());
  for (unsigned number = 0;; ++number) {
    temporary_ = path_.parent_path() / (number == 0 ? name : concat(name, '-', number));
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0 || errno != EEXIST) break;
  }
  if (descriptor_ < 0) throw FileError(path_.string(), "cannot write: " + reason_of(errno));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* action) {
  throw FileError(path_.string(), concat(action, ": ", reason_of(errno)));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit() {
  // The bytes must be on the disk before the name is, or a power cut could leave the name on an empty file.
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail("cannot write");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot rename into place");
  ::close(descriptor_);
  descriptor_ = -1;
}

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
  const MappedFile file(path);
  if (file.size() > limit) {
    throw FileError(path.string(), concat(file.size(), " bytes, expected at most ", limit));
  }
  return {reinterpret_cast<const char*>(file.bytes().data()), file.size()};
}

} // namespace mammo
