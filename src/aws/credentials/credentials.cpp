#include "aws/credentials/credentials.hpp"

namespace ec2spotter::aws {

std::ostream& operator<<(std::ostream& stream, const Secret& secret) {
  return stream << (secret.empty() ? "(none)" : "(hidden)");
}

std::ostream& operator<<(std::ostream& stream, const Credentials& credentials) {
  return stream << to_string(credentials);
}

std::string to_string(const Credentials& credentials) {
  return credentials.access_key_id.substr(0, 4) + "... from " + credentials.source;
}

}  // namespace ec2spotter::aws
