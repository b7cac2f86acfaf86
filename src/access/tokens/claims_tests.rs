//! Claims of real issuers' shapes, and claims at their bounds.

use super::super::settings::RoleMap;
use super::*;

const NOW: i64 = 1_777_971_600;

fn settings() -> TokenSettings {
    TokenSettings::new("https://id.example.org", "hourbook", None).unwrap()
}

fn claims(text: &str) -> Claims {
    Claims::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn path(text: &str) -> ClaimPath {
    ClaimPath::parse(text).unwrap()
}

fn banks(numbers: &[u32]) -> Reach {
    Reach::Banks(numbers.iter().copied().map(BankNumber::new).collect())
}

/// Goal: the shapes of Keycloak, Zitadel and Dex give role and reach. Method: claims as these issuers write
/// them, each with the paths an operator would configure.
#[test]
fn shapes_of_issuers() {
    for (roles, banks_path, map, text, role, reach) in [
        (
            "/realm_access/roles",
            "/banks",
            None,
            r#"{"realm_access":{"roles":["offline_access","hourbook-broker","uma_authorization"]},"banks":["3"]}"#,
            Role::Broker,
            banks(&[3]),
        ),
        (
            "/resource_access/hourbook/roles",
            "/banks",
            Some("broker=broker"),
            r#"{"resource_access":{"account":{"roles":["lead"]},"hourbook":{"roles":["broker"]}},"banks":3}"#,
            Role::Broker,
            banks(&[3]),
        ),
        (
            "/urn:zitadel:iam:org:project:roles",
            "/urn:zitadel:iam:user:metadata/banks",
            Some("auditor=auditor,broker=broker"),
            r#"{"urn:zitadel:iam:org:project:roles":{"auditor":{"2394":"hours.example.org"}},
                "urn:zitadel:iam:user:metadata":{"banks":"network"}}"#,
            Role::Auditor,
            Reach::Network,
        ),
        (
            "/groups",
            "/groups",
            Some("time-brokers=broker"),
            r#"{"groups":["staff","time-brokers","12","7","12"]}"#,
            Role::Broker,
            banks(&[7, 12]),
        ),
        (
            "/role",
            "/hourbook_banks",
            None,
            r#"{"role":"hourbook-admin","hourbook_banks":"network"}"#,
            Role::Admin,
            Reach::Network,
        ),
    ] {
        let mut settings = settings();
        (settings.roles, settings.banks) = (path(roles), path(banks_path));
        if let Some(map) = map {
            settings.role_map = RoleMap::parse(map).unwrap();
        }
        let claims = claims(text);
        assert_eq!(claims.role(&settings), Ok(role), "{text}");
        assert_eq!(claims.reach(role, &settings), Ok(reach), "{text}");
    }
}

