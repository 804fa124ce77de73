// The simulator's HTTP skin: verifies signatures, hands requests to the core, lets time pass, keeps
// the state on disk.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/core/state/body.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;           // 0: any free one
  std::string state_dir;  // empty: nothing is kept
  std::string seed_file;  // read when there is no state yet
  Profile profile = Profile::instant;
  Duration shutdown_grace = Duration::zero();
  bool allow_public = false;
};

using MakeBodies =
    std::function<Result<std::unique_ptr<Bodies>>(PostBodyEvent post, LookUpMetadata look_up)>;

class Server {
 public:
  // Errors: refused for an address other than loopback without allow_public, io when the port or
  // the state folder cannot be used, invalid for a seed file or state that cannot be read.
  static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                               const MakeBodies& make_bodies);
  // Ends all bodies and writes the state.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ec2spotter::sim
