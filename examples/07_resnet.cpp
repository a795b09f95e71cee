// Lesson 7, loading a ResNet: weights by name, strictly, from a file that holds more than they. The
// detector's backbone becomes a network of its own, and one of its channels, chosen on one film, is tried on
// another.
//     example_07_resnet MODEL_FOLDER FILMS_FOLDER OUT.png
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

#include <iostream>
#include <string>
using namespace mammo;

struct Seen {
  Tensor grey;
  AffineTransform to_cells; // from the film to cells of stage 3's maps, 16 x 16 pixels of the input each
  Tensor maps;              // [512, 50, 28]
  Tensor ratio;             // [512]: each channel's mean in the mass's box over its mean everywhere
};

Seen look(const models::ResNet& net, const std::string& film, const Box& mass) {
  const Tensor grey = image::render_grey8(image::read_film(film)).pixels;
  const auto seen = image::detector_input(grey);
  const Tensor maps = net.features(seen.input)[2].plain().select(0, 0);
  const auto to_cells = seen.to_input.then(AffineTransform::scaling(1.0 / 16, 1.0 / 16));
  const Box box = to_cells.apply(mass);
  const auto cell = [](double place) { return static_cast<std::int64_t>(place); };
  const Tensor rows = maps.slice(1, cell(box.y), cell(box.bottom()) + 1);
  const Tensor inside = mean(rows.slice(2, cell(box.x), cell(box.right()) + 1), {1, 2});
  return {grey, to_cells, maps, divide(inside, add(mean(maps, {1, 2}), Tensor::full({1}, 1e-3)))};
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  // A weights file knows names and shapes only; that it is half as wide as ResNet-50, one has to know.
  const models::ResNetConfig config{
      .width_factor = 0.5, .stride_on_1x1 = true, .input_channels = 1, .num_classes = 0};
  models::ResNet net(config);
  const nn::SafeTensors file(std::string(argv[1]) + "/weights.safetensors");
  try {
    net.load_state_dict(file.tensors());
  } catch (const nn::StateDictError& error) { // nothing is loaded by halves
    std::cout << "missing: " << error.missing().size() << " names, such as " << error.missing().front()
              << "\nunexpected: " << error.unexpected().size() << ", such as " << error.unexpected().front()
              << '\n';
  }
  nn::StateDict backbone;
  const std::string prefix = "backbone.body.";
  for (const std::string& name : file.names())
    if (name.starts_with(prefix)) backbone[name.substr(prefix.size())] = file.tensor(name);
  net.load_state_dict(backbone); // f16 in the file becomes f32
  std::cout << "loaded: " << backbone.size() << " tensors, " << net.parameter_count() << " parameters\n";

  // Which channel answers to a mass? Chosen on one view of the breast, tried on the other.
  const std::string films = argv[2];
  const Box mass_on_cc{382.8, 998.1, 89.1, 79.5};
  const Seen cc = look(net, films + "/01442_RIGHT_CC.jpg", mass_on_cc);
  const Seen mlo = look(net, films + "/01442_RIGHT_MLO.jpg", {367.9, 872.3, 84.5, 79.7});
  const auto best = argmax(cc.ratio, 0).item<std::int64_t>();
  std::cout << "channel " << best << " is stronger on the mass than everywhere by "
            << cc.ratio.select(0, best).item<float>() << ", in the other view by "
            << mlo.ratio.select(0, best).item<float>() << '\n';
  const Tensor map = mlo.maps.select(0, best).contiguous();
  const image::HeatLayer heat{map, mlo.to_cells, max(map).item<float>(), false, 0.55, "activation"};
  image::write_png(argv[3],
                   image::draw_overlay(mlo.grey, {}, {.heat = heat, .caption = "a channel of stage 3"}));

  models::ResNet blank(config);
  Generator generator(1);
  nn::initialize(blank, generator); // the same with weights that have learned nothing
  const Seen random = look(blank, films + "/01442_RIGHT_CC.jpg", mass_on_cc);
  std::cout << "with random weights the strongest by " << max(random.ratio).item<float>() << '\n';
}
