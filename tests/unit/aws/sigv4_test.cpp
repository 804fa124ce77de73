// SigV4 against AWS's published test suite, and against botocore's signer where Python has it.
#include "aws/sigv4/sigv4.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "support.hpp"

namespace ec2spotter::sigv4 {
namespace {

const Key kKey{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
const Scope kScope{"us-east-1", "service"};
constexpr const char* kTimeText = "20150830T123600Z";
const TimePoint kTime = *parse_iso8601(kTimeText);

Request suite_request(const std::string& method) {
  Request request;
  request.method = method;
  request.headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", kTimeText}};
  request.payload_sha256_hex = sha256_hex("");
  return request;
}

std::string suite_signature(const Request& request) {
  return signature(request, kKey, kScope, kTime);
}

TEST(SigV4Test, GetVanilla) {
  const Request request = suite_request("GET");
  EXPECT_EQ(canonical_request(request),
            "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
            "host;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(string_to_sign(request, kScope, kTime),
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
            "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
  EXPECT_EQ(authorization(request, kKey, kScope, kTime),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4Test, GetVanillaQueryOrderKeyCase) {
  Request request = suite_request("GET");
  request.query = {{"Param2", "value2"}, {"Param1", "value1"}};
  EXPECT_EQ(suite_signature(request),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST(SigV4Test, GetVanillaEmptyQueryKey) {
  Request request = suite_request("GET");
  request.query = {{"Param1", "value1"}};
  EXPECT_EQ(suite_signature(request),
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb");
}

TEST(SigV4Test, GetUtf8) {
  Request request = suite_request("GET");
  request.path = "/%E1%88%B4";
  EXPECT_EQ(suite_signature(request),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
}

TEST(SigV4Test, GetHeaderValueTrim) {
  Request request = suite_request("GET");
  request.headers["my-header1"] = " value1";
  request.headers["my-header2"] = " \"a   b   c\"";
  EXPECT_EQ(suite_signature(request),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

TEST(SigV4Test, PostVanilla) {
  EXPECT_EQ(suite_signature(suite_request("POST")),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(SigV4Test, PostHeaderKeySort) {
  Request request = suite_request("POST");
  request.headers["my-header1"] = "value1";
  EXPECT_EQ(suite_signature(request),
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c");
}

TEST(SigV4Test, PostXWwwFormUrlencoded) {
  Request request = suite_request("POST");
  request.headers["content-type"] = "application/x-www-form-urlencoded";
  request.payload_sha256_hex = sha256_hex("Param1=value1");
  EXPECT_EQ(suite_signature(request),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

TEST(SigV4Test, PostStsHeaderBefore) {
  Request request = suite_request("POST");
  request.headers["x-amz-security-token"] =
      "AQoDYXdzEPT//////////"
      "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf"
      "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/"
      "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W"
      "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
      "scqKmlzm8F"
      "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
  EXPECT_EQ(suite_signature(request),
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

TEST(SigV4Test, EncodesAllButTheUnreservedCharacters) {
  EXPECT_EQ(uri_encode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(uri_encode(" +/=&%*\n\xc3\xbc"), "%20%2B%2F%3D%26%25%2A%0A%C3%BC");
}

TEST(SigV4Test, APresignedQueryEndsWithItsSignature) {
  Request request = suite_request("GET");
  request.headers.erase("x-amz-date");
  const auto query =
      presigned_query(request, kKey, kScope, kTime, std::chrono::seconds(60), "the-token");

  ASSERT_EQ(query.size(), 7U);
  EXPECT_EQ(query.back().first, "X-Amz-Signature");
  Request same = request;
  same.query.assign(query.begin(), query.end() - 1);
  EXPECT_EQ(query.back().second, suite_signature(same));
}

// Runs the script with the first Python that has botocore; nothing when none has.
std::optional<std::string> botocore_authorization(const nlohmann::json& request) {
  const aws::TempFolder folder;
  const auto input = folder.write("request.json", request.dump());
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const std::string command = std::string(python) +
                                " " EC2SPOTTER_TEST_FOLDER "/botocore_signature.py < " +
                                input.string() + " 2>/dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) continue;
    std::array<char, 2048> line{};
    const bool read = std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
    if (::pclose(pipe) != 0 || !read) continue;
    std::string text = line.data();
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }
  return std::nullopt;
}

TEST(SigV4Test, AgreesWithBotocoreOnARequestAsWeSendIt) {
  const std::string body = "Action=CreateTags&Tag.1.Value=a%20b%26c%3D%C3%BC";
  Request request = suite_request("POST");
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"host", "127.0.0.1:4566"},
                     {"x-amz-date", kTimeText},
                     {"x-amz-security-token", "session+token/=="}};
  request.payload_sha256_hex = sha256_hex(body);

  const auto expected = botocore_authorization(
      {{"time", kTimeText},
       {"method", "POST"},
       {"url", "http://127.0.0.1:4566/"},
       {"body", body},
       {"headers", {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}},
       {"key", kKey.access_key_id},
       {"secret", kKey.secret_access_key},
       {"token", "session+token/=="},
       {"service", "ec2"},
       {"region", "eu-west-1"}});
  if (!expected) GTEST_SKIP() << "no Python with botocore here";

  EXPECT_EQ(authorization(request, kKey, {"eu-west-1", "ec2"}, kTime), *expected);
}

}  // namespace
}  // namespace ec2spotter::sigv4
