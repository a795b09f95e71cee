#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace mammo::test {

// A film by formula: a breast that is a bright half disc at the left edge with a brighter disc in it, u8
// [height, width].
Tensor formula_film(std::int64_t height = 400, std::int64_t width = 240);

// Writes the film as PNG bytes, whatever the name, and makes the folders that it needs.
void put_film(const std::filesystem::path& path);
void put_text(const std::filesystem::path& path, const std::string& text);

// The bytes of an uncompressed DICOM object (PS3.10, Explicit VR Little Endian) holding `film`, u8 [H, W].
std::string dicom_bytes(const Tensor& film, const std::string& modality, const std::string& laterality = "L",
                        const std::string& view = "MLO");

} // namespace mammo::test
