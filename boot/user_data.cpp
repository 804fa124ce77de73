#include "boot/user_data.hpp"

namespace ec2spotter {

Result<std::string> render_user_data(const BootParameters&) {
  return fail(Errc::internal, "this build holds no boot program yet");
}

}  // namespace ec2spotter
