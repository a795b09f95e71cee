#pragma once

#include "app/file_set.hpp"
#include "mammo/image/line_plot.hpp"
#include "mammo/image/write_png.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace mammo::app {

/// A plot as `<stem>.png` and `<stem>.svg`.
inline void add_plot(FileSet& files, const std::filesystem::path& stem,
                     std::span<const image::LineSeries> series, const image::LinePlotOptions& options) {
  const auto with = [&](const char* ending) {
    std::filesystem::path path = stem;
    return path += ending;
  };
  files.add(with(".png"),
            std::span<const std::byte>(image::encode_png(image::draw_line_plot(series, options))));
  files.add(with(".svg"), std::string_view(image::line_plot_svg(series, options)));
}

} // namespace mammo::app
