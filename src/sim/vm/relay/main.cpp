// `ec2spotter-relay PORT`: relay_main as a program of its own. QEMU starts it for each connection
// to the metadata service; it is static and small, and so starts some thirty times faster than
// `ec2spotter sim-relay PORT`, which does the same.
#include <cstdlib>

#include "sim/vm/network/relay.hpp"

int main(int argc, char** argv) {
  return argc == 2 ? ec2spotter::sim::relay_main(std::atoi(argv[1])) : 2;
}
