//! Keys and certificates are random in Helm: what can be told of them is judged here, with a world that stands still.

use pintle_gotmpl::Value;

use super::certificates::{Certificate, Request, build_custom};
use super::keys::PrivateKey;
use super::{aes, password};
use crate::funcs::encoding::base64_encode;
use crate::world::Still;

fn request(n_days: i64, is_authority: bool) -> Request {
    let addresses = [Value::string("10.0.0.1"), Value::string("::1")];
    let names = [Value::string("example.com")];
    Request::new(&Still::new(1), b"example", &addresses, &names, n_days, is_authority).unwrap()
}

fn pem(certificate: &Certificate) -> (&str, &str) {
    (certificate.cert.as_str().unwrap(), certificate.key.as_str().unwrap())
}

#[test]
fn the_same_seed_gives_the_same_keys() {
    let makers: [fn(u64) -> PrivateKey; 3] = [
        |seed| PrivateKey::rsa(&Still::new(seed), 1024),
        |seed| PrivateKey::ecdsa(&Still::new(seed)),
        |seed| PrivateKey::ed25519(&Still::new(seed)),
    ];
    for make in makers {
        assert_eq!(make(1).to_pem(), make(1).to_pem());
        assert_ne!(make(1).to_pem(), make(2).to_pem());
    }
}

#[test]
fn keys_are_read_as_they_were_written() {
    let keys = [
        ("RSA PRIVATE KEY", PrivateKey::rsa(&Still::new(1), 1024)),
        ("EC PRIVATE KEY", PrivateKey::ecdsa(&Still::new(1))),
        ("PRIVATE KEY", PrivateKey::ed25519(&Still::new(1))),
    ];
    for (kind, key) in keys {
        let written = key.to_pem();
        assert!(written.starts_with(&format!("-----BEGIN {kind}-----\n")), "{written}");
        assert_eq!(PrivateKey::from_pem(written.as_bytes()).unwrap().to_pem(), written);
        assert!(key.sign(b"text").is_some());
    }
}

#[test]
fn an_authority_signs_what_its_key_can_prove() {
    let authority_key = PrivateKey::rsa(&Still::new(1), 1024);
    let authority = request(365, true).self_signed(&authority_key).unwrap();
    let key = PrivateKey::ecdsa(&Still::new(2));
    let signed = request(365, false).signed_by(&key, &authority).unwrap();
    assert!(pem(&signed).0.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(pem(&signed).1, key.to_pem());
    let wrong = Certificate { cert: authority.cert.clone(), key: key.to_pem().into() };
    let error = request(365, false).signed_by(&key, &wrong).unwrap_err();
    assert_eq!(
        error,
        "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey"
    );
    let (cert, key) = pem(&authority);
    let encode = |text: &str| base64_encode(text.as_bytes());
    let built = build_custom(encode(cert).as_bytes(), encode(key).as_bytes()).unwrap();
    assert_eq!(pem(&built), (cert, key));
}

#[test]
fn errors_have_the_words_of_sprig() {
    let ip = |value: Value| Request::new(&Still::new(1), b"a", &[value], &[], 1, false).err();
    assert_eq!(ip(Value::string("1.2.3")).unwrap(), "error parsing ip: 1.2.3");
    assert_eq!(ip(Value::int(1)).unwrap(), "error parsing ip: 1 is not a string");
    let key = |text: &str| PrivateKey::from_pem(text.as_bytes()).err().unwrap();
    assert_eq!(key("x"), "no PEM data in input");
    let block = |kind: &str| format!("-----BEGIN {kind}-----\nMAA=\n-----END {kind}-----\n");
    assert_eq!(key(&block("CERTIFICATE")), "no private key data in PEM block of type CERTIFICATE");
    assert_eq!(key(&block("X PRIVATE KEY")), "invalid private key type X PRIVATE KEY");
}

#[test]
fn what_was_encrypted_can_be_decrypted() {
    for len in [1, 15, 16, 17, 100] {
        let text = vec![b'x'; len];
        let encrypted = aes::encrypt(&Still::new(1), b"password", &text);
        assert_eq!(aes::decrypt(b"password", encrypted.as_bytes()).unwrap(), text);
    }
    // Encrypted by Helm 4.3.1.
    let encrypted = b"mlmCgAuiUJ4lSjb7j6y/eIbSonMJYO/q//c2iYLkCfFQkubVdps8IMgj9ZSlUWiG";
    let text = b"a secret of more than one block";
    assert_eq!(aes::decrypt(b"password", encrypted).unwrap(), text);
    assert_eq!(aes::encrypt(&Still::new(1), b"password", b""), "");
}

#[test]
fn passwords_are_derived_as_in_sprig() {
    let derived = password::derive(1, b"long", b"password", b"user", b"example.com");
    assert_eq!(derived.unwrap(), "ZedaFaxcZaso9*");
}

#[test]
fn hashes_carry_version_and_cost() {
    let hash = password::bcrypt(&Still::new(1), b"pass\0word").unwrap();
    assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
    let error = password::bcrypt(&Still::new(1), &[b'x'; 73]).unwrap_err();
    assert_eq!(error, "bcrypt: password length exceeds 72 bytes");
}
