// Key pairs.
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Json make_key(Call& call, const std::string& name, const std::string& public_key, Json tags) {
  const std::string digest = sha256_hex(public_key);
  std::string fingerprint;
  for (std::size_t i = 0; i < 32; i += 2) {
    fingerprint += (i == 0 ? "" : ":") + digest.substr(i, 2);
  }
  Json key{{"keyPairId", call.world.new_id("key-")},
           {"keyName", name},
           {"keyFingerprint", fingerprint},
           {"keyType", public_key.find("ed25519") != std::string::npos ? "ed25519" : "rsa"},
           {"createTime", call.world.timestamp()},
           {"_public_key", public_key},
           {"tagSet", std::move(tags)}};
  call.put("key-pair", name) = key;
  key.erase("createTime");
  key.erase("keyType");
  return key;
}

Result<void> check_new_key(Call& call, const std::string& name) {
  if (call.find("key-pair", name) == nullptr) return {};
  return refuse("InvalidKeyPair.Duplicate", "The keypair '" + name + "' already exists.");
}

struct NewKey {
  std::string private_pem, public_text;  // the latter as in authorized_keys
};

// A length and its bytes, as the SSH formats write each part (RFC 4253, section 6.6).
std::string ssh_part(std::string_view bytes) {
  std::string part;
  for (int shift = 24; shift >= 0; shift -= 8) {
    part += static_cast<char>((bytes.size() >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return part.append(bytes);
}

std::string ssh_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  const bool looks_negative = !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0;
  return ssh_part(looks_negative ? std::string(1, '\0') + bytes : bytes);
}

std::string public_text(const EVP_PKEY* key, bool ed25519) {
  if (!ed25519) {
    return "ssh-rsa " +
           base64_encode(ssh_part("ssh-rsa") + ssh_number(key, "e") + ssh_number(key, "n"));
  }
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size);
  return "ssh-ed25519 " + base64_encode(ssh_part("ssh-ed25519") + ssh_part(raw));
}

NewKey new_key(const std::string& type) {
  const bool ed25519 = type == "ed25519";
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
              : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}),
      EVP_PKEY_free);
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {std::string(data, static_cast<std::size_t>(size)), public_text(key.get(), ed25519)};
}

Result<Json> create_key_pair(Call& call) {
  TRY(const std::string name, call.params.need("KeyName"));
  TRY(const std::string type, one_of(call.params, "KeyType", "rsa", {"ed25519"}));
  TRY(const std::string format, one_of(call.params, "KeyFormat", "pem", {}));
  TRY(Json tags, read_tags(call.params, "key-pair"));
  TRY_VOID(call.finish());
  TRY_VOID(check_new_key(call, name));
  const NewKey made = new_key(type);
  Json key = make_key(call, name, made.public_text, std::move(tags));
  key["keyMaterial"] = made.private_pem;
  return key;
}

Result<Json> import_key_pair(Call& call) {
  TRY(const std::string name, call.params.need("KeyName"));
  TRY(const std::string material, call.params.need("PublicKeyMaterial"));
  TRY(Json tags, read_tags(call.params, "key-pair"));
  TRY_VOID(call.finish());
  TRY_VOID(check_new_key(call, name));
  const auto public_key = base64_decode(material);
  if (!public_key)
    return refuse("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  return make_key(call, name, *public_key, std::move(tags));
}

Result<Json> describe_key_pairs(Call& call) {
  static const FilterPaths kPaths{
      {"key-name", "keyName"}, {"key-pair-id", "keyPairId"}, {"fingerprint", "keyFingerprint"}};
  TRY(const bool with_key, call.params.flag("IncludePublicKey", false));
  const auto ids = call.params.list("KeyPairId");
  TRY(const Selection found, select(call, {.kind = "key-pair",
                                           .id_parameter = "KeyName",
                                           .not_found = "InvalidKeyPair.NotFound",
                                           .set = "keySet",
                                           .filters = &kPaths,
                                           .paged = false}));
  Json set = Json::array();
  for (const Json* key : found.resources) {
    const std::string id = text(*key, "keyPairId");
    if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    set.push_back(*key);
    if (with_key) set.back()["publicKey"] = text(*key, "_public_key");
  }
  if (set.size() < ids.size()) {
    return refuse("InvalidKeyPair.NotFound", "A key pair of these ids does not exist");
  }
  return Json{{"keySet", std::move(set)}};
}

Result<Json> delete_key_pair(Call& call) {
  const std::string name = call.params.get_or("KeyName", "");
  const std::string id = call.params.get_or("KeyPairId", "");
  TRY_VOID(call.finish());
  for (const auto& [key_name, key] : call.table("key-pair")) {
    if (key_name != name && text(key, "keyPairId") != id) continue;
    Json reply{{"return", true}, {"keyPairId", text(key, "keyPairId")}};
    call.erase("key-pair", std::string(key_name));
    return reply;
  }
  return Json{{"return", true}};  // EC2's answer for a key that does not exist
}

}  // namespace

void add_key_actions(Actions& actions) {
  actions.insert({{"CreateKeyPair", create_key_pair},
                  {"ImportKeyPair", import_key_pair},
                  {"DescribeKeyPairs", describe_key_pairs},
                  {"DeleteKeyPair", delete_key_pair}});
}

}  // namespace ec2spotter::sim
