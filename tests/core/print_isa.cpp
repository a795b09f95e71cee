#include "mammo/core/isa.hpp"

#include <iostream>

int main() {
  std::cout << mammo::name(mammo::isa()) << '\n';
}
