//! Certificates: `genCA`, `genSelfSignedCert`, `genSignedCert` and `buildCustomCert`.
//!
//! What a certificate says, and in which order, is what Go writes for Sprig: key usages, no path length, names of hosts before
//! addresses, and a key identifier for authorities only.
//!
//! Source: `crypto.go` in Sprig, `CreateCertificate` and `parseCertificate` in Go's `crypto/x509`.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::value::print::display;
use pintle_gotmpl::{Object, Str, Value};
use sha2::{Digest, Sha256};

use super::der::{self, Reader};
use super::keys::PrivateKey;
use super::pem;
use crate::funcs::encoding::base64_decode;
use crate::world::World;
use pintle_chart::go::ip;

/// How many bits keys of certificates have.
pub(super) const KEY_BITS: usize = 2048;

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 29, 14];
const KEY_USAGE: &[u8] = &[0x55, 29, 15];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 29, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 29, 19];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 29, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 29, 37];
const SERVER_AUTHENTICATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTHENTICATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// A certificate and its key, both in PEM: Sprig's `certificate`.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    pub(super) cert: Str,
    pub(super) key: Str,
}

impl From<Certificate> for Value {
    fn from(certificate: Certificate) -> Self {
        Self::Object(Rc::new(certificate))
    }
}

impl Object for Certificate {
    fn type_name(&self) -> Cow<'static, str> {
        "sprig.certificate".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.cert.clone().into()),
            "Key" => Some(self.key.clone().into()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.cert.clone().into()), ("Key", self.key.clone().into())]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a certificate is to say.
pub(super) struct Request {
    /// the common name, as DER
    subject: Vec<u8>,
    alternative_names: Vec<u8>,
    serial: [u8; 16],
    not_before: i64,
    not_after: i64,
    is_authority: bool,
}

impl Request {
    /// Takes down what a certificate is to say.
    ///
    /// # Errors
    ///
    /// Sprig's text for an address or name that is none.
    pub(super) fn new(
        world: &dyn World,
        common_name: &[u8],
        addresses: &[Value],
        names: &[Value],
        n_days: i64,
        is_authority: bool,
    ) -> Result<Self, String> {
        let shown = |value: &Value| String::from_utf8_lossy(&display(value)).into_owned();
        let mut parsed_addresses = Vec::new();
        for address in addresses {
            let Some(text) = address.as_bytes() else {
                return Err(format!("error parsing ip: {} is not a string", shown(address)));
            };
            match ip::parse(text) {
                Ok((bytes, false)) => parsed_addresses.push(shortest(bytes)),
                _ => return Err(format!("error parsing ip: {}", String::from_utf8_lossy(text))),
            }
        }
        let mut alternative_names = Vec::new();
        let mut bad_name = None;
        for name in names {
            let Some(text) = name.as_bytes() else {
                let name = shown(name);
                return Err(format!("error processing alternate dns name: {name} is not a string"));
            };
            if !text.is_ascii() {
                bad_name = bad_name.or(Some(text));
            }
            alternative_names.extend(der::value(der::context(2), text));
        }
        for address in parsed_addresses {
            alternative_names.extend(der::value(der::context(7), &address));
        }
        let creating = |error: String| format!("error creating certificate: {error}");
        let subject = subject(common_name).map_err(creating)?;
        if let Some(name) = bad_name {
            let name = quote(name);
            return Err(creating(format!("x509: {name} cannot be encoded as an IA5String")));
        }
        let mut serial = [0; 16];
        world.fill_random(&mut serial);
        let now = world.now().as_second();
        // Go counts nanoseconds in 64 bits, which wrap around after 106751 days.
        let lifetime = n_days.wrapping_mul(86_400_000_000_000).div_euclid(1_000_000_000);
        Ok(Self {
            subject,
            alternative_names,
            serial,
            not_before: now,
            not_after: now.saturating_add(lifetime),
            is_authority,
        })
    }

    /// Makes the certificate of a key, signed by that key itself.
    ///
    /// # Errors
    ///
    /// Sprig's text.
    pub(super) fn self_signed(&self, key: &PrivateKey) -> Result<Certificate, String> {
        self.signed(key, &self.subject, None, key, None)
    }

    /// Makes the certificate of a key, signed by an authority.
    ///
    /// # Errors
    ///
    /// Sprig's text.
    pub(super) fn signed_by(
        &self,
        key: &PrivateKey,
        authority: &Certificate,
    ) -> Result<Certificate, String> {
        let Some(block) = pem::decode(authority.cert.as_bytes()) else {
            return Err("unable to decode certificate".to_owned());
        };
        let issuer = Parsed::read(&block.bytes).map_err(|error| {
            format!("error parsing certificate: decodedSignerCert.Bytes: {error}")
        })?;
        let issuer_key = PrivateKey::from_pem(authority.key.as_bytes())
            .map_err(|error| format!("error parsing private key: {error}"))?;
        self.signed(key, issuer.subject, issuer.key_id, &issuer_key, Some(issuer.public_key_info))
    }

