#include "sim/core/json.hpp"

template class nlohmann::basic_json<>;
