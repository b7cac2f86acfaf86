//! Lists of activities on two levels.

use hourbook::api::{self, Activity, AddActivitiesRequest};
use hourbook::directory::default_activities::DEFAULT_ACTIVITIES;
use tonic::{Code, Status};

use crate::service::hostile::named;
use crate::support::served::{Served, fresh};

fn add(served: &Served, request: AddActivitiesRequest) -> Result<Vec<Activity>, Status> {
    let request = AddActivitiesRequest { request_id: fresh(), bank_number: 1, ..request };
    let answer = served.block_on(served.ledger().add_activities(request))?.into_inner();
    assert!(!answer.receipt.unwrap().repeated);
    Ok(answer.activities)
}

fn list(served: &Served) -> Vec<Activity> {
    let request = api::ListActivitiesRequest { bank_number: 1 };
    served.block_on(served.ledger().list_activities(request)).unwrap().into_inner().activities
}

fn under(parent_number: u32, names: &[&str]) -> AddActivitiesRequest {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    AddActivitiesRequest { parent_number, names, ..Default::default() }
}

/// Goal: names go under a parent of the bank's list, and nowhere else. Method: a table, row after row.
#[test]
fn names_go_under_their_parent() {
    let served = Served::new();
    served.bank("Ashenford");
    type Row = (AddActivitiesRequest, Result<&'static [(u32, u32)], &'static str>);
    let rows: [Row; 8] = [
        (under(0, &["bread", "boats"]), Ok(&[(1, 0), (2, 0)])),
        (under(1, &["rye", "wheat"]), Ok(&[(3, 1), (4, 1)])),
        (under(1, &["wheat", "spelt"]), Ok(&[(4, 1), (5, 1)])),
        (under(3, &["crispbread"]), Err("parent_number")),
        (under(9, &["sails"]), Err("parent_number")),
        (under(u32::MAX, &["sails"]), Err("parent_number")),
        (under(2, &["rye"]), Err("names")),
        (under(2, &[]), Err("names")),
    ];
    for (request, expected) in rows {
        let heard = add(&served, request.clone()).map(|activities| {
            let numbers = activities.iter().map(|one| (one.activity_number, one.parent_number));
            numbers.collect::<Vec<_>>()
        });
        let heard = heard.map_err(|status| {
            assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
            named(&status)
        });
        assert_eq!(heard, expected.map(<[_]>::to_vec).map_err(str::to_owned), "{request:?}");
    }
    let names: Vec<_> = list(&served).into_iter().map(|one| (one.name, one.parent_number)).collect();
    let expected = [("bread", 0), ("boats", 0), ("rye", 1), ("wheat", 1), ("spelt", 1)];
    assert_eq!(names, expected.map(|(name, parent)| (name.to_owned(), parent)));
}

/// Goal: the default list comes whole, once, around what is there already, and alone. Method: a name of the
/// bank's own first; the list twice; then with names and with a parent.
#[test]
fn the_default_list_comes_once() {
    let served = Served::new();
    served.bank("Ashenford");
    add(&served, under(0, &["lantern making"])).unwrap();
    let default = AddActivitiesRequest { default_list: true, ..Default::default() };
    let added = add(&served, default.clone()).unwrap();
    let whole = list(&served);
    assert_eq!(added, whole[1..], "in the order of the list, and nothing else");
    let children: usize = DEFAULT_ACTIVITIES.iter().map(|(_, children)| children.len()).sum();
    assert_eq!(added.len(), DEFAULT_ACTIVITIES.len() + children);
    for (parent, children) in DEFAULT_ACTIVITIES {
        let of = |name: &str| whole.iter().find(|one| one.name == name).unwrap();
        assert_eq!(of(parent).parent_number, 0);
        assert!(children.iter().all(|child| of(child).parent_number == of(parent).activity_number));
    }
    assert_eq!(add(&served, default).unwrap(), added);
    assert_eq!(list(&served), whole);
    for bad in [under(1, &[]), under(0, &["tea"])] {
        let bad = add(&served, AddActivitiesRequest { default_list: true, ..bad }).unwrap_err();
        assert_eq!((bad.code(), named(&bad)), (Code::InvalidArgument, "default_list".into()));
    }
}
