//! Private keys: made, read, written and used to sign.
//!
//! Source: `crypto.go` in Sprig, Go's `crypto/x509` (`pkcs1.go`, `pkcs8.go`, `sec1.go`).

use ed25519_dalek::Signer;
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::curves::{Curve, CurveKey};
use super::der::{self, Reader};
use super::pem;
use super::primes::{Primes, Random};
use crate::world::World;

/// The public exponent of RSA keys made here.
const RSA_EXPONENT: u32 = 65_537;

/// The largest RSA key that is read, in bits: larger ones take seconds and more to sign with.
const MAX_RSA_BITS: u64 = 16_384;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const ELLIPTIC_CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The kind of a PKCS #8 block.
const PKCS8: &str = "PRIVATE KEY";

/// A private key.
pub(super) enum PrivateKey {
    Rsa(RsaKey),
    Ecdsa(CurveKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// a key for agreements, which Go reads and writes but puts into no certificate
    X25519([u8; 32]),
    Dsa(DsaKey),
}

/// The numbers of an RSA key.
pub(super) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
    private_exponent: BigUint,
    p: BigUint,
    q: BigUint,
    p_exponent: BigUint,
    q_exponent: BigUint,
    q_inverse: BigUint,
}

/// The numbers of a DSA key.
pub(super) struct DsaKey {
    p: BigUint,
    q: BigUint,
    g: BigUint,
    y: BigUint,
    x: BigUint,
}

fn object_identifier(oid: &[u8]) -> Vec<u8> {
    der::value(der::OBJECT_IDENTIFIER, oid)
}

fn number(number: &BigUint) -> Vec<u8> {
    der::integer(&number.to_bytes_be())
}

impl PrivateKey {
    /// Makes an RSA key.
    pub(super) fn rsa(world: &dyn World, n_bits: usize) -> Self {
        let primes = Primes::new();
        loop {
            let (p, q) = primes.pair_for_rsa(world, n_bits / 2);
            if let Some(key) = RsaKey::new(p, q, RSA_EXPONENT.into()) {
                return Self::Rsa(key);
            }
        }
    }

    /// Makes a DSA key.
    pub(super) fn dsa(world: &dyn World) -> Self {
        let mut random = Random::new(world);
        let (modulus, order) = Primes::new().for_dsa(&mut random);
        let exponent = (&modulus - 1_u8) / &order;
        let power = |base: u8| BigUint::from(base).modpow(&exponent, &modulus);
        // Two generates the group but for one in as many primes as the group has members.
        let generator = (2..=u8::MAX).map(power).find(|power| *power != BigUint::from(1_u8));
        let generator = generator.expect("a power of 1 is rarer than a collision of hashes");
        let secret = random.below(&order);
        let public = generator.modpow(&secret, &modulus);
        Self::Dsa(DsaKey { p: modulus, q: order, g: generator, y: public, x: secret })
    }

    /// Makes an ECDSA key on the curve P-256.
    pub(super) fn ecdsa(world: &dyn World) -> Self {
        loop {
            let mut scalar = [0; 32];
            world.fill_random(&mut scalar);
            // Almost any 32 bytes will do; a few are beyond the order of the curve.
            if let Some(key) = CurveKey::new(Curve::P256, &scalar) {
                return Self::Ecdsa(key);
            }
        }
    }

