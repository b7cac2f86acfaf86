//! Codes, vouchers, sales and settlements as they are typed away from the till.

use std::fs;

use super::till::{ANN, CAFE, Shop};

impl Shop {
    /// Ann's lunch under this receipt of today: its number.
    fn sells(&self, receipt: &str) -> String {
        let code = self.code();
        let (told, _) = self.at_the_till(&[], &format!("{code}\n\n1\n{receipt}\n"));
        assert!(told.contains("1 hour was taken."), "{told}");
        self.json("till", &["redemption", "show", receipt])["redemption_sequence"].to_string()
    }
}

/// Goal: a code is shown in threes with its end, drawn where that is asked and nowhere else, for whom the server lets it be
/// made; a voucher too, and its code again. Method: each way of asking; a file that is there; whoever may not.
#[test]
fn codes_and_vouchers() {
    let shop = Shop::new();
    let told = shop.done("ann", &["code", "issue", ANN]);
    let shown = |told: &str| {
        let digits = told
            .lines()
            .find(|line| line.len() >= 11 && line.bytes().all(|b| b.is_ascii_digit() || b == b' '));
        digits.unwrap_or_else(|| panic!("{told}")).to_owned()
    };
    assert_eq!(shown(&told).len(), 11, "{told}");
    assert!(told.contains("It works once, until WHEN (Europe/London). It is not shown again."), "{told}");
    let told = shop.done("desk", &["code", "issue", "ann", "--life", "30d", "--svg", "ann.svg"]);
    assert_eq!(shown(&told).len(), 15, "{told}");
    let drawn = fs::read_to_string(shop.folder().join("ann.svg")).unwrap();
    assert!(drawn.contains("<svg "), "{drawn}");
    let (code, said) = shop.not_done("desk", &["code", "issue", "ann", "--svg", "ann.svg"]);
    assert!(code == 1 && said.contains("nothing was asked for: ann.svg is there already"), "{code}: {said}");
    let (code, said) = shop.not_done("desk", &["code", "issue", "ann", "--life", "91d", "--svg", "no.svg"]);
    assert!(code == 2 && said.starts_with("--life (life_seconds): must be from 60 to "), "{code}: {said}");
    assert!(!shop.folder().join("no.svg").exists());
    let made = shop.json("desk", &["code", "issue", "ann", "--for", "<saucer", "--offer", "1"]);
    assert_eq!((&made["is_practice"], made["svg_file"].is_null()), (&false.into(), true), "{made}");
    let (code, _) = shop.not_done("till", &["code", "issue", ANN]);
    assert_eq!(code, 2);
    assert_eq!(shop.not_done("desk", &["code", "issue"]).0, 2);

    let day = jiff::Timestamp::now().in_tz("Europe/London").unwrap().date();
    let until = day.checked_add(jiff::Span::new().days(30)).unwrap().to_string();
    let voucher = ["voucher", "issue", "pot", "2", "--until", &until, "--reason", "a welcome"];
    let told = shop.done("lead", &[&voucher[..], &["--svg", "voucher.svg"]].concat());
    assert!(told.contains("The pot (10019) has 10 hours, and 2 hours are set aside."), "{told}");
    assert_eq!(shown(&told).len(), 15, "{told}");
    assert!(shop.folder().join("voucher.svg").exists());
    let id = ["--request-id", "01900000-0000-7000-8000-000000000001"];
    let first = shop.json("lead", &[&voucher[..], &id].concat());
    let again = shop.json("lead", &[&voucher[..], &id].concat());
    assert_eq!((&again["repeated"], again["code"].is_null()), (&true.into(), true), "{again}");
    let number = first["voucher_sequence"].to_string();
    let lost = first["code"].as_str().unwrap();
    let found =
        shop.json("lead", &["code", "issue", "--voucher", &number])["code"].as_str().unwrap().to_owned();
    let (told, _) = shop.at_the_till(&[], &format!("{lost}\n\n{found}\n2\n1\n1\n"));
    assert!(
        told.contains("This code or card cannot be used.") && told.contains("2 hours were taken."),
        "{told}"
    );
}

