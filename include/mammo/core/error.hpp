#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace mammo {

/// Base of every exception this library throws. The message says what was wrong, the value, and what
/// was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A shape, rank, size or index that does not fit.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A dtype, layout or device that an operation does not take.
class TypeError : public Error {
 public:
  using Error::Error;
};

/// An option or argument out of range.
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// Memory that could not be had; the message names the number of bytes asked for.
class OutOfMemory : public Error {
 public:
  using Error::Error;
};

/// No backend that is allowed here implements an operation.
class NotImplemented : public Error {
 public:
  using Error::Error;
};

/// A file that is missing, unreadable, damaged or refused. `what()` is "<path>: <reason>".
class FileError : public Error {
 public:
  FileError(std::string path, std::string reason)
      : Error(path + ": " + reason), path_(std::move(path)), reason_(std::move(reason)) {}

  const std::string& path() const { return path_; }
  const std::string& reason() const { return reason_; }

 private:
  std::string path_;
  std::string reason_;
};

/// The parts written one after the other: `concat("rank ", 3, ", expected ", 4)`.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws `E` with the concatenated parts unless `condition` holds.
template <class E, class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw E(concat(parts...));
}

} // namespace mammo