    /// Makes an Ed25519 key.
    pub(super) fn ed25519(world: &dyn World) -> Self {
        let mut seed = [0; 32];
        world.fill_random(&mut seed);
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads a key from PEM.
    ///
    /// # Errors
    ///
    /// Sprig's text, such as `no PEM data in input`.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let Some(block) = pem::decode(text) else { return Err("no PEM data in input".to_owned()) };
        if block.kind == PKCS8 {
            return Self::from_pkcs8(&block.bytes)
                .map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
        }
        let Some(algorithm) = block.kind.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.kind));
        };
        let parsed = match algorithm {
            "RSA" => RsaKey::from_pkcs1(&block.bytes).map(Self::Rsa),
            "EC" => Self::from_sec1(None, &block.bytes),
            "DSA" => DsaKey::from_der(&block.bytes).map(Self::Dsa),
            _ => return Err(format!("invalid private key type {}", block.kind)),
        };
        parsed.map_err(|error| format!("parsing {algorithm} private key from PEM: {error}"))
    }

    /// Writes the key as Sprig does: RSA, elliptic curve and DSA keys each in its own form, others as PKCS #8.
    pub(super) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()),
            Self::Ecdsa(key) => pem::encode("EC PRIVATE KEY", &to_sec1(key)),
            Self::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
            Self::Ed25519(key) => pem::encode(PKCS8, &to_pkcs8(ED25519, &key.to_bytes())),
            Self::X25519(secret) => pem::encode(PKCS8, &to_pkcs8(X25519, secret)),
        }
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        let read = || {
            let mut key = Reader::new(bytes).inside(der::SEQUENCE)?;
            key.small()?;
            let algorithm = key.inside(der::SEQUENCE)?;
            Some((algorithm, key.contents(der::OCTET_STRING)?))
        };
        let Some((mut algorithm, key)) = read() else {
            return Err(misread(bytes, "PKCS8", ASN1_ERROR));
        };
        let oid = algorithm.contents(der::OBJECT_IDENTIFIER).unwrap_or_default();
        match oid {
            RSA => RsaKey::from_pkcs1(key).map(Self::Rsa).map_err(|error| {
                format!("x509: failed to parse RSA private key embedded in PKCS#8: {error}")
            }),
            ELLIPTIC_CURVE => {
                let curve = algorithm.optional(der::OBJECT_IDENTIFIER);
                Self::from_sec1(curve, key).map_err(|error| {
                    format!("x509: failed to parse EC private key embedded in PKCS#8: {error}")
                })
            }
            ED25519 => {
                let seed = embedded("Ed25519", algorithm, key)?;
                let seed = seed.try_into().map_err(|_| {
                    format!("x509: invalid Ed25519 private key length: {}", seed.len())
                })?;
                Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
            }
            X25519 => {
                let secret = embedded("X25519", algorithm, key)?.try_into();
                secret
                    .map(Self::X25519)
                    .map_err(|_| "crypto/ecdh: invalid private key size".to_owned())
            }
            _ => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                dotted(oid)
            )),
        }
    }

    fn from_sec1(curve: Option<&[u8]>, bytes: &[u8]) -> Result<Self, String> {
        let read = || {
            let mut key = Reader::new(bytes).inside(der::SEQUENCE)?;
            let version = key.small()?;
            let scalar = key.contents(der::OCTET_STRING)?;
            let own_curve = match key.optional(der::explicit(0)) {
                Some(own_curve) => Some(Reader::new(own_curve).contents(der::OBJECT_IDENTIFIER)?),
                None => None,
            };
            Some((version, scalar, own_curve))
        };
        let Some((version, scalar, own_curve)) = read() else {
            let error = format!("x509: failed to parse EC private key: {ASN1_ERROR}");
            return Err(misread(bytes, "EC", &error));
        };
        if version != 1 {
            return Err(format!("x509: unknown EC private key version {version}"));
        }
        let Some(curve) = curve.or(own_curve).and_then(Curve::of) else {
            return Err("x509: unknown elliptic curve".to_owned());
        };
        // Zeros at the front may be too many or too few.
        let n_zeros = scalar.iter().take_while(|byte| **byte == 0).count();
        let scalar = &scalar[n_zeros..];
        let missing = curve
            .scalar_len()
            .checked_sub(scalar.len())
            .ok_or_else(|| "x509: invalid private key length".to_owned())?;
        CurveKey::new(curve, &[&vec![0; missing], scalar].concat())
            .map(Self::Ecdsa)
            .ok_or_else(|| "crypto/ecdsa: invalid private key".to_owned())
    }

    /// Gives the public key as a certificate holds it, or nothing for kinds that Go puts into no certificate.
    pub(super) fn public_key(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Rsa(key) => der::sequence(&[&number(&key.modulus), &number(&key.exponent)]),
            Self::Ecdsa(key) => key.public_key(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
            Self::X25519(_) | Self::Dsa(_) => return None,
        })
    }

    /// Gives Go's type of a public key that it puts into no certificate.
    pub(super) fn public_type(&self) -> &'static str {
        match self {
            Self::X25519(_) => "*ecdh.PublicKey",
            _ => "*dsa.PublicKey",
        }
    }

    /// Gives the public key with its algorithm: a certificate's `SubjectPublicKeyInfo`.
    pub(super) fn public_key_info(&self) -> Option<Vec<u8>> {
        let algorithm = match self {
            Self::Rsa(_) => [object_identifier(RSA), der::value(der::NULL, &[])].concat(),
            Self::Ecdsa(key) => {
                let curve = object_identifier(key.curve().object_identifier());
                [object_identifier(ELLIPTIC_CURVE), curve].concat()
            }
            Self::Ed25519(_) => object_identifier(ED25519),
            Self::X25519(_) | Self::Dsa(_) => return None,
        };
        Some(der::sequence(&[&der::sequence(&[&algorithm]), &der::bit_string(&self.public_key()?)]))
    }

    /// Gives the algorithm of this key's signatures, as certificates name it.
    pub(super) fn signature_algorithm(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Rsa(_) => {
                der::sequence(&[&object_identifier(RSA_SHA256), &der::value(der::NULL, &[])])
            }
            Self::Ecdsa(key) => {
                der::sequence(&[&object_identifier(key.curve().signature_algorithm())])
            }
            Self::Ed25519(_) => der::sequence(&[&object_identifier(ED25519)]),
            Self::X25519(_) | Self::Dsa(_) => return None,
        })
    }

    /// Signs bytes. Signatures of the same bytes are the same.
    pub(super) fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => key.sign(bytes),
            Self::Ecdsa(key) => Some(two_numbers(&key.sign(bytes)?)),
            Self::Ed25519(key) => Some(key.try_sign(bytes).ok()?.to_bytes().to_vec()),
            Self::X25519(_) | Self::Dsa(_) => None,
        }
    }
}