/// Goal: sales are listed, shown, taken, let go, given back, counted, watched and entered from a slip, as people read them and
/// as programs do; whoever's hours they are hears why something was not taken. Method: each command on a few sales.
#[test]
fn sales_away_from_the_till() {
    let shop = Shop::new();
    shop.done("cafe", &["offer", "budget", "person 9", "--hours", "60"]);
    let first = shop.sells("1");
    shop.sells("2");
    let aside = |receipt: &str| {
        let code = shop.code();
        shop.at_the_till(&[], &format!("{code}\n2\naside 1\n{receipt}\n"));
        shop.json("till", &["redemption", "show", receipt])["redemption_sequence"].to_string()
    };
    let (third, fourth) = (aside("3"), aside("4"));
    assert_eq!(shop.hours(ANN), (8, 4));
    let told = shop.done("cafe", &["redemption", "take", &third, "--people", "1"]);
    assert!(told.starts_with("1 hour was taken. 1 hour went back.\nSale "), "{told}");
    let told = shop.done("cafe", &["redemption", "let-go", &fourth]);
    assert!(
        told.starts_with("What was set aside was let go. Nothing was taken.") && told.contains("let go"),
        "{told}"
    );
    let refund = ["redemption", "refund", &first, "--reason", "called off"];
    let checked = shop.done("cafe", &[&refund[..], &["--validate-only"]].concat());
    assert!(checked.starts_with("This would be written down. Nothing was."), "{checked}");
    let (code, said) = shop.not_done("till", &refund);
    assert!(code == 2 && said.starts_with("--staff (staff_initials): must be"), "{code}: {said}");
    let given = shop.json("till", &[&refund[..], &["--hours", "0:30", "--staff", "EP"]].concat());
    assert_eq!(
        (&given["state"], &given["refunded_seconds"]),
        (&"partly_refunded".into(), &1_800.into()),
        "{given}"
    );
    let (code, said) = shop.not_done("cafe", &["redemption", "let-go", &first]);
    assert!(code == 1 && said.contains("Look at how it stands."), "{code}: {said}");

    let listed = shop.json("desk", &["redemption", "list", "<saucer", "--till", "1"]);
    let stands: Vec<_> = listed.as_array().unwrap().iter().map(|sale| &sale["state"]).collect();
    assert_eq!(stands, ["captured", "captured", "partly_refunded"], "{listed}");
    assert_eq!(listed[0]["account_number"].to_string(), ANN);
    assert!(shop.json("cafe", &["redemption", "list"])[0]["account_number"].is_null());
    assert_eq!(shop.json("cafe", &["redemption", "list", "--from", "2199-01-01"]), serde_json::json!([]));
    let shown = shop.done("desk", &["redemption", "show", "--till", "<saucer:1", "4"]);
    assert!(shown.contains("How it stands let go") && shown.contains("Receipt 4\n"), "{shown}");
    let totals = shop.json("cafe", &["redemption", "totals"]);
    let figures = ["captured_count", "captured_seconds", "refunded_seconds", "held_seconds"];
    assert_eq!(figures.map(|name| totals[0][name].as_i64().unwrap()), [3, 10_800, 1_800, 0], "{totals}");
    let of_month = |totals: &serde_json::Value| {
        ["budget_seconds", "budget_taken_seconds"].map(|name| totals[0][name].as_i64())
    };
    assert_eq!(of_month(&totals), [Some(216_000), Some(9_000)]);
    let told = shop.done("cafe", &["redemption", "totals"]);
    let month = "Of the shop's hours of this month 2 hours 30 minutes of 60 hours are taken or set aside.";
    assert!(told.ends_with(month), "{told}");
    let seen = shop.done("cafe", &["redemption", "watch", "--after", "0", "--count", "7"]);
    assert_eq!(seen.lines().count(), 7, "{seen}");
    assert!(seen.contains("offer 1: given back in part, 1 hour, of which 30 minutes given back"), "{seen}");

    let yesterday = shop.json("till", &["redemption", "show", "1"])["day"].as_str().unwrap().to_owned();
    let slip = [
        "redemption",
        "slip",
        "9",
        "--till",
        "<saucer:1",
        "--day",
        &yesterday,
        "--offer",
        "1",
        "--staff",
        "ra",
    ];
    assert_eq!(shop.not_done("desk", &slip).0, 2, "whose hours?");
    let by_name = [&slip[..], &["--account", "ann", "--people", "40"]].concat();
    let (code, said) = shop.not_done("desk", &by_name);
    assert!(code == 1 && said.contains("up to 10 hours below zero"), "{code}: {said}");
    let told = shop.done("desk", &[&by_name[..], &["--limit-reason", "the line was down"]].concat());
    assert!(told.starts_with("40 hours were taken.") && told.contains("Staff RA"), "{told}");
    let again = shop.json("desk", &by_name);
    assert_eq!((&again["repeated"], &again["is_from_slip"]), (&true.into(), &true.into()), "{again}");
    let code = shop.code();
    let (told, _) = shop.at_the_till(&[], &format!("{code}\n\n1\n10\n"));
    assert!(told.contains("1: lunch, 1 hour: not enough"), "{told}");
    let why = shop.done("ann", &["redemption", "why", ANN]);
    assert!(why.contains("below zero") || why.contains("hours"), "{why}");
    let why = shop.json("desk", &["redemption", "why", "ann"]);
    assert_eq!((&why[0]["reason"], &why[0]["receipt_number"]), (&"BELOW_FLOOR".into(), &10.into()), "{why}");
}

