//! A partner's statement as one page of HTML: to be read on a screen, by a reader of screens, or on paper.
//!
//! Holds all it needs: no script, nothing that is fetched. Whatever is text is escaped.

use std::io::{self, Write};

use super::statement::day_of;
use super::{signed, sums_in_order, venue_words, what_words};
use crate::api;
use crate::cli::cells::for_terminal;
use crate::cli::commands::sales::receipt_words;

const STYLE: &str = "\
body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.4rem}
table{border-collapse:collapse;width:100%;margin:1.5rem 0}
caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #767676}
.hours{text-align:right}
@media print{body{margin:0;max-width:none}thead{display:table-header-group}tr{break-inside:avoid}}";

/// The head, up to the first line.
///
/// # Errors
/// Of writing.
pub fn begin(out: &mut impl Write, title: &str) -> io::Result<()> {
    let title = escaped(title);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <table>\n<caption>A line for each receipt, in the order they were written down</caption>\n<thead>\n<tr>\
         <th scope=\"col\">Entry</th><th scope=\"col\">Day</th><th scope=\"col\">Receipt</th><th scope=\"col\">Till</th>\
         <th scope=\"col\">Venue</th><th scope=\"col\">Offer</th><th scope=\"col\">What</th>\
         <th scope=\"col\" class=\"hours\">Hours</th></tr>\n</thead>\n<tbody>\n"
    )
}

/// A line.
///
/// # Errors
/// Of writing.
pub fn row(out: &mut impl Write, line: &api::PartnerLine) -> io::Result<()> {
    let receipt = line.receipt.unwrap_or_default();
    let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
    write!(out, "<tr><th scope=\"row\">{}</th>", line.sequence)?;
    for text in [
        day_of(line),
        receipt_words(&receipt),
        number(receipt.till.unwrap_or_default().till_number),
        number(line.venue_number),
        number(line.offer_number),
        what_words(line),
    ] {
        write!(out, "<td>{}</td>", escaped(&text))?;
    }
    writeln!(out, "<td class=\"hours\">{}</td></tr>", escaped(&signed(line.change_seconds)))
}

/// What it adds up to, what the venue did that is looked at, and what became of it.
///
/// # Errors
/// Of writing.
pub fn end(
    out: &mut impl Write,
    (sums, venue): (&api::PartnerSums, Option<&api::VenueSums>),
    settled: &str,
) -> io::Result<()> {
    writeln!(out, "</tbody>\n</table>")?;
    if let Some(venue) = venue {
        writeln!(out, "<p>{}</p>", escaped(&venue_words(venue)))?;
    }
    write!(
        out,
        "<table>\n<caption>What it adds up to</caption>\n<thead>\n<tr><th scope=\"col\">What</th>\
         <th scope=\"col\" class=\"hours\">Hours</th></tr>\n</thead>\n<tbody>\n"
    )?;
    for (sign, name, seconds) in sums_in_order(sums) {
        let what = format!("{sign} {name}");
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"hours\">{}</td></tr>",
            escaped(what.trim_start()),
            escaped(&signed(seconds))
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n<p>{}</p>\n</main>\n</body>\n</html>", escaped(settled))
}

/// Text as it stands between tags and in attributes, without characters that turn the text around them.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in for_terminal(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a page says its language and its title, its tables have captions and heads for columns and rows, nothing in it
    /// runs or is fetched, and text stays text. Method: a page with one line, and names that would be tags.
    #[test]
    fn a_page_can_be_read_and_does_nothing() {
        let mut out = Vec::new();
        begin(&mut out, "Statement of <script>alert('1')</script> & \u{202e}Co").unwrap();
        let receipt = api::SaleReceipt {
            till: Some(api::TillName { partner_owner_number: 7, till_number: 1 }),
            day: Some(api::Date { year: 2026, month: 5, day: 13 }),
            number: 184,
            line: 2,
        };
        let line = api::PartnerLine {
            sequence: 52,
            kind: api::PartnerLineKind::GivenBack.into(),
            receipt: Some(receipt),
            venue_number: 1,
            offer_number: 3,
            change_seconds: -5_400,
            ..Default::default()
        };
        row(&mut out, &line).unwrap();
        let sums = api::PartnerSums { given_back_seconds: 5_400, kept_seconds: -5_400, ..Default::default() };
        let venue = api::VenueSums {
            venue_number: 1,
            given_back_seconds: 5_400,
            difference_seconds: -5_400,
            ..Default::default()
        };
        end(&mut out, (&sums, Some(&venue)), "Given back: \"1 hour\" to <b>.").unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">") && page.ends_with("</html>\n"));
        assert!(page.contains(
            "<title>Statement of &lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; \u{fffd}Co"
        ));
        let row = "<tr><th scope=\"row\">52</th><td>2026-05-13</td><td>184.2</td><td>1</td><td>1</td><td>3</td>\
                   <td>given back</td><td class=\"hours\">\u{2212}1 hour 30 minutes</td></tr>";
        assert!(page.contains(row), "{page}");
        assert_eq!((page.matches("<caption>").count(), page.matches("<table>").count()), (2, 2));
        assert!(page.contains("<p>At venue 1: taken 0 hours \u{2212} given back 1 hour 30 minutes = \u{2212}1 hour 30 minutes.</p>"));
        assert!(page.contains("&quot;1 hour&quot; to &lt;b&gt;."));
        for forbidden in ["<script", "src=", "href=", "url(", "@import", " onload"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        for (opened, closed) in [("<tr>", "</tr>"), ("<table>", "</table>"), ("<tbody>", "</tbody>")] {
            assert_eq!(page.matches(opened).count(), page.matches(closed).count(), "{opened}");
        }
    }
}
