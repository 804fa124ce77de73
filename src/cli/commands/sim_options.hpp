// What the command line says about the local EC2; the simulator's own options have the defaults.
#pragma once

#include <string>

#include "sim/http/server.hpp"
#include "sim/vm/vm_bodies.hpp"

namespace ec2spotter::cli {

struct Sim {
  std::string listen = "127.0.0.1:4599";  // in place of the server's host and port
  sim::ServerOptions server{};
  bool vm = false;
  sim::VmOptions machines{};  // with `vm`; its folder is the server's
  bool guests = false;        // scripted ones, without a virtual machine
};

}  // namespace ec2spotter::cli
