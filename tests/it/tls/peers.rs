//! Peers that are not ours: OpenSSL's client.

use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};

use super::Shown;
use crate::support::served::Served;
use crate::support::skipped;

/// What `openssl s_client` says and hears, with these arguments and words; none where there is no OpenSSL.
fn s_client(address: SocketAddr, ca: &str, arguments: &[&str], words: &str) -> Option<Output> {
    let mut client = Command::new("openssl");
    client.args(["s_client", "-connect", &address.to_string(), "-servername", "localhost"]);
    client.args(["-CAfile", ca, "-verify_return_error", "-verify_hostname", "localhost", "-ign_eof"]);
    client.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = client.spawn().ok()?;
    // It may have ended already, where no TLS was agreed on.
    let _gone = std::io::Write::write_all(&mut child.stdin.take().unwrap(), words.as_bytes());
    Some(child.wait_with_output().unwrap())
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Goal: a peer that shares no code with us agrees on TLS 1.3 and 1.2, on HTTP/2 and on HTTP/1.1, believes our
/// certificate, and is answered; what is older or unknown is refused.
/// Method: `openssl s_client` says what it agreed on and what it heard.
#[test]
fn openssl_agrees() {
    if Command::new("openssl").arg("version").output().is_err() {
        return skipped("tls::peers::openssl_agrees", "openssl does not run");
    }
    let shown = Shown::new();
    let served = Served::secret(shown.tls(), &shown.authority, |_| {});
    let asked =
        |arguments: &[&str], words| text(&s_client(served.address, &shown.ca(), arguments, words).unwrap());
    let page = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for (version, says) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
        let heard = asked(&["-alpn", "http/1.1", version], page);
        for words in ["ALPN protocol: http/1.1", "Verify return code: 0 (ok)", "HTTP/1.1 404 Not Found", says]
        {
            assert!(heard.contains(words), "{version}, {words}: {heard}");
        }
        // HTTP/2's opening words, no settings, and a frame that ends it all.
        let heard = asked(&["-alpn", "h2,http/1.1", version], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n0123456789");
        assert!(heard.contains("ALPN protocol: h2"), "{version}: {heard}");
        assert!(heard.contains("Verify return code: 0 (ok)"), "{version}: {heard}");
    }
    let heard = asked(&[], page);
    assert!(heard.contains("No ALPN negotiated") && heard.contains("HTTP/1.1 404 Not Found"), "{heard}");
    for refused in [&["-alpn", "smtp"][..], &["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]] {
        let heard = s_client(served.address, &shown.ca(), refused, page).unwrap();
        assert!(!heard.status.success(), "{refused:?}: {}", text(&heard));
        assert!(!text(&heard).contains("404 Not Found"), "{refused:?}: {}", text(&heard));
    }
    served.owners(1);
}