    fn signed(
        &self,
        key: &PrivateKey,
        issuer: &[u8],
        issuer_key_id: Option<&[u8]>,
        issuer_key: &PrivateKey,
        issuer_key_info: Option<&[u8]>,
    ) -> Result<Certificate, String> {
        let creating = |error: &str| format!("error creating certificate: {error}");
        let algorithm = issuer_key.signature_algorithm().ok_or_else(|| {
            creating("x509: certificate private key does not implement crypto.Signer")
        })?;
        let (Some(public_key), Some(public_key_info)) = (key.public_key(), key.public_key_info())
        else {
            let public_type = key.public_type();
            return Err(creating(&format!("x509: unsupported public key type: {public_type}")));
        };
        if issuer_key_info.is_some_and(|info| issuer_key.public_key_info().as_deref() != Some(info))
        {
            return Err(creating("x509: provided PrivateKey doesn't match parent's PublicKey"));
        }
        let issuer_key_id = issuer_key_id.filter(|_| issuer != self.subject);
        let to_be_signed = der::sequence(&[
            // version 3
            &der::value(der::explicit(0), &der::integer(&[2])),
            &der::integer(&self.serial),
            &algorithm,
            issuer,
            &der::sequence(&[
                &time(self.not_before).map_err(|error| creating(&error))?,
                &time(self.not_after).map_err(|error| creating(&error))?,
            ]),
            &self.subject,
            &public_key_info,
            &der::value(der::explicit(3), &self.extensions(&public_key, issuer_key_id)),
        ]);
        let signature = issuer_key
            .sign(&to_be_signed)
            .ok_or_else(|| creating("crypto/rsa: message too long for RSA key size"))?;
        let certificate = der::sequence(&[&to_be_signed, &algorithm, &der::bit_string(&signature)]);
        Ok(Certificate {
            cert: pem::encode("CERTIFICATE", &certificate).into(),
            key: key.to_pem().into(),
        })
    }

    fn extensions(&self, public_key: &[u8], issuer_key_id: Option<&[u8]>) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut add = |oid: &[u8], critical: bool, contents: &[u8]| {
            let critical = if critical { der::yes() } else { Vec::new() };
            extensions.extend(der::sequence(&[
                &der::value(der::OBJECT_IDENTIFIER, oid),
                &critical,
                &der::value(der::OCTET_STRING, contents),
            ]));
        };
        // Digital signature and key encipherment are bits 0 and 2, certificate signing is bit 5.
        let (usage, unused_bits) =
            if self.is_authority { (0b1010_0100, 2) } else { (0b1010_0000, 5) };
        add(KEY_USAGE, true, &der::value(der::BIT_STRING, &[unused_bits, usage]));
        add(
            EXTENDED_KEY_USAGE,
            false,
            &der::sequence(&[
                &der::value(der::OBJECT_IDENTIFIER, SERVER_AUTHENTICATION),
                &der::value(der::OBJECT_IDENTIFIER, CLIENT_AUTHENTICATION),
            ]),
        );
        let constraints = if self.is_authority { der::yes() } else { Vec::new() };
        add(BASIC_CONSTRAINTS, true, &der::sequence(&[&constraints]));
        if self.is_authority {
            let hash = Sha256::digest(public_key);
            add(SUBJECT_KEY_ID, false, &der::value(der::OCTET_STRING, &hash[..20]));
        }
        if let Some(key_id) = issuer_key_id {
            let key_id = der::value(der::context(0), key_id);
            add(AUTHORITY_KEY_ID, false, &der::sequence(&[&key_id]));
        }
        if !self.alternative_names.is_empty() {
            // A certificate without a subject must be known by its other names.
            let critical = self.subject == der::sequence(&[]);
            add(SUBJECT_ALTERNATIVE_NAME, critical, &der::sequence(&[&self.alternative_names]));
        }
        der::sequence(&[&extensions])
    }
}

/// Gives an IPv4 address written as IPv6 its four bytes.
fn shortest(bytes: Vec<u8>) -> Vec<u8> {
    match bytes.strip_prefix(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) {
        Some(v4) => v4.to_vec(),
        None => bytes,
    }
}

/// Writes a name that is a common name or nothing.
fn subject(common_name: &[u8]) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let Ok(text) = std::str::from_utf8(common_name) else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
    let tag = if text.chars().all(printable) { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    let name = der::sequence(&[
        &der::value(der::OBJECT_IDENTIFIER, COMMON_NAME),
        &der::value(tag, common_name),
    ]);
    Ok(der::sequence(&[&der::value(der::SET, &name)]))
}

