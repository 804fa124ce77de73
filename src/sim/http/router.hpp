// The HTTP library's parser and router without its sockets, which have no limits.
#pragma once

#include <httplib.h>

#include <string>

#include "sim/http/connections.hpp"

namespace ec2spotter::sim {

class Router final : public httplib::Server {
 public:
  // The reply to one whole request.
  ReplyBytes serve(const std::string& request);
};

}  // namespace ec2spotter::sim
