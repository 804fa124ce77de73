// Each source of credentials by itself.
#include <gtest/gtest.h>

#include <thread>

#include "aws/credentials/child.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

// A home folder, an environment and a scripted network to look for credentials in.
class Place {
 public:
  explicit Place(const std::string& config = "", const std::string& credentials = "",
                 Variables variables = {})
      : environment_(environment_of(std::move(variables), folder.path())),
        clock_(kNow),
        corrected_(clock_) {
    folder.write(".aws/config", config);
    folder.write(".aws/credentials", credentials);
    auto loaded = Profiles::load(environment_, std::nullopt);
    EXPECT_TRUE(loaded) << loaded.error().message;
    if (loaded) profiles_ = std::move(*loaded);
  }
  SourceContext context() { return {environment_, *profiles_, http, corrected_, "eu-west-1"}; }

  TempFolder folder;
  ScriptedTransport http;

 private:
  Environment environment_;
  ManualClock clock_;
  CorrectedClock corrected_;
  std::optional<Profiles> profiles_;
};

std::string summary(const MaybeCredentials& found) {
  if (!found) return std::string(to_string(found.error().code)) + ": " + found.error().message;
  if (!*found) return "nothing";
  const Credentials& c = **found;
  return c.access_key_id + "/" + c.secret_access_key.reveal() + "/" + c.session_token.reveal();
}

std::string role_reply(const std::string& action) {
  return "<" + action + "Response><" + action +
         "Result><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s1"
         "</SecretAccessKey><SessionToken>t1</SessionToken><Expiration>2026-03-01T13:00:00Z"
         "</Expiration></Credentials></" +
         action + "Result></" + action + "Response>";
}

constexpr const char* kJson =
    R"({"Code":"Success","AccessKeyId":"ASIA2","SecretAccessKey":"s2","Token":"t2",)"
    R"("Expiration":"2026-03-01T13:00:00Z"})";

TEST(EnvironmentSourceTest, TakesKeyAndSecretTogether) {
  EXPECT_EQ(summary(credentials_from_environment(environment_of({}))), "nothing");
  EXPECT_EQ(summary(credentials_from_environment(
                environment_of({{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}}))),
            "A/s/");
  EXPECT_EQ(summary(credentials_from_environment(environment_of({{"AWS_ACCESS_KEY_ID", "A"},
                                                                 {"AWS_SECRET_ACCESS_KEY", "s"},
                                                                 {"AWS_SESSION_TOKEN", "t"}}))),
            "A/s/t");
  EXPECT_EQ(summary(credentials_from_environment(environment_of({{"AWS_ACCESS_KEY_ID", "A"}}))),
            "unauthorized: AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set both "
            "or neither");
}

TEST(ProfileSourceTest, TakesTheKeysOfEitherFileTheCredentialsFileFirst) {
  Place both("[default]\naws_access_key_id=C\naws_secret_access_key=c\n",
             "[default]\naws_access_key_id=K\naws_secret_access_key=k\n");
  EXPECT_EQ(summary(credentials_from_profile(both.context(), "default")), "K/k/");
  Place config_only("[default]\naws_access_key_id=C\naws_secret_access_key=c\n");
  EXPECT_EQ(summary(credentials_from_profile(config_only.context(), "default")), "C/c/");
  EXPECT_EQ(summary(credentials_from_profile(config_only.context(), "other")), "nothing");
}