/// Goal: exactly one of our roles comes out, and what is no word of ours changes nothing.
/// Method: a table of what stands in the claim of roles.
#[test]
fn one_role_or_none() {
    let mut settings = settings();
    settings.role_map = RoleMap::parse("b=broker,broker=broker,l=lead").unwrap();
    for (roles, role) in [
        (r#"["b"]"#, Ok(Role::Broker)),
        (r#"["x","b",7,null,["l"],{"l":1}]"#, Ok(Role::Broker)),
        (r#"["b","broker","b"]"#, Ok(Role::Broker)),
        (r#"["b","l"]"#, Err(TokenError::SeveralRoles)),
        (r#"{"b":{},"l":{}}"#, Err(TokenError::SeveralRoles)),
        (r#"["x"]"#, Err(TokenError::NoRole)),
        (r#""b l""#, Err(TokenError::NoRole)),
        (r#""B""#, Err(TokenError::NoRole)),
        ("true", Err(TokenError::NoRole)),
        ("[]", Err(TokenError::NoRole)),
    ] {
        assert_eq!(claims(&format!(r#"{{"roles":{roles}}}"#)).role(&settings), role, "{roles}");
    }
    assert_eq!(claims("{}").role(&settings), Err(TokenError::NoRole));
}

/// Goal: reach is what is said and never more. Method: a table of what stands in the claims of banks and
/// partners.
#[test]
fn reach_is_what_is_said() {
    let settings = settings();
    for (value, reach) in [
        (r#"["2","1","1"]"#, Ok(banks(&[1, 2]))),
        ("[2,1]", Ok(banks(&[1, 2]))),
        (r#"["1","network"]"#, Ok(Reach::Network)),
        (r#"{"network":false}"#, Ok(Reach::Network)),
        (r#"[4294967295,4294967296,"x",3.5]"#, Ok(banks(&[u32::MAX]))),
        (r#"["0","-1","+3","0x1"," 1","","1 2","all","*"]"#, Err(TokenError::NoReach)),
        ("true", Err(TokenError::NoReach)),
        ("[]", Err(TokenError::NoReach)),
        ("null", Err(TokenError::NoReach)),
    ] {
        let claims = claims(&format!(r#"{{"hourbook_banks":{value}}}"#));
        assert_eq!(claims.reach(Role::Auditor, &settings), reach, "{value}");
        assert_eq!(claims.reach(Role::Partner, &settings), Err(TokenError::NoReach), "banks are no partners");
    }
    let text =
        format!(r#"{{"hourbook_partners":[9,{0},{1}],"hourbook_banks":1}}"#, OWNERS_MAX, OWNERS_MAX + 1);
    let partners = [9, OWNERS_MAX].map(OwnerNumber::new);
    assert_eq!(claims(&text).reach(Role::Partner, &settings), Ok(Reach::Partners(partners.into())));
}

/// Goal: more than can be meant is refused. Method: each bound, and one above it.
#[test]
fn bounds() {
    let listed = |count: u32| {
        let words = (1..=count).map(|word| word.to_string()).collect::<Vec<_>>().join(",");
        claims(&format!(r#"{{"hourbook_banks":[{words}]}}"#)).reach(Role::Lead, &settings())
    };
    assert_eq!(listed(64), Ok(banks(&(1..=64).collect::<Vec<_>>())));
    assert_eq!(listed(65), Err(TokenError::TooManyWords));

    let named = |count: u32| {
        let named = (1..=count).map(|name| format!(r#""{name}":1"#)).collect::<Vec<_>>().join(",");
        Claims::read(format!("{{{named}}}").as_bytes()).err()
    };
    assert_eq!((named(64), named(65)), (None, Some(TokenError::TooManyClaims)));

    let deep = |levels: usize| {
        let text = format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1));
        Claims::read(text.as_bytes()).err()
    };
    assert_eq!((deep(8), deep(9)), (None, Some(TokenError::TooManyClaims)));
    assert_eq!(deep(4_000), Some(TokenError::Malformed));
    let empty = r#"{"a":[[[[[[[{}]]]]]]]}"#;
    assert_eq!(
        Claims::read(empty.as_bytes()).err(),
        Some(TokenError::TooManyClaims),
        "though nothing is in it"
    );

    let about = |length| {
        let text = format!(r#"{{"sub":"{}"}}"#, "s".repeat(length));
        claims(&text).subject(&path("/sub")).map(str::len)
    };
    assert_eq!((about(1), about(255)), (Ok(1), Ok(255)));
    assert_eq!((about(0), about(256)), (Err(TokenError::NoSubject), Err(TokenError::NoSubject)));
    assert_eq!(claims(r#"{"sub":7}"#).subject(&path("/sub")), Err(TokenError::NoSubject));
    for bad in ["", "[]", "1", "{", "{}{}", "\u{feff}{}"] {
        assert_eq!(Claims::read(bad.as_bytes()).err(), Some(TokenError::Malformed), "{bad}");
    }
}

/// Goal: a token is accepted exactly from its begin to its expiry, half a minute more on both sides, and not
/// if it lives too long. Method: times around now, in seconds from now; `-` leaves a claim out.
#[test]
fn times() {
    let expiry = |text: &str| {
        let now = Timestamp::default().plus_seconds(NOW);
        let until = claims(text).expiry(now, 3_600);
        until.map(|until| until.micros_since(now) / MICROS_PER_SECOND)
    };
    let at = |exp: i64, nbf: Option<i64>, iat: Option<i64>| {
        let claim = |name: &str, at: Option<i64>| {
            at.map(|at| format!(r#","{name}":{}"#, NOW + at)).unwrap_or_default()
        };
        expiry(&format!(r#"{{"exp":{}{}{}}}"#, NOW + exp, claim("nbf", nbf), claim("iat", iat)))
    };
    assert_eq!(at(60, Some(0), Some(0)), Ok(90));
    assert_eq!(at(-29, None, None), Ok(1));
    assert_eq!(at(-30, None, None), Err(TokenError::Expired));
    assert_eq!(at(60, Some(30), Some(30)), Ok(90));
    assert_eq!(at(60, Some(31), None), Err(TokenError::NotYetValid));
    assert_eq!(at(60, None, Some(31)), Err(TokenError::NotYetValid));
    assert_eq!(at(3_600, None, None), Ok(3_630));
    assert_eq!(at(3_601, None, None), Err(TokenError::LivesTooLong));
    assert_eq!(at(1_800, None, Some(-1_800)), Ok(1_830));
    assert_eq!(at(1_801, None, Some(-1_800)), Err(TokenError::LivesTooLong));
    for (text, error) in [
        ("{}", TokenError::NoExpiry),
        (r#"{"exp":null}"#, TokenError::Time),
        (r#"{"exp":"9999999999"}"#, TokenError::Time),
        (r#"{"exp":1777971660.5}"#, TokenError::Time),
        (r#"{"exp":1777971660,"nbf":"0"}"#, TokenError::Time),
        (r#"{"exp":1777971660,"iat":1e30}"#, TokenError::Time),
        (r#"{"exp":9223372036854775807}"#, TokenError::LivesTooLong),
        (r#"{"exp":9223372036854775807,"iat":-9223372036854775808}"#, TokenError::LivesTooLong),
        (r#"{"exp":18446744073709551615}"#, TokenError::Time),
        (r#"{"exp":-9223372036854775808}"#, TokenError::Expired),
    ] {
        assert_eq!(expiry(text), Err(error), "{text}");
    }
}

/// Goal: the parties are compared whole. Method: values next to the right ones.
#[test]
fn parties() {
    let check = |issuer: &str, audience: &str| {
        let claims = claims(&format!(r#"{{"iss":{issuer},"aud":{audience}}}"#));
        claims.check_parties("https://id.example.org", "hourbook")
    };
    let ours = r#""https://id.example.org""#;
    for audience in [r#""hourbook""#, r#"["other","hourbook"]"#] {
        assert_eq!(check(ours, audience), Ok(()));
    }
    for audience in [
        r#""hourbook2""#,
        r#""Hourbook""#,
        r#"["other"]"#,
        "[]",
        "null",
        r#"{"hourbook":1}"#,
        r#"[["hourbook"]]"#,
    ] {
        assert_eq!(check(ours, audience), Err(TokenError::AnotherAudience), "{audience}");
    }
    for issuer in [r#""https://id.example.org/""#, r#""""#, "null", r#"["https://id.example.org"]"#] {
        assert_eq!(check(issuer, r#""hourbook""#), Err(TokenError::AnotherIssuer), "{issuer}");
    }
    assert_eq!(claims("{}").check_parties("", ""), Err(TokenError::AnotherIssuer));
}