/// Reads the bytes of a key of Curve25519 out of PKCS #8, which has no parameters for it.
fn embedded<'d>(name: &str, algorithm: Reader<'_>, key: &'d [u8]) -> Result<&'d [u8], String> {
    if !algorithm.is_empty() {
        return Err(format!("x509: invalid {name} private key parameters"));
    }
    let bytes = Reader::new(key).contents(der::OCTET_STRING);
    bytes.ok_or_else(|| format!("x509: invalid {name} private key: {ASN1_ERROR}"))
}

/// Writes a key of Curve25519 as PKCS #8.
fn to_pkcs8(algorithm: &[u8], secret: &[u8]) -> Vec<u8> {
    der::sequence(&[
        &der::integer(&[]),
        &der::sequence(&[&object_identifier(algorithm)]),
        &der::value(der::OCTET_STRING, &der::value(der::OCTET_STRING, secret)),
    ])
}

/// Writes a key of a curve as SEC 1.
fn to_sec1(key: &CurveKey) -> Vec<u8> {
    der::sequence(&[
        &der::integer(&[1]),
        &der::value(der::OCTET_STRING, &key.scalar()),
        &der::value(der::explicit(0), &object_identifier(key.curve().object_identifier())),
        &der::value(der::explicit(1), &der::bit_string(&key.public_key())),
    ])
}

/// Writes a signature of two numbers of the same length.
fn two_numbers(bytes: &[u8]) -> Vec<u8> {
    let (r, s) = bytes.split_at(bytes.len() / 2);
    der::sequence(&[&der::integer(r), &der::integer(s)])
}

/// What Go says of DER that is not what was asked for. Its own text also shows the type it was read into.
const ASN1_ERROR: &str = "asn1: structure error: tags don't match";

/// Gives Go's advice if bytes are a key of another form, else `error`.
fn misread(bytes: &[u8], wanted: &str, error: &str) -> String {
    let advice = |form: &str| {
        format!(
            "x509: failed to parse private key (use Parse{form}PrivateKey instead for this key format)"
        )
    };
    let Some(mut key) = Reader::new(bytes).inside(der::SEQUENCE) else { return error.to_owned() };
    if key.small().is_none() {
        return error.to_owned();
    }
    let form = if key.clone().inside(der::SEQUENCE).is_some() {
        "PKCS8"
    } else if key.clone().contents(der::OCTET_STRING).is_some() {
        "EC"
    } else if key.small().is_some() || key.unsigned().is_some() {
        "PKCS1"
    } else {
        wanted
    };
    if form == wanted { error.to_owned() } else { advice(form) }
}

/// Writes an object identifier as numbers with dots.
fn dotted(oid: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first.to_string());
                number -= first * 40;
            }
            numbers.push(number.to_string());
            number = 0;
        }
    }
    numbers.join(".")
}

impl RsaKey {
    fn new(p: BigUint, q: BigUint, exponent: BigUint) -> Option<Self> {
        if p == q {
            return None;
        }
        let (p_less_one, q_less_one) = (&p - 1_u8, &q - 1_u8);
        let private_exponent = exponent.modinv(&(&p_less_one * &q_less_one))?;
        Some(Self {
            modulus: &p * &q,
            exponent,
            p_exponent: &private_exponent % &p_less_one,
            q_exponent: &private_exponent % &q_less_one,
            q_inverse: q.modinv(&p)?,
            private_exponent,
            p,
            q,
        })
    }

