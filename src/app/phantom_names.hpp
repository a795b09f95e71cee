#pragma once

#include "mammo/data/phantom.hpp"

#include <string>

namespace mammo::app {

// "L_CC.dcm"
std::string film_name(const data::PhantomFilm& film);
// "masks/L_CC_breast.png", relative to the exam's folder.
std::string mask_name(const data::PhantomFilm& film, const std::string& part);
// "mass_1", by the lesion's number.
std::string mass_part(const data::PhantomMass& mass);

// Whether a file in masks/ is called as one of ours.
bool is_phantom_mask(const std::string& name);

} // namespace mammo::app
