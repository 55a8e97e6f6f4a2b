//! Keys of the four curves that Go's `crypto/ecdsa` has.
//!
//! Source: `namedCurveFromOID` and `signingParamsForKey` in Go's `crypto/x509`.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

impl Curve {
    const ALL: [Self; 4] = [Self::P224, Self::P256, Self::P384, Self::P521];

    /// Gives the curve of an object identifier.
    pub(super) fn of(object_identifier: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.object_identifier() == object_identifier)
    }

    /// Gives the object identifier of the curve.
    pub(super) fn object_identifier(self) -> &'static [u8] {
        match self {
            Self::P224 => &[0x2b, 0x81, 4, 0, 33],
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            Self::P384 => &[0x2b, 0x81, 4, 0, 34],
            Self::P521 => &[0x2b, 0x81, 4, 0, 35],
        }
    }

    /// Gives the object identifier of the signatures that Go makes on the curve: ECDSA with SHA-256, SHA-384 or SHA-512.
    pub(super) fn signature_algorithm(self) -> &'static [u8] {
        match self {
            Self::P224 | Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            Self::P384 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3],
            Self::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4],
        }
    }

    /// Gives how many bytes a private key has.
    pub(super) fn scalar_len(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A private key of a curve.
pub(super) enum CurveKey {
    P224(p224::ecdsa::SigningKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(Box<p521::ecdsa::SigningKey>),
}

impl CurveKey {
    /// Makes a key of its bytes; `None` if they are no number from 1 to below the order of the curve.
    pub(super) fn new(curve: Curve, scalar: &[u8]) -> Option<Self> {
        Some(match curve {
            Curve::P224 => Self::P224(p224::ecdsa::SigningKey::from_slice(scalar).ok()?),
            Curve::P256 => Self::P256(p256::ecdsa::SigningKey::from_slice(scalar).ok()?),
            Curve::P384 => Self::P384(p384::ecdsa::SigningKey::from_slice(scalar).ok()?),
            Curve::P521 => Self::P521(Box::new(p521::ecdsa::SigningKey::from_slice(scalar).ok()?)),
        })
    }

    /// Gives the curve.
    pub(super) fn curve(&self) -> Curve {
        match self {
            Self::P224(_) => Curve::P224,
            Self::P256(_) => Curve::P256,
            Self::P384(_) => Curve::P384,
            Self::P521(_) => Curve::P521,
        }
    }

    /// Gives the bytes of the private key.
    pub(super) fn scalar(&self) -> Vec<u8> {
        match self {
            Self::P224(key) => key.to_bytes().to_vec(),
            Self::P256(key) => key.to_bytes().to_vec(),
            Self::P384(key) => key.to_bytes().to_vec(),
            Self::P521(key) => key.to_bytes().to_vec(),
        }
    }

    /// Gives the public key: an uncompressed point of SEC 1.
    pub(super) fn public_key(&self) -> Vec<u8> {
        match self {
            Self::P224(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P521(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    /// Signs bytes and gives the two numbers of the signature, of the same length.
    pub(super) fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            // The crate's own digest would be SHA-224, which Go does not take.
            Self::P224(key) => {
                let signature: p224::ecdsa::Signature =
                    key.sign_prehash(&Sha256::digest(bytes)).ok()?;
                signature.to_bytes().to_vec()
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&Sha256::digest(bytes)).ok()?;
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&Sha384::digest(bytes)).ok()?;
                signature.to_bytes().to_vec()
            }
            Self::P521(key) => {
                let signature: p521::ecdsa::Signature =
                    key.sign_prehash(&Sha512::digest(bytes)).ok()?;
                signature.to_bytes().to_vec()
            }
        })
    }
}
