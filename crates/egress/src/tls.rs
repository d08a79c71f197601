//! TLS for outbound connections: TLS 1.2 and 1.3 by aws-lc-rs, Mozilla's roots. It never accepts
//! a certificate that does not verify, and test roots serve test hosts only.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::config::{GuardConfig, GuardError};

/// One configuration for the world, one for test hosts.
pub(crate) struct Tls {
    pub(crate) world: ClientConfig,
    pub(crate) test: ClientConfig,
}

impl Tls {
    pub(crate) fn new(config: &GuardConfig) -> Result<Self, GuardError> {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        Ok(Self {
            world: client(roots)?,
            test: client(test_roots(&config.test_roots)?)?,
        })
    }
}

fn test_roots(certificates: &[CertificateDer<'static>]) -> Result<RootCertStore, GuardError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone())?;
    }
    Ok(roots)
}

pub(crate) fn client(roots: RootCertStore) -> Result<ClientConfig, GuardError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
