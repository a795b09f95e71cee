#pragma once

namespace mammo::data {

enum class Laterality { left, right };
enum class Projection { cc, mlo };

/// "L", "R"; "CC", "MLO".
const char* name_of(Laterality laterality);
const char* name_of(Projection projection);

} // namespace mammo::data
