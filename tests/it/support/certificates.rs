//! An authority of the tests, and certificates that it signs.

use std::path::{Path, PathBuf};

use hourbook::config::TlsFiles;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// Whom clients may believe.
pub struct Authority {
    /// Its certificate.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

/// How a certificate may differ from a good one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Years {
    Present,
    Past,
    Future,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for the names under which tests reach a server on this machine.
    pub fn local(&self) -> Issued {
        self.issue(&["localhost", "127.0.0.1"], Years::Present)
    }

    pub fn issue(&self, names: &[&str], years: Years) -> Issued {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (params.not_before, params.not_after) = match years {
            Years::Present => (date_time_ymd(2020, 1, 1), date_time_ymd(2999, 1, 1)),
            Years::Past => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Years::Future => (date_time_ymd(2998, 1, 1), date_time_ymd(2999, 1, 1)),
        };
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Issued { certificate, key: key.serialize_pem() }
    }

    /// Its own certificate and key, which no server should show.
    pub fn own(&self) -> Issued {
        Issued { certificate: self.pem.clone(), key: self.issuer.key().serialize_pem() }
    }

    /// Its certificate as a file.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let file = folder.join("ca.pem");
        std::fs::write(&file, &self.pem).unwrap();
        file
    }
}

impl Issued {
    /// Written where a server looks for them.
    pub fn write(&self, folder: &Path) -> TlsFiles {
        let files = TlsFiles { certificate: folder.join("server.pem"), key: folder.join("server.key") };
        std::fs::write(&files.certificate, &self.certificate).unwrap();
        std::fs::write(&files.key, &self.key).unwrap();
        files
    }
}
