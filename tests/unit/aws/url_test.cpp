// Addresses and the Date header.
#include "aws/net/url.hpp"

#include <gtest/gtest.h>

#include "aws/net/http_date.hpp"

namespace ec2spotter::aws {
namespace {

TEST(UrlTest, ReadsThePartsOfAnAddress) {
  const auto url = parse_url("https://EC2.eu-west-1.amazonaws.com/a/b?x=1&y=%20");

  ASSERT_TRUE(url);
  EXPECT_EQ(*url, (Url{.scheme = "https",
                       .host = "ec2.eu-west-1.amazonaws.com",
                       .port = 443,
                       .path = "/a/b",
                       .query = "x=1&y=%20"}));
  EXPECT_EQ(host_header(*url), "ec2.eu-west-1.amazonaws.com");
}

TEST(UrlTest, ThePortStaysInTheHostHeaderUnlessItIsTheSchemesOwn) {
  EXPECT_EQ(host_header(*parse_url("http://127.0.0.1:4566")), "127.0.0.1:4566");
  EXPECT_EQ(host_header(*parse_url("http://127.0.0.1:80")), "127.0.0.1");
  EXPECT_EQ(host_header(*parse_url("https://[::1]:8443/")), "[::1]:8443");
}

TEST(UrlTest, AnEmptyPathIsTheRoot) { EXPECT_EQ(parse_url("http://h?q")->path, "/"); }

TEST(UrlTest, RefusesWhatIsNoPlainHttpAddress) {
  for (const char* text :
       {"", "ec2.amazonaws.com", "ftp://h", "http://", "http://h:0", "http://h:x", "http://h:99999",
        "http://user@h", "http://h/#f", "http://h/ x", "http://h/\n", "http://[::1", "http://[x]",
        "file:///etc/passwd"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(UrlTest, KnowsTheAddressesOfTheMachineItself) {
  for (const char* text :
       {"http://localhost", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]"}) {
    EXPECT_TRUE(is_loopback(*parse_url(text))) << text;
  }
  for (const char* text :
       {"http://127.example.com", "http://10.0.0.1", "http://localhost.evil.com"}) {
    EXPECT_FALSE(is_loopback(*parse_url(text))) << text;
  }
}

TEST(HttpDateTest, ReadsTheDateHeader) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            parse_iso8601("1994-11-06T08:49:37Z"));
}

TEST(HttpDateTest, RefusesOtherForms) {
  for (const char* text : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 anF 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace ec2spotter::aws
