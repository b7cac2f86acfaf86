//! What a bank has agreed on, its closed months and its activities, as they are typed.

use super::served::Served;

fn served() -> Served {
    let served = Served::new();
    served.json(&["bank", "open", "--name", "Rivermeet"]);
    served
}

/// Goal: a policy is set field by field, holds from its entry on, and a repeat is one. Method: two fields changed in
/// turn, both shown; now and as it was; the first command again.
#[test]
fn a_policy_is_set_field_by_field() {
    let served = served();
    let show = |more: &[&str]| served.json(&[&["bank", "policy", "show", "--bank", "1"], more].concat());
    let set = |more: &[&str]| served.json(&[&["bank", "policy", "set", "--bank", "1"], more].concat());
    let usual = show(&[]);
    assert_eq!((&usual["auto_accept_days"], &usual["set_by_sequence"]), (&14.into(), &0.into()));
    let days = ["--auto-accept-days", "21", "--request-id", "01900000-0000-7000-8000-000000000001"];
    let checked = set(&[&days[..], &["--validate-only"]].concat());
    assert_eq!((&checked["sequence"], show(&[])), (&0.into(), usual.clone()));
    let first = set(&days);
    assert_eq!(set(&days)["repeated"], true);
    let second = set(&["--member-floor", "-25", "--offers", "activity", "--welcome-grant", "2"]);
    let now = show(&[]);
    assert_eq!(now["set_by_sequence"], second["sequence"]);
    assert_eq!(
        (&now["auto_accept_days"], &now["member_limits"]["floor_seconds"]),
        (&21.into(), &(-90_000).into())
    );
    assert_eq!((&now["offer_kinds"][0], &now["welcome_grant_seconds"]), (&"activity".into(), &7_200.into()));
    assert_eq!(now["member_limits"]["warn_above_seconds"], usual["member_limits"]["warn_above_seconds"]);
    let then = show(&["--at", &first["sequence"].to_string()]);
    assert_eq!((&then["auto_accept_days"], &then["offer_kinds"]), (&21.into(), &usual["offer_kinds"]));

    for (typed, code, said) in [
        (&["--bank", "1"][..], 2, "name something to agree on"),
        (&["--bank", "1", "--auto-accept-days", "91"], 2, "policy.auto_accept_days"),
        (&["--bank", "9", "--step", "6"], 1, "no time bank 9"),
    ] {
        let (ended, told) = served.not_done(&[&["bank", "policy", "set"], typed].concat());
        assert!(ended == code && told.contains(said), "{typed:?}: {ended} {told}");
    }
    assert_eq!(show(&[]), now);
}

/// Goal: a month is closed once, and the next one says which comes first. Method: two months long over.
#[test]
fn a_month_is_closed_once() {
    let served = served();
    let lock = |month: &'static str| ["bank", "lock", month, "--bank", "1"];
    let told = served.done(&lock("2025-02"));
    assert!(told.contains("month closed in bank 1\nMonth: 2025-02"), "{told}");
    for (month, code, said) in [
        ("2025-02", 1, "February 2025 is closed already"),
        ("2025-04", 1, "March 2025 comes before April 2025"),
        ("2199-01", 1, "March 2025 comes before January 2199"),
        ("2025-13", 2, "type a month like 2026-05"),
        ("1899-12", 2, "year: must be from 1900 to 2199"),
    ] {
        let (ended, told) = served.not_done(&lock(month));
        assert!(ended == code && told.contains(said), "{month}: {ended} {told}");
    }
}

/// Goal: a bank begins with the default list and adds its own below it. Method: both, a slip, and the list as it is
/// shown: each activity before those under it.
#[test]
fn activities_stand_under_each_other() {
    let served = served();
    let add = ["bank", "activities", "add", "--bank", "1"];
    served.json(&[&add[..], &["lantern making"]].concat());
    served.json(&[&add[..], &["--default-list"]].concat());
    let told = served.done(&[&add[..], &["--under", "Gardening", "rose pruning"]].concat());
    assert!(told.contains("activities listed in bank 1") && told.contains("rose pruning"), "{told}");
    let (code, told) = served.not_done(&[&add[..], &["--under", "gardning", "leaves"]].concat());
    assert!(code == 1 && told.contains("the nearest are: gardening"), "{told}");
    let listed = served.json(&["bank", "activities", "show", "--bank", "1"]);
    let listed = listed.as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["lantern making", "gardening", "digging and weeding"]);
    let place = |name: &str| names.iter().position(|one| *one == name).unwrap();
    assert_eq!(place("rose pruning") + 1, place("transport"), "the last under gardening");
    assert_eq!(listed[place("rose pruning")]["parent_number"], listed[1]["activity_number"]);
}
