// Joins a guest's connection to the metadata service's port for it.
#pragma once

namespace ec2spotter::sim {

// What `ec2spotter-relay PORT` and `ec2spotter sim-relay PORT` do: standard input and output
// <-> 127.0.0.1:PORT until both sides have closed. Returns the exit code.
int relay_main(int port);

}  // namespace ec2spotter::sim
