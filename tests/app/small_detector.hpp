#pragma once

#include <filesystem>
#include <string>

namespace mammo::test {

// A models folder with a detector of test size: the shipped one's preprocessing on a canvas of 128 x 80, a
// narrow network with weights by formula. It finds what it finds; it runs in milliseconds.
void put_small_detector(const std::filesystem::path& models);

// Such a folder, made once in this process: for tests in which any detector will do.
std::string small_models();

} // namespace mammo::test
