//! Where an endpoint may be.

use super::*;

fn subnets(texts: &[&str]) -> Subnets {
    Subnets::of(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
}

/// Goal: whatever could lead this server to a door that only it can reach is refused before anything is looked up. Method: a list
/// of the ways that are known.
#[test]
fn hostile_addresses_are_refused() {
    let nothing = Subnets::default();
    let hostile = [
        // Loopback, in every way that one or the other reads.
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.01/",
        "https://127.0.0.1./",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[::1%25lo]/",
        "https://\u{2460}\u{2461}7.0.0.1/",
        // Networks of their own, and what clouds tell their machines.
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://100.100.100.200/",
        "https://169.254.169.254/latest/meta-data/",
        "https://168.63.129.16/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[2001::1]/",
        "https://[ff02::1]/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://198.18.0.1/",
        "https://192.0.2.1/",
        // Somebody's name, odd ports, other ways to speak.
        "https://user@till.example/",
        "https://user:secret@till.example/",
        "https://till.example@127.0.0.1/",
        "https://till.example:22/",
        "https://till.example:0/",
        "https://till.example:65536/",
        "https://till.example:0443/",
        "https://till.example:+443/",
        "https://till.example:/",
        "http://till.example/",
        "http://till.example:443/",
        "ftp://till.example/",
        "file:///etc/passwd",
        "gopher://till.example/",
        "HTTPS://till.example/",
        "//till.example/",
        "till.example/",
        "https:/till.example/",
        "https://",
        "https:///path",
        // Hosts that could be read in two ways.
        "https://till.example./",
        "https://till..example/",
        "https://.example/",
        "https://-till.example/",
        "https://till_1.example/",
        "https://till%2eexample/",
        "https://till.example\\@127.0.0.1/",
        "https://till.example#@127.0.0.1/",
        "https://till.example /",
        "https://till.example\r\nhost: other/",
        "https://till.example/#fragment",
        "https://t\u{ef}ll.example/",
    ];
    for url in hostile {
        assert!(Target::parse(url, &nothing).is_err(), "{url}");
    }
    assert!(hostile.len() >= 40);
    let long = format!("https://till.example/{}", "a".repeat(URL_BYTES_MAX));
    assert_eq!(Target::parse(&long, &nothing), Err(BadTarget::NotAUrl));
    assert_eq!(Target::parse("https://user@till.example/", &nothing), Err(BadTarget::User));
    assert_eq!(Target::parse("http://till.example/", &nothing), Err(BadTarget::NotAllowed));
}

/// Goal: what the web usually looks like is taken, part by part. Method: a name, a port that is the usual one, a query, an
/// address of the internet.
#[test]
fn usual_addresses_are_taken() {
    let nothing = Subnets::default();
    let target = Target::parse("https://Till.Example:443/hook?till=1", &nothing).unwrap();
    assert_eq!((target.scheme, target.port), (Scheme::Https, 443));
    assert_eq!(target.host, Host::Name("till.example".into()));
    assert_eq!((&*target.authority, &*target.path), ("Till.Example:443", "/hook?till=1"));
    assert_eq!(&*Target::parse("https://till.example?a", &nothing).unwrap().path, "/?a");
    assert_eq!(&*Target::parse("https://till.example", &nothing).unwrap().path, "/");
    for url in ["https://8.8.8.8/", "https://[2606:4700::1111]/", "https://xn--till-loa.example/"] {
        assert!(Target::parse(url, &nothing).is_ok(), "{url}");
    }
}

/// Goal: a subnet the operator allows may be called on any port and in the clear, and nothing beside it. Method: loopback allowed;
/// its neighbours and a name.
#[test]
fn what_the_operator_allows() {
    let allowed = subnets(&["127.0.0.0/8", "fd00::/8"]);
    for url in
        ["http://127.0.0.1:8080/", "https://127.9.9.9/", "http://[fd00::1]:1/", "http://[::ffff:127.0.0.1]/"]
    {
        assert!(Target::parse(url, &allowed).is_ok(), "{url}");
    }
    for url in [
        "http://128.0.0.1/",
        "https://10.0.0.1/",
        "https://8.8.8.8:8443/",
        "http://8.8.8.8/",
        "http://[fe00::1]/",
    ] {
        assert_eq!(Target::parse(url, &allowed), Err(BadTarget::NotAllowed), "{url}");
    }
    // A name may turn out to be there.
    let target = Target::parse("http://localhost:8080/", &allowed).unwrap();
    assert!(target.may_call([127, 0, 0, 1].into(), &allowed));
    assert!(!target.may_call([8, 8, 8, 8].into(), &allowed), "in the clear");
    assert!(!target.may_call([10, 0, 0, 1].into(), &allowed));
}

/// Goal: subnets are read as they are meant, and nothing else is. Method: both versions, a single address; a first address that is
/// none, too many bits, what is no address.
#[test]
fn subnets_are_read() {
    for (text, inside, outside) in [
        ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
        ("0.0.0.0/0", "255.1.2.3", "::1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
        ("fd00::/8", "fdff::1", "fe00::"),
        ("::/0", "2001:db8::1", "1.2.3.4"),
    ] {
        let subnet: Subnet = text.parse().unwrap();
        assert!(subnet.has(inside.parse().unwrap()) && !subnet.has(outside.parse().unwrap()), "{text}");
        assert_eq!(subnet.to_string().parse(), Ok(subnet));
    }
    for text in [
        "",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "localhost",
        "::ffff:10.0.0.0/104",
    ] {
        assert!(text.parse::<Subnet>().is_err(), "{text}");
    }
}