    fn from_pkcs1(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader::new(bytes);
        let mut read = || {
            let mut key = reader.inside(der::SEQUENCE)?;
            let version = key.small()?;
            let mut next = || key.unsigned().map(BigUint::from_bytes_be);
            let (modulus, exponent, private_exponent) = (next()?, next()?, next()?);
            let key = Self {
                modulus,
                exponent,
                private_exponent,
                p: next()?,
                q: next()?,
                p_exponent: next()?,
                q_exponent: next()?,
                q_inverse: next()?,
            };
            Some((version, key))
        };
        let Some((version, key)) = read() else {
            return Err(misread(bytes, "PKCS1", ASN1_ERROR));
        };
        if !reader.is_empty() {
            return Err("asn1: syntax error: trailing data".to_owned());
        }
        if version > 0 {
            return Err("x509: unsupported private key version".to_owned());
        }
        key.check()?;
        Ok(key)
    }

    /// Checks that the numbers fit each other.
    fn check(&self) -> Result<(), String> {
        let one = BigUint::from(1_u8);
        let parts = [&self.modulus, &self.exponent, &self.private_exponent, &self.p, &self.q];
        if parts.iter().any(|part| **part <= one) {
            return Err("x509: private key contains zero or negative value".to_owned());
        }
        if self.modulus.bits() > MAX_RSA_BITS {
            return Err(format!("crypto/rsa: keys of more than {MAX_RSA_BITS} bits are not read"));
        }
        if self.modulus.bits() < 1024 {
            let n_bits = self.modulus.bits();
            return Err(format!(
                "crypto/rsa: {n_bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
            ));
        }
        // Go's exponents are 32 bits with a sign; a private one has no use for more bits than the modulus.
        if self.exponent.bits() > 31 {
            return Err("crypto/rsa: public exponent too large".to_owned());
        }
        if self.private_exponent.bits() > self.modulus.bits() {
            return Err("crypto/rsa: private exponent too large".to_owned());
        }
        if &self.p * &self.q != self.modulus {
            return Err("crypto/rsa: p * q != n".to_owned());
        }
        let fits = |prime: &BigUint, exponent: &BigUint| {
            let less_one = prime - 1_u8;
            &self.exponent * &self.private_exponent % &less_one == one
                && &self.private_exponent % &less_one == *exponent
        };
        if !fits(&self.p, &self.p_exponent)
            || !fits(&self.q, &self.q_exponent)
            || &self.q_inverse * &self.q % &self.p != one
        {
            return Err("crypto/rsa: invalid exponents".to_owned());
        }
        Ok(())
    }

    fn to_pkcs1(&self) -> Vec<u8> {
        der::sequence(&[
            &der::integer(&[]),
            &number(&self.modulus),
            &number(&self.exponent),
            &number(&self.private_exponent),
            &number(&self.p),
            &number(&self.q),
            &number(&self.p_exponent),
            &number(&self.q_exponent),
            &number(&self.q_inverse),
        ])
    }

    /// Signs the SHA-256 of bytes: RSASSA-PKCS1-v1_5.
    fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let digest = der::sequence(&[
            &der::sequence(&[&object_identifier(SHA256), &der::value(der::NULL, &[])]),
            &der::value(der::OCTET_STRING, &Sha256::digest(bytes)),
        ]);
        let len = usize::try_from(self.modulus.bits().div_ceil(8)).ok()?;
        let padding = vec![0xff; len.checked_sub(digest.len() + 3)?];
        let message = BigUint::from_bytes_be(&[&[0, 1], &padding[..], &[0], &digest].concat());
        // By the Chinese remainder theorem: two small powers instead of a large one.
        let by_p = message.modpow(&self.p_exponent, &self.p);
        let by_q = message.modpow(&self.q_exponent, &self.q);
        let difference = (&by_p + &self.p - &by_q % &self.p) % &self.p;
        let signature = by_q + difference * &self.q_inverse % &self.p * &self.q;
        // A fault in one of the powers would give the primes away.
        if signature.modpow(&self.exponent, &self.modulus) != message {
            return None;
        }
        let bytes = signature.to_bytes_be();
        Some([&vec![0; len - bytes.len()], &bytes[..]].concat())
    }
}

impl DsaKey {
    fn to_der(&self) -> Vec<u8> {
        der::sequence(&[
            &der::integer(&[]),
            &number(&self.p),
            &number(&self.q),
            &number(&self.g),
            &number(&self.y),
            &number(&self.x),
        ])
    }

    fn from_der(bytes: &[u8]) -> Result<Self, String> {
        let read = || {
            let mut key = Reader::new(bytes).inside(der::SEQUENCE)?;
            key.small()?;
            let mut next = || key.unsigned().map(BigUint::from_bytes_be);
            Some(Self { p: next()?, q: next()?, g: next()?, y: next()?, x: next()? })
        };
        read().ok_or_else(|| ASN1_ERROR.to_owned())
    }
}