TEST(RoleSourceTest, AssumesTheRoleWithTheKeysOfAnotherProfile) {
  Place place(
      "[profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = base\n"
      "external_id = x1\n",
      "[base]\naws_access_key_id=K\naws_secret_access_key=k\n");
  place.http.then(200, role_reply("AssumeRole"));

  EXPECT_EQ(summary(credentials_from_profile(place.context(), "admin")), "ASIA1/s1/t1");

  ASSERT_EQ(place.http.requests.size(), 1U);
  const HttpRequest& request = place.http.requests.front();
  EXPECT_EQ(request.url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_NE(request.body.find("ExternalId=x1"), std::string::npos);
  EXPECT_NE(header_of(request, "authorization").find("Credential=K/"), std::string::npos);
}

TEST(RoleSourceTest, WhatCannotWorkIsSaidBeforeAnythingIsSent) {
  const auto said = [](const std::string& config) {
    Place place(config);
    return summary(credentials_from_role(place.context(), "a"));
  };
  const std::string role = "[profile a]\nrole_arn = arn:r\n";
  EXPECT_NE(said(role).find("needs either source_profile or credential_source"), std::string::npos);
  EXPECT_NE(said(role + "source_profile = b\n").find("which is in neither file"),
            std::string::npos);
  EXPECT_NE(said(role + "source_profile = a\n").find("leads back to itself"), std::string::npos);
  EXPECT_NE(said(role + "credential_source = Wallet\n").find("use Environment, EcsContainer"),
            std::string::npos);
  EXPECT_NE(said(role + "source_profile = b\nmfa_serial = m\n").find("MFA"), std::string::npos);
}

TEST(WebIdentitySourceTest, ChangesTheTokenOfTheFileForARole) {
  TempFolder tokens;
  const std::string file = tokens.write("token", "jwt\n").string();
  Place place("", "",
              {{"AWS_WEB_IDENTITY_TOKEN_FILE", file}, {"AWS_ROLE_ARN", "arn:aws:iam::1:role/ci"}});
  place.http.then(200, role_reply("AssumeRoleWithWebIdentity"));

  EXPECT_EQ(summary(credentials_from_web_identity_environment(place.context())), "ASIA1/s1/t1");

  const HttpRequest& request = place.http.requests.front();
  EXPECT_NE(request.body.find("WebIdentityToken=jwt"), std::string::npos);
  EXPECT_EQ(header_of(request, "authorization"), "");
}

TEST(WebIdentitySourceTest, AMissingFileIsNamed) {
  Place place("", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/gone"}, {"AWS_ROLE_ARN", "arn:r"}});
  EXPECT_EQ(summary(credentials_from_web_identity_environment(place.context())),
            "io: the web identity token /gone does not exist; correct AWS_WEB_IDENTITY_TOKEN_FILE");
}

std::string sso_config() {
  return "[default]\nsso_session = corp\nsso_account_id = 123\nsso_role_name = ops\n"
         "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp\n";
}

// The cache file's name depends on SHA-1, so the test asks for the file that was looked for.
std::string sso_cache_file(const Place& place) {
  const std::string command =
      "printf corp | sha1sum | cut -c1-40 > '" + (place.folder.path() / "name").string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream in(place.folder.path() / "name");
  std::string name;
  in >> name;
  return ".aws/sso/cache/" + name + ".json";
}

TEST(SsoSourceTest, ChangesTheStoredTokenAtThePortal) {
  Place place(sso_config());
  place.folder.write(sso_cache_file(place),
                     R"({"accessToken":"bearer","expiresAt":"2026-03-01T13:00:00Z"})");
  place.http.then(200, R"({"roleCredentials":{"accessKeyId":"ASIA3","secretAccessKey":"s3",)"
                       R"("sessionToken":"t3","expiration":1772370000000}})");

  EXPECT_EQ(summary(credentials_from_sso(place.context(), "default")), "ASIA3/s3/t3");

  const HttpRequest& request = place.http.requests.front();
  EXPECT_EQ(request.url,
            "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?account_id=123"
            "&role_name=ops");
  EXPECT_EQ(header_of(request, "x-amz-sso_bearer_token"), "bearer");
}

TEST(SsoSourceTest, ASessionThatIsNotOpenSaysHowToOpenIt) {
  Place absent(sso_config());
  EXPECT_EQ(summary(credentials_from_sso(absent.context(), "default")),
            "unauthorized: the SSO session of profile 'default' does not exist yet; run aws sso "
            "login --profile default");
  Place old(sso_config());
  old.folder.write(sso_cache_file(old),
                   R"({"accessToken":"bearer","expiresAt":"2026-03-01T11:00:00Z"})");
  EXPECT_NE(summary(credentials_from_sso(old.context(), "default")).find("has expired"),
            std::string::npos);
}

// A session in the cache that ended an hour ago and can be renewed.
constexpr const char* kOldSession =
    R"({"accessToken":"old","expiresAt":"2026-03-01T12:00:00+01:00","clientId":"c",)"
    R"("clientSecret":"cs","registrationExpiresAt":"2099-01-01T00:00:00Z","refreshToken":"r1"})";
constexpr const char* kSsoRole =
    R"({"roleCredentials":{"accessKeyId":"ASIA3","secretAccessKey":"s3","sessionToken":"t3"}})";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(SsoSourceTest, ASessionThatHasEndedIsRenewedAndWrittenBack) {
  Place place(sso_config());
  const auto cache = place.folder.write(sso_cache_file(place), kOldSession);
  place.http.then(200, R"({"accessToken":"new","expiresIn":3600,"refreshToken":"r2"})");
  place.http.then(200, kSsoRole);

  EXPECT_EQ(summary(credentials_from_sso(place.context(), "default")), "ASIA3/s3/t3");

  ASSERT_EQ(place.http.requests.size(), 2U);
  const HttpRequest& renewal = place.http.requests.front();
  EXPECT_EQ(renewal.method + " " + renewal.url, "POST https://oidc.eu-west-1.amazonaws.com/token");
  EXPECT_EQ(
      renewal.body,
      R"({"clientId":"c","clientSecret":"cs","grantType":"refresh_token","refreshToken":"r1"})");
  EXPECT_EQ(header_of(renewal, "authorization"), "");
  EXPECT_EQ(header_of(place.http.requests.back(), "x-amz-sso_bearer_token"), "new");
  EXPECT_EQ(text_of(cache),
            R"({"accessToken":"new","clientId":"c","clientSecret":"cs",)"
            R"("expiresAt":"2026-03-01T13:00:00Z","refreshToken":"r2","region":"eu-west-1",)"
            R"("registrationExpiresAt":"2099-01-01T00:00:00Z","startUrl":"https://corp"})");
  EXPECT_EQ(std::filesystem::status(cache).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::filesystem::directory_iterator files(cache.parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left beside it";
}

TEST(SsoSourceTest, ARefusedRenewalAsksForALoginAndKeepsTheCache) {
  Place place(sso_config());
  const auto cache = place.folder.write(sso_cache_file(place), kOldSession);
  place.http.then(400, R"({"error":"invalid_grant","error_description":"over"})");

  EXPECT_NE(summary(credentials_from_sso(place.context(), "default"))
                .find("has expired; run aws sso login --profile default"),
            std::string::npos);
  EXPECT_EQ(text_of(cache), kOldSession);
}

TEST(SsoSourceTest, ARenewalThatNobodyAnswersIsNoEndOfTheSession) {
  Place place(sso_config());
  place.folder.write(sso_cache_file(place), kOldSession);
  place.http.then(Error{.code = Errc::transport, .message = "no way there"});
  EXPECT_NE(summary(credentials_from_sso(place.context(), "default")).find("no way there"),
            std::string::npos);

  Place valid(sso_config());
  valid.folder.write(sso_cache_file(valid),
                     std::string(kOldSession).replace(34, 25, "2026-03-01T12:10:00+00:00"));
  valid.http.then(Error{.code = Errc::transport, .message = "no way there"});
  valid.http.then(200, kSsoRole);
  EXPECT_EQ(summary(credentials_from_sso(valid.context(), "default")), "ASIA3/s3/t3");
  EXPECT_EQ(header_of(valid.http.requests.back(), "x-amz-sso_bearer_token"), "old");
}

TEST(ProfileSourceTest, ALoginSessionIsRefusedWithTheWayRound) {
  Place place("[default]\nlogin_session = arn:aws:iam::123456789012:user/alice\n");
  const std::string said = summary(credentials_from_profile(place.context(), "default"));
  EXPECT_NE(said.find("profile 'default' was made by `aws login`"), std::string::npos) << said;
  EXPECT_NE(said.find("credential_process = aws configure export-credentials --profile default "
                      "--format process"),
            std::string::npos)
      << said;
}

TEST(ProcessSourceTest, RunsTheCommandWithoutAShell) {
  TempFolder tools;
  const auto tool = tools.write("tool",
                                "#!/bin/sh\ncat <<JSON\n{\"Version\": 1, \"AccessKeyId\": \"A\", "
                                "\"SecretAccessKey\": \"$1\", \"SessionToken\": \"t\"}\nJSON\n");
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  Place place("[default]\ncredential_process = " + tool.string() + " \"a b; echo $HOME\"\n");
  EXPECT_EQ(summary(credentials_from_process(place.context(), "default")), "A/a b; echo $HOME/t");
}

TEST(ChildTest, WhoClosesItsOutputAndLivesIsEndedWithItsGroup) {
  TempFolder folder;
  const std::string file = (folder.path() / "pid").string();
  const auto outcome = run_child(
      {"sh", "-c", "sleep 600 >&- & echo $! > '" + file + "'; exec >&-; sleep 600"}, 500ms);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::timeout);
  // Gone, or dead and not yet waited for by its new parent.
  const std::string grandchild = text_of(file).substr(0, text_of(file).find('\n'));
  ASSERT_NE(grandchild, "");
  const auto is_dead = [&] {
    const std::string state = text_of("/proc/" + grandchild + "/stat");
    return state.empty() || state.find(") Z") != std::string::npos;
  };
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!is_dead() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(is_dead());
}

TEST(ChildTest, AnEndlessOutputIsCutOff) {
  EXPECT_EQ(run_child({"yes"}, 60s).error().code, Errc::timeout);
}

TEST(ChildTest, GivesWhatWasPrintedAndHowItEnded) {
  const auto outcome = run_child({"sh", "-c", "printf one; exit 3"}, 60s);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->output, "one");
  EXPECT_NE(outcome->status, 0);
}

TEST(ProcessSourceTest, AFailingCommandIsNamed) {
  const auto said = [](const std::string& command) {
    Place place("[default]\ncredential_process = " + command + "\n");
    return summary(credentials_from_process(place.context(), "default"));
  };
  EXPECT_NE(said("false").find("failed; run it by hand"), std::string::npos);
  EXPECT_NE(said("/no/such/tool").find("cannot run /no/such/tool"), std::string::npos);
  EXPECT_NE(said("echo {}").find("did not print a JSON document of Version 1"), std::string::npos);
  EXPECT_NE(said("echo \"open").find("is not a command"), std::string::npos);
}

TEST(ContainerSourceTest, AsksTheEndpointOfTheTask) {
  Place place("", "",
              {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"},
               {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "bearer"}});
  place.http.then(200, kJson);

  EXPECT_EQ(summary(credentials_from_container(place.context())), "ASIA2/s2/t2");

  EXPECT_EQ(place.http.requests.front().url, "http://169.254.170.2/v2/credentials/1");
  EXPECT_EQ(place.http.requests.front().proxy, Proxy::none);
  EXPECT_EQ(header_of(place.http.requests.front(), "authorization"), "bearer");
}

TEST(ContainerSourceTest, SendsNothingToAnAddressThatCouldBeAnyones) {
  for (const char* address : {"http://example.com/c", "http://10.0.0.1/", "ftp://127.0.0.1/"}) {
    Place place("", "", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", address}});
    EXPECT_NE(summary(credentials_from_container(place.context())).find("must be https"),
              std::string::npos)
        << address;
    EXPECT_TRUE(place.http.requests.empty());
  }
  for (const char* address : {"http://127.0.0.1/c", "http://localhost:8/c", "https://example.com/",
                              "http://[::1]/c", "http://169.254.170.23/v1/credentials"}) {
    EXPECT_TRUE(is_trusted_container_address(address)) << address;
  }
}

TEST(ImdsSourceTest, TakesTheRoleOfTheInstanceByVersionTwo) {
  Place place;
  place.http.then(200, "imds-token");
  place.http.then(200, "body-role\n");
  place.http.then(200, kJson);

  EXPECT_EQ(summary(credentials_from_imds(place.context())), "ASIA2/s2/t2");

  EXPECT_EQ(place.http.requests[0].method, "PUT");
  EXPECT_EQ(header_of(place.http.requests[2], "X-aws-ec2-metadata-token"), "imds-token");
  EXPECT_EQ(place.http.requests[2].url,
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/body-role");
}

TEST(ImdsSourceTest, OutsideEc2OrWithoutARoleThereIsNothing) {
  Place silent;
  silent.http.then(Error{.code = Errc::timeout, .message = "no answer"});
  EXPECT_EQ(summary(credentials_from_imds(silent.context())), "nothing");
  Place no_role;
  no_role.http.then(200, "imds-token");
  no_role.http.then(404, "");
  EXPECT_EQ(summary(credentials_from_imds(no_role.context())), "nothing");
  Place off("", "", {{"AWS_EC2_METADATA_DISABLED", "TRUE"}});
  EXPECT_EQ(summary(credentials_from_imds(off.context())), "nothing");
  EXPECT_TRUE(off.http.requests.empty());
}

class LegacyFileTest : public testing::Test {
 protected:
  // "key/secret/token", or the error.
  std::string read(const std::string& text) {
    const auto found = credentials_from_legacy_file(folder_.write("creds", text));
    if (!found) return found.error().message;
    const Credentials& keys = *found->credentials;
    return keys.access_key_id + "/" + keys.secret_access_key.reveal() + "/" +
           keys.session_token.reveal();
  }

  const TempFolder folder_;
};

TEST_F(LegacyFileTest, ReadsTheOriginalsNamesInAnyOrderAndForm) {
  constexpr const char* kKeys = "AKIAEXAMPLE/secretExample/+=/";
  for (const char* text : {
           "AWSAccessKeyId=AKIAEXAMPLE\nAWSSecretKey=secretExample/+=\n",
           "AWSSecretKey=secretExample/+=\nAWSAccessKeyId=AKIAEXAMPLE",
           "\xEF\xBB\xBF"
           "AWSAccessKeyId=AKIAEXAMPLE\r\nAWSSecretKey=secretExample/+=\r\n",
           "# of me\n\n  export AWSAccessKeyId='AKIAEXAMPLE' # the key\n"
           "export AWSSecretKey=\"secretExample/+=\"\n",
           "AWSAccessKeyId = AKIAEXAMPLE\nAWSSecretKey =secretExample/+=\n",
           "AWSSecretKey= secretExample/+=\t\nAWSAccessKeyId= AKIAEXAMPLE \n",
           "export AWSAccessKeyId=AKIAEXAMPLE; export AWSSecretKey=secretExample/+=;\n",
           "AWSAccessKeyId=AKIAEXAMPLE\nAWSSecretKey=secretExample/+=\n"
           "export AWSAccessKeyId AWSSecretKey\n",
       }) {
    EXPECT_EQ(read(text), kKeys) << text;
  }
}

TEST_F(LegacyFileTest, ReadsTheEnvironmentsNamesAndBareValues) {
  EXPECT_EQ(read("AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=s=\n"), "A/s=/");
  EXPECT_EQ(read("# keys\nexport AWS_ACCESS_KEY_ID=\"A\"\nexport AWS_SECRET_ACCESS_KEY='s'\n"),
            "A/s/");
  EXPECT_EQ(read("aws_secret_access_key = s\naws_access_key_id = A\naws_session_token = t==\n"),
            "A/s/t==");
  EXPECT_EQ(read("AKIA\nsecret+/=\n"), "AKIA/secret+/=/");
  EXPECT_EQ(read("AWS_ACCESS_KEY_ID=$(whoami)\nAWS_SECRET_ACCESS_KEY=s\n"), "$(whoami)/s/");
  const auto absent = credentials_from_legacy_file(folder_.path() / "gone");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->credentials);
}

TEST_F(LegacyFileTest, WhatIsNotUnderstoodIsNeverSentAsAKey) {
  const std::string secret = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ/+3=";
  struct {
    std::string text, says;
  } const kCases[] = {
      {"AWSAccessKeyId=A\n", "does not hold both the key and the secret"},
      {"AWSAccessKey1d=A\nAWSSecretKey=" + secret, "creds:1: 'AWSAccessKey1d' is not a name"},
      {"AWSSecretKey=" + secret + "\nAWSKeyId=A\n", "creds:2: 'AWSKeyId' is not a name"},
      {"AWSAccessKeyId=" + secret + "\nAWSSecretKey=A\n", "looks like a secret"},
      {secret + "\nAKIA\n", "looks like a secret"},
      {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN\nAKIA\n", "looks like a secret"},
      {"abcdefghijklmnopqrstuvwxyz=\nAKIA\n", "creds:1: this program does not know the name"},
      {"AWSAccessKeyId=A\n" + secret + "\n", "creds:2: the line is not NAME=VALUE"},
      {"[default]\naws_access_key_id=A\naws_secret_access_key=b\n",
       "creds:1: the line is not NAME=VALUE"},
      {"AWSSecretKey='" + secret + "\n", "creds:1: the quote is not closed"},
      {"AWSSecretKey=two words\n", "creds:1: expected NAME=VALUE"},
  };
  for (const auto& each : kCases) {
    const std::string said = read(each.text);
    EXPECT_NE(said.find(each.says), std::string::npos) << each.text << said;
    EXPECT_NE(said.find("AWSAccessKeyId=..."), std::string::npos) << said;
    EXPECT_EQ(said.find("abcdef"), std::string::npos) << said;
  }
}

TEST(CredentialsTest, PrintingNeverShowsASecret) {
  std::ostringstream text;
  text << test_credentials() << test_credentials().secret_access_key << Secret();
  EXPECT_EQ(text.str(), "AKID... from a test(hidden)(none)");
}

}  // namespace
}  // namespace ec2spotter::aws