/// Goal: what a shop takes beyond its hours of the month, and what a venue took, is shown wherever people and programs look.
/// Method: two hours a month, one within them, one "on us", half an hour of it given back; typed, shown, listed, in each form of the
/// statement.
#[test]
fn on_us_and_by_venue() {
    let shop = Shop::new();
    shop.done("cafe", &["offer", "budget", "person 9", "--hours", "2"]);
    shop.sells("1");
    let code = shop.code();
    let (told, _) = shop.at_the_till(&[], &format!("{code}\n\n1 on-us\n2\n"));
    assert!(told.contains("1 hour was taken. On us: beyond the shop's hours of this month."), "{told}");
    let shown = shop.json("cafe", &["redemption", "list"]);
    assert_eq!([0, 1].map(|place| shown[place]["is_beyond_budget"].clone()), [true, false], "{shown}");
    assert!(shop.done("till", &["redemption", "show", "2"]).contains("How it stands taken, on us"));
    assert!(shop.done("cafe", &["redemption", "list"]).contains("taken, on us"));
    let number = shown[0]["redemption_sequence"].to_string();
    let refund = ["redemption", "refund", &number, "--hours", "0:30", "--reason", "cold soup"];
    shop.done("cafe", &refund);
    let of_venue = ["partner", "statement", "--venue", "1"];
    let told = shop.done("cafe", &of_venue);
    let line = "At venue 1: taken 2 hours \u{2212} given back 30 minutes = 1 hour 30 minutes.";
    assert!(told.lines().any(|told| told == line) && told.contains("taken, on us"), "{told}");
    let json = shop.json("cafe", &of_venue);
    assert_eq!(json["venue"]["difference_seconds"], 5_400, "{json}");
    assert!(shop.json("cafe", &["partner", "statement"])["venue"].is_null());
    let csv = shop.done("cafe", &[&["--output", "csv"], &of_venue[..]].concat());
    let rows: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).collect();
    assert_eq!(rows.iter().map(|row| row[8].parse::<i64>().unwrap()).sum::<i64>(), 5_400, "{csv}");
    assert_eq!(rows.iter().map(|row| row[10]).collect::<Vec<_>>(), ["false", "true", "true"], "{csv}");
    shop.done("cafe", &[&of_venue[..], &["--html", "venue.html"]].concat());
    let page = fs::read_to_string(shop.folder().join("venue.html")).unwrap();
    assert!(page.contains("<td>taken, on us</td>") && page.contains(&format!("<p>{line}</p>")), "{page}");
}

