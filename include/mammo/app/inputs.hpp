#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::app {

/// One image to analyse.
struct InputFile {
  std::filesystem::path
      path; ///< as given; a file found in a folder is the folder as given, joined with the rest
  std::filesystem::path folder; ///< of the file, relative to the folder INPUT it was found under; else empty
};

/// Something that could not become an image, and why.
struct Refusal {
  std::string name;
  std::string reason;
};

struct Inputs {
  std::vector<InputFile> images; ///< in the order of the arguments, a folder's files by name, each once
  std::vector<Refusal> skipped;  ///< found in folders, no images: nothing is wrong with them
  std::vector<Refusal> refused;  ///< arguments that give no image, folders that cannot be read
};

/// The images that the arguments name.
///
/// - A file is an image, whatever it holds: reading it tells.
/// - A folder gives the files below it that image::looks_like_image; the others are skipped, as are links to
///   folders (which might lead out of the folder, or round in circles), results of earlier runs, and
///   temporary files that an interrupted run left.
/// - What exists under no such name and has one of * ? [ is expanded as a shell would (POSIX glob).
///
/// An argument that gives no image is refused. Never throws on what is found on the disk.
Inputs collect_inputs(const std::vector<std::string>& arguments);

/// Where each image's results go: a path relative to the output folder, to which ".json", "_overlay.png" and
/// "_preprocessed.png" are added.
///
/// It is `<folder>/<stem>`. Where several images would share one, each gets
/// `<folder>/<stem>-<first 8 hexadecimal digits of the SHA-256 of its path>`; so does one whose stem is
/// "summary" or "manifest", the names of files about a whole run. Throws ArgumentError where two images with
/// one path are given.
std::vector<std::filesystem::path> output_stems(const std::vector<InputFile>& images);

} // namespace mammo::app
