// libcurl, loaded when the first request is sent. With the forty libraries that it needs, it takes
// most of the program's start; a command that needs no network should not wait for it.
#pragma once

#include <curl/curl.h>

#include "base/result.hpp"

namespace ec2spotter::aws {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

// Loaded once, and kept to the end of the process. Errors: io (it is missing, or too old).
Result<const CurlLibrary*> curl_library();

}  // namespace ec2spotter::aws