/// Writes a time: years from 1950 to 2049 have two digits.
fn time(unix: i64) -> Result<Vec<u8>, String> {
    let out_of_range =
        || "asn1: structure error: cannot represent time as GeneralizedTime".to_owned();
    let timestamp = jiff::Timestamp::from_second(unix).map_err(|_| out_of_range())?;
    let time = jiff::tz::TimeZone::UTC.to_datetime(timestamp);
    let clock = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    match time.year() {
        year @ 1950..2050 => {
            Ok(der::value(der::UTC_TIME, format!("{:02}{clock}", year % 100).as_bytes()))
        }
        year @ 0.. => Ok(der::value(der::GENERALIZED_TIME, format!("{year:04}{clock}").as_bytes())),
        _ => Err(out_of_range()),
    }
}

/// What an issuer's certificate says of it.
struct Parsed<'d> {
    subject: &'d [u8],
    public_key_info: &'d [u8],
    key_id: Option<&'d [u8]>,
}

impl<'d> Parsed<'d> {
    /// Reads a certificate as far as issuing with it needs, in Go's order.
    fn read(bytes: &'d [u8]) -> Result<Self, String> {
        let malformed = |what: &str| format!("x509: malformed {what}");
        let mut all = Reader::new(bytes);
        let mut certificate = all.inside(der::SEQUENCE).ok_or_else(|| malformed("certificate"))?;
        let mut fields =
            certificate.inside(der::SEQUENCE).ok_or_else(|| malformed("tbs certificate"))?;
        let version = match fields.optional(der::explicit(0)) {
            Some(version) => Reader::new(version).small().ok_or_else(|| malformed("version"))?,
            None => 0,
        };
        if version > 2 {
            return Err("x509: invalid version".to_owned());
        }
        let serial = fields.contents(der::INTEGER).ok_or_else(|| malformed("serial number"))?;
        if serial.first().is_some_and(|first| first & 0x80 != 0) {
            return Err("x509: negative serial number".to_owned());
        }
        let algorithm = fields
            .contents(der::SEQUENCE)
            .ok_or_else(|| malformed("signature algorithm identifier"))?;
        let outer_algorithm =
            certificate.contents(der::SEQUENCE).ok_or_else(|| malformed("algorithm identifier"))?;
        if algorithm != outer_algorithm {
            return Err("x509: inner and outer signature algorithm identifiers don't match".into());
        }
        fields.element(der::SEQUENCE).ok_or_else(|| malformed("issuer"))?;
        fields.element(der::SEQUENCE).ok_or_else(|| malformed("validity"))?;
        let subject = fields.element(der::SEQUENCE).ok_or_else(|| malformed("issuer"))?;
        let public_key_info = fields.element(der::SEQUENCE).ok_or_else(|| malformed("spki"))?;
        fields.optional(der::context(1));
        fields.optional(der::context(2));
        let mut key_id = None;
        if let Some(extensions) = fields.optional(der::explicit(3)) {
            let mut extensions = Reader::new(extensions)
                .inside(der::SEQUENCE)
                .ok_or_else(|| malformed("extensions"))?;
            while !extensions.is_empty() {
                let mut extension =
                    extensions.inside(der::SEQUENCE).ok_or_else(|| malformed("extension"))?;
                let oid = extension
                    .contents(der::OBJECT_IDENTIFIER)
                    .ok_or_else(|| malformed("extension OID field"))?;
                if oid == SUBJECT_KEY_ID {
                    let contents = extension
                        .contents(der::OCTET_STRING)
                        .ok_or_else(|| malformed("extension value field"))?;
                    key_id = Some(
                        Reader::new(contents)
                            .contents(der::OCTET_STRING)
                            .ok_or_else(|| "x509: invalid subject key identifier".to_owned())?,
                    );
                }
            }
        }
        certificate.bits().ok_or_else(|| malformed("signature"))?;
        if !all.is_empty() {
            return Err("x509: trailing data".to_owned());
        }
        Ok(Self { subject, public_key_info, key_id: key_id.filter(|id| !id.is_empty()) })
    }
}

/// Checks a certificate and a key given in base 64 of PEM, and puts them together.
///
/// # Errors
///
/// Sprig's text.
pub(super) fn build_custom(cert: &[u8], key: &[u8]) -> Result<Certificate, String> {
    let cert = base64_decode(cert).map_err(|_| "unable to decode base64 certificate".to_owned())?;
    let key = base64_decode(key).map_err(|_| "unable to decode base64 private key".to_owned())?;
    let Some(block) = pem::decode(&cert) else {
        return Err("unable to decode certificate".to_owned());
    };
    Parsed::read(&block.bytes)
        .map_err(|error| format!("error parsing certificate: decodedCert.Bytes: {error}"))?;
    PrivateKey::from_pem(&key).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok(Certificate { cert: cert.into(), key: key.into() })
}
