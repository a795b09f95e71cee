#pragma once

#include "mammo/pipeline/stage.hpp"
#include "mammo/pipeline/stored.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

namespace detail {

/// A folder of results, each in a file named after the 128 bits of FNV-1a over the version and the input.
class CacheFolder {
 public:
  /// Makes the folder where it is missing. Throws FileError where it cannot, ArgumentError on no version.
  CacheFolder(std::filesystem::path folder, std::string version);

  /// The file of an input given as bytes; `path_of_file` hashes a file's content instead.
  std::filesystem::path path_of(std::string_view input) const;
  std::filesystem::path path_of_file(const std::filesystem::path& input) const;

  /// What was kept; nothing where there is none, or where the file is damaged.
  std::optional<std::string> find(const std::filesystem::path& entry) const;
  /// Whole or not at all. Throws FileError.
  void keep(const std::filesystem::path& entry, std::string_view bytes) const;

 private:
  std::filesystem::path folder_;
  std::string version_;
};

} // namespace detail

/// A stage whose results are kept on the disk.
template <class S>
class Cached : public StageBase {
 public:
  using Input = SeenInput<typename S::Input>;
  using Label = typename S::Label;
  static constexpr bool is_serial = S::is_serial;
  template <class Left, class In>
  using Check = typename S::template Check<Left, const std::remove_cvref_t<In>&>;

  Cached(std::filesystem::path folder, std::string version, S stage)
      : folder_(std::move(folder), std::move(version)), stage_(std::move(stage)) {}

  template <class In>
  auto operator()(const In& in) const {
    static_assert(must_fit<Check<Caller, const In&>>);
    using Out = std::decay_t<OutputOf<S, const In&>>;
    static_assert(Storable<Out>, "cached: specialise mammo::pipeline::Stored for what the stage gives");
    // As what the stage sees, so that "a" and std::string("a") are one input to it.
    using Seen = std::conditional_t<is_known<typename S::Input>, std::remove_cvref_t<typename S::Input>, In>;
    const std::filesystem::path entry = entry_of<Seen>(in);
    if (const auto kept = folder_.find(entry)) {
      try {
        ByteReader from(*kept);
        Out result = Stored<Out>::read(from);
        if (from.left() == 0) return result;
      } catch (const Error&) { // damaged: made anew below
      }
    }
    Out result = stage_(in);
    ByteWriter to;
    Stored<Out>::write(to, result);
    folder_.keep(entry, to.bytes());
    return result;
  }

  const S& inner() const { return stage_; }

 private:
  template <class In>
  std::filesystem::path entry_of(const In& in) const {
    if constexpr (std::is_same_v<In, std::filesystem::path>) {
      return folder_.path_of_file(in);
    } else {
      static_assert(Storable<In>, "cached: specialise mammo::pipeline::Stored for what the stage takes");
      ByteWriter key;
      Stored<In>::write(key, in);
      return folder_.path_of(key.bytes());
    }
  }

  detail::CacheFolder folder_;
  S stage_;
};

/// `cached(dir, "blur 2", f)`: f's result is kept in `dir` and found again for the same input and the same
/// version, also by another process; `version` names the filter and is changed whenever its results would. A
/// path stands for the file's content: a renamed file is found again, a changed one is not. A damaged entry
/// is made anew. Nothing is ever removed from the folder. Throws FileError where it cannot be written.
template <class F>
auto cached(std::filesystem::path folder, std::string version, F f) {
  return Cached<AsStage<F>>(std::move(folder), std::move(version), filter(std::move(f)));
}

} // namespace mammo::pipeline
