//! People and pots: why something about them is not done now, and what to do next.
//!
//! Nobody is named here but by number: whoever reads a refusal may not be one who sees names.

use crate::domain::OwnerNumber;

/// Somebody new may be one of those who are here already.
#[must_use]
pub fn same_person(candidates: &[OwnerNumber]) -> String {
    let numbers: Vec<_> = candidates.iter().map(|owner| owner.get().to_string()).collect();
    let (who, whom) = match numbers.as_slice() {
        [one] => (format!("person {one}"), "that person"),
        _ => (format!("persons {}", numbers.join(", ")), "any of them"),
    };
    format!(
        "Not done: somebody very like that is here already, {who}. Nothing was written down. If it is really not \
         {whom}, say that it is somebody else."
    )
}

/// What is asked is about the one who asks.
#[must_use]
pub fn about_oneself() -> String {
    "Not done: it is about you, or about whom you speak for, and somebody else has to do that. Nothing was changed. \
     Ask another broker, or a lead."
        .to_owned()
}

/// Whoever set a pause does not go on with it.
#[must_use]
pub fn pause_by_the_same() -> String {
    "Not done: a pause goes on only if somebody else than whoever set it says so. Nothing was changed. Ask a second \
     person."
        .to_owned()
}

/// They asked to be forgotten.
#[must_use]
pub fn to_be_forgotten() -> String {
    "Not done: there is a pause until what is known of them is forgotten, as they asked. Nothing was changed. If \
     they want to stay after all, take that back first."
        .to_owned()
}

/// There is no pause that could end.
#[must_use]
pub fn not_paused() -> String {
    "Not done: there is no pause now. Nothing was changed. Look up whom you mean, or set a pause first."
        .to_owned()
}

/// Nobody asked to forget them.
#[must_use]
pub fn not_to_be_forgotten() -> String {
    "Not done: nobody asked to forget them. Nothing was changed. There is nothing left to do: they stay as they are."
        .to_owned()
}

/// They do not speak for them.
#[must_use]
pub fn does_not_speak() -> String {
    "Not done: they do not speak for them now. Nothing was changed. Look at who does before asking again."
        .to_owned()
}

/// As many speak for them as can.
#[must_use]
pub fn too_many_speak(most: usize) -> String {
    format!(
        "Not done: {most} people speak for them, and there can be no more. Nothing was changed. Say first that \
         somebody no longer does."
    )
}

/// As many venues or tills as a partner can have.
#[must_use]
pub fn too_many_sites(what: &str, most: usize) -> String {
    format!(
        "Not done: a partner has at most {most} {what}, those that are closed too, and this one has as many. Nothing \
         was changed. Give one that is open another name, or tell whoever looks after the network."
    )
}

/// As many endpoints as a partner can have at once.
#[must_use]
pub fn too_many_endpoints(most: usize) -> String {
    format!(
        "Not done: a partner has at most {most} endpoints, and this one has as many. Nothing was changed. Give one of them \
         another address, or delete one that is not needed any more."
    )
}

/// As many endpoints as a partner can ever have had.
#[must_use]
pub fn too_many_endpoints_ever(most: usize) -> String {
    format!(
        "Not done: a partner has at most {most} endpoints ever, deleted ones too, and this one had as many. Nothing was \
         changed. Give one that it has another address."
    )
}

/// As many endpoints as all partners together can have at once.
#[must_use]
pub fn too_many_endpoints_of_all(most: usize) -> String {
    format!(
        "Not done: the partners of a network have at most {most} endpoints together, and these have as many. Nothing was \
         changed. Tell whoever looks after the network."
    )
}

/// Admins take in nobody else.
#[must_use]
pub fn staff_only() -> String {
    "Not done: with an admin's key nobody is taken in but whoever works for a time bank. Nothing was written down. Ask \
     a broker or a lead of the time bank."
        .to_owned()
}

/// How far an account goes is said by a broker.
#[must_use]
pub fn limits_are_a_leads() -> String {
    "Not done: how far an account may go is as the time bank has agreed, and only a lead says otherwise. Nothing was \
     written down. Leave the limits out, or ask a lead."
        .to_owned()
}

/// More is set aside than one call lets go.
#[must_use]
pub fn more_to_let_go(let_go: usize) -> String {
    format!(
        "Not done: {let_go} times what was set aside was let go, and there is more. Nothing was closed. Ask again to \
         let go the rest."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::fit_for_people;

    /// Goal: each sentence is one for people, and names nobody but by number. Method: each; with one candidate and
    /// with two.
    #[test]
    fn people_are_spoken_of() {
        let owners = [7, 9].map(OwnerNumber::new);
        assert_eq!(
            same_person(&owners[..1]),
            "Not done: somebody very like that is here already, person 7. Nothing was written down. If it is \
             really not that person, say that it is somebody else."
        );
        assert!(same_person(&owners).contains("persons 7, 9"));
        for sentence in [
            same_person(&owners),
            about_oneself(),
            pause_by_the_same(),
            to_be_forgotten(),
            not_paused(),
            not_to_be_forgotten(),
            does_not_speak(),
            too_many_speak(20),
            too_many_sites("venues", 50),
            staff_only(),
            limits_are_a_leads(),
            more_to_let_go(100),
        ] {
            fit_for_people(&sentence);
        }
    }
}