/// Goal: a statement adds up in every form, on paper too, and settles: kept, given back, paid outside and paid; nothing is written
/// over, no text of a partner becomes a tag. Method: two sales and a refund; each form; three periods.
#[test]
fn statements_and_settlements() {
    let shop = Shop::new();
    let first = shop.sells("1");
    shop.sells("2");
    shop.done("cafe", &["redemption", "refund", &first, "--reason", "called off"]);
    let told = shop.done("cafe", &["partner", "statement"]);
    assert!(told.starts_with("Statement of <Saucer>, period 1: from WHEN still running."), "{told}");
    let sums = "Brought forward 0 hours + taken 2 hours \u{2212} given back 1 hour \u{2212} spent 0 hours \u{2212} settled \
                0 hours + other 0 hours = kept 1 hour.";
    assert!(told.lines().any(|line| line == sums), "{told}");
    let json = shop.json("desk", &["partner", "statement", "<saucer", "--venue", "1"]);
    assert_eq!((json["lines"].as_array().unwrap().len(), &json["sums"]["kept_seconds"]), (3, &3_600.into()));
    let csv = shop.done("cafe", &["--output", "csv", "partner", "statement"]);
    let hours = csv.lines().skip(1).map(|line| line.split(',').nth(8).unwrap().parse::<i64>().unwrap());
    assert_eq!(hours.sum::<i64>(), 3_600, "{csv}");
    let html = ["partner", "statement", "--html", "may.html"];
    shop.done("cafe", &html);
    assert_eq!(shop.not_done("cafe", &html).0, 1, "nothing is written over");
    let page = fs::read_to_string(shop.folder().join("may.html")).unwrap();
    assert!(
        page.contains("<h1>Statement of &lt;Saucer&gt;, period 1") && !page.contains("<Saucer>"),
        "{page}"
    );
    assert!(page.contains("<tr><th scope=\"row\">= kept</th><td class=\"hours\">1 hour</td></tr>"), "{page}");
    assert_eq!(page.matches("<tr><th scope=\"row\">").count(), 3 + 7);

    let settle = |period: &str, how: &[&str]| {
        let typed = [&["partner", "settle", "<saucer", "--period", period][..], how].concat();
        shop.done("lead", &typed)
    };
    let told = settle("1", &["kept"]);
    assert!(told.contains("settlements of person 9") || told.contains("settlement"), "{told}");
    assert!(told.contains("Settled: Kept: the hours stay on its account, to be spent again."), "{told}");
    let csv = shop.done("cafe", &["--output", "csv", "partner", "statement"]);
    let rows: Vec<_> = csv.lines().skip(1).collect();
    assert_eq!((rows.len(), rows[0]), (1, ",,,,,,,brought_forward,3600,,false"), "{csv}");
    let told = settle("2", &["given-back", "pot"]);
    assert!(told.contains("Settled: Given back: 1 hour to the pot (10019)."), "{told}");
    shop.sells("3");
    let today = shop.json("till", &["redemption", "show", "3"])["day"].as_str().unwrap().to_owned();
    let told = settle("3", &["paid", "pot", "--due", &today, "--reference", "May 12"]);
    assert!(told.contains("1 hour to the pot (10019), reference May 12, due WHEN not paid yet."), "{told}");
    let told = shop.done("lead", &["partner", "paid", "<saucer", "--period", "3", "--on", &today]);
    assert!(told.contains("due WHEN paid WHEN"), "{told}");
    let shown = shop.done("cafe", &["partner", "statement", "--period", "3"]);
    assert!(shown.contains("reference May 12, due WHEN paid WHEN") && shown.contains("settled"), "{shown}");
    assert_eq!(shop.hours(CAFE), (0, 0));
    for (how, said) in [
        (&["given-back"][..], "say where the hours go"),
        (&["kept", "pot"], "leave TO away"),
        (&["sold"], "invalid value 'sold'"),
    ] {
        let typed = [&["partner", "settle", "<saucer", "--period", "4"][..], how].concat();
        let (code, told) = shop.not_done("lead", &typed);
        assert!(code == 2 && told.contains(said), "{how:?}: {told}");
    }
}
