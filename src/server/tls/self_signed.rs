//! A certificate that is made at the start, and signed by itself.

use super::Identity;
use crate::config::Config;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Makes one for the names that the service is reached by. Its key is drawn anew by each start, the
/// one thing here that a seed does not decide.
pub fn make(config: &Config) -> Result<Identity, String> {
    let failed = |error: rcgen::Error| format!("a certificate cannot be made: {error}");
    let mut params = CertificateParams::new(names(config)).map_err(failed)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Papercloud");
    // No authority: some clients refuse an authority's certificate as that of a server.
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Until the last year that every client can read.
    (params.not_before, params.not_after) =
        (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 12, 31));
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok(Identity {
        chain: vec![certificate.der().clone()],
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        pem: certificate.pem(),
    })
}

/// Where the clouds have the hosts of a region.
const CLOUDS: [&str; 3] = ["myhuaweicloud.com", "myhuaweicloud.eu", "otc.t-systems.com"];

fn names(config: &Config) -> Vec<String> {
    let host = config.endpoint.host;
    let mut names = vec![
        "localhost".to_owned(),
        Ipv4Addr::LOCALHOST.to_string(),
        Ipv6Addr::LOCALHOST.to_string(),
    ];
    // An address of every interface is none that a client connects to.
    let own = (!host.is_unspecified()).then(|| host.to_string());
    let given = config.allowed_hosts.iter().map(|name| name.trim().to_owned());
    // The hosts of programs that know only the names of the clouds.
    let of_clouds = CLOUDS.map(|cloud| format!("*.{}.{cloud}", config.region));
    for name in own.into_iter().chain(given).chain(of_clouds) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
