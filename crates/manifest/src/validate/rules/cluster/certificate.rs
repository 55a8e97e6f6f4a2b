//! `CertificateSigningRequest`.
//!
//! Whether the request is signed by its own key is not checked: that needs every algorithm there is.
//!
//! Source: `pkg/apis/certificates/validation/validation.go`, and `ValidateSignerName` in
//! `pkg/apis/core/validation/names.go`.

use std::collections::HashSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::validate::at::{At, quoted};
use crate::validate::names::{self, dns_label, dns_subdomain};

/// What a certificate can be used for.
const USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

/// Checks a request; its status is dropped.
pub(super) fn signing_request(at: At<'_>) {
    let spec = at.get("spec");
    let request = spec.get("request");
    if let Some(fault) = request_fault(request.text()) {
        request.invalid(fault);
    }
    let usages = spec.get("usages");
    if usages.is_empty() {
        usages.required("");
    }
    let mut seen = HashSet::new();
    for usage in usages.items() {
        if !USAGES.contains(&usage.text()) {
            usage.unsupported(&USAGES);
        }
        if !seen.insert(usage.text()) {
            usage.duplicate();
        }
    }
    let signer = spec.get("signerName");
    if signer.text() == "kubernetes.io/legacy-unknown" {
        signer.invalid("the legacy signerName is not allowed via this API version");
    } else {
        signer_name(signer);
    }
    let expiration = spec.get("expirationSeconds");
    if expiration.integer().is_some_and(|seconds| seconds < 600) {
        expiration.invalid("may not specify a duration less than 600 seconds (10 minutes)");
    }
}

/// Tells what is wrong with a request: base64 of PEM, of a sequence of DER.
fn request_fault(text: &str) -> Option<&'static str> {
    let not_pem = Some("PEM block type must be CERTIFICATE REQUEST");
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let Ok(pem) = BASE64_STANDARD.decode(text) else { return not_pem };
    let Ok(pem) = String::from_utf8(pem) else { return not_pem };
    let body = pem
        .split_once("-----BEGIN CERTIFICATE REQUEST-----")
        .and_then(|(_, rest)| rest.split_once("-----END CERTIFICATE REQUEST-----"));
    let Some((body, _)) = body else { return not_pem };
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    match BASE64_STANDARD.decode(body) {
        Err(_) => not_pem,
        Ok(der) if der.first() == Some(&0x30) => None,
        Ok(_) => Some("asn1: structure error: tags don't match"),
    }
}

/// Checks the name of a signer: `example.com/signer`.
fn signer_name(at: At<'_>) {
    let text = at.text();
    if text.is_empty() {
        at.required("");
        return;
    }
    let mut segments = text.split('/');
    let (Some(domain), Some(path), None) = (segments.next(), segments.next(), segments.next())
    else {
        at.invalid(
            "must be a fully qualified domain and path of the form 'example.com/signer-name'",
        );
        return;
    };
    if domain.len() > names::MAX_SUBDOMAIN {
        at.too_long(names::MAX_SUBDOMAIN);
    }
    let labels = |of: &str, faults: fn(&str) -> names::Faults| {
        let wrong = of.split('.').find_map(|label| {
            let faults = faults(label);
            (!faults.is_empty()).then_some((label, faults))
        });
        if let Some((label, faults)) = wrong {
            for fault in faults {
                let detail = format!("validating label {}: {fault}", quoted(label));
                at.invalid_as(&quoted(of), &detail);
            }
        }
    };
    labels(domain, dns_label);
    if !domain.contains('.') {
        let detail = "should be a domain with at least two segments separated by dots";
        at.invalid_as(&quoted(domain), detail);
    }
    labels(path, dns_subdomain);
    let most = names::MAX_SUBDOMAIN * 2 + names::MAX_LABEL + 2;
    if text.len() > most {
        at.too_long(most);
    }
}
