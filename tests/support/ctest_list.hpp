#pragma once

namespace mammo::test {

// Writes the ctest file of this program: one add_test for each case, with its labels (cmake/mammo_layer.cmake
// says which). Arguments: --write-ctest FILE PREFIX PROGRAM WORKING_DIRECTORY TIMEOUT_SECONDS. Returns the
// exit status.
int write_ctest(int argc, char** argv);

} // namespace mammo::test
