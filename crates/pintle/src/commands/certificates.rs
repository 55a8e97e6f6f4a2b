//! Files of certificates that the command line names: they are looked at as Helm does, though no connection needs them.
//!
//! Source: `NewTLSConfig` in `internal/tlsutil/tls.go`, Helm v4; `NewClientTLS` there, Helm v3; `X509KeyPair` in Go's
//! `crypto/tls/tls.go`.

use std::fs;

use pintle_engine::CommandLine;
use pintle_gotmpl::value::number::quote;

use crate::args::{Args, flags};
use crate::user_values::go_words;

/// Checks that the files can be read, and hold something of the form of a certificate or key.
///
/// # Errors
///
/// Helm's words.
pub(super) fn check(args: &Args, generation: CommandLine) -> Result<(), String> {
    let text = |flag| args.text(flag).unwrap_or_default();
    let [ca, cert, key] = [&flags::CA_FILE, &flags::CERT_FILE, &flags::KEY_FILE].map(text);
    let has_pair = !cert.is_empty() && !key.is_empty();
    if !has_pair && ca.is_empty() && !args.is_on(&flags::INSECURE_SKIP_TLS_VERIFY) {
        return Ok(());
    }
    match generation {
        CommandLine::Helm4 => check_as_helm_4(ca, cert, key),
        CommandLine::Helm3 => check_as_helm_3(ca, cert, key),
    }
}

fn check_as_helm_4(ca: &str, cert: &str, key: &str) -> Result<(), String> {
    let mut faults = Vec::new();
    let mut read = |what: &str, path: &str| match read(path) {
        Ok(data) => data,
        Err(why) => {
            faults.push(format!("{what}: {}: {why}", quote(path)));
            Vec::new()
        }
    };
    let has_key = !cert.is_empty() || !key.is_empty();
    let certificate = if has_key { read("unable to read cert file", cert) } else { Vec::new() };
    // A key is read only where its certificate was.
    let is_readable = has_key && fs::metadata(cert).is_ok();
    let secret = if is_readable { read("unable to read key file", key) } else { Vec::new() };
    let authorities = if ca.is_empty() { Vec::new() } else { read("can't read CA file", ca) };
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    if !certificate.is_empty() && !secret.is_empty() {
        check_pair(&certificate, &secret)
            .map_err(|why| format!("unable to load cert from key pair: {why}"))?;
    }
    if !authorities.is_empty() && !is_pem(&authorities) {
        return Err("failed to append certificates from pem block".to_owned());
    }
    Ok(())
}

fn check_as_helm_3(ca: &str, cert: &str, key: &str) -> Result<(), String> {
    if !cert.is_empty() && !key.is_empty() {
        let pair = || check_pair(&read(cert)?, &read(key)?);
        pair()
            .map_err(|why| format!("can't load key pair from cert {cert} and key {key}: {why}"))?;
    }
    if ca.is_empty() {
        return Ok(());
    }
    let authorities = read(ca).map_err(|_| format!("can't read CA file: {ca}"))?;
    if is_pem(&authorities) {
        Ok(())
    } else {
        Err(format!("failed to append certificates from file: {ca}"))
    }
}

fn check_pair(certificate: &[u8], key: &[u8]) -> Result<(), String> {
    let fault = |what| Err(format!("tls: failed to find any PEM data in {what} input"));
    match (is_pem(certificate), is_pem(key)) {
        (false, _) => fault("certificate"),
        (true, false) => fault("key"),
        (true, true) => Ok(()),
    }
}

fn is_pem(data: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN";
    data.windows(BEGIN.len()).any(|window| window == BEGIN)
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("open {path}: {}", go_words(&error)))
}
