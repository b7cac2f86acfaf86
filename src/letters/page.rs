//! Paper as a page of HTML, for a printer, a screen, a telephone, or a reader of screens.
//!
//! - Holds all it needs: no script, nothing that is fetched, and a policy that says so to the browser.
//! - What is given is text in an element of its own that keeps its direction to itself, and closes what it opens: whoever copies
//!   it copies no more than that. Nothing given is in an attribute.
//! - Headings go down one level at a time. Below 36 rem rows stand one cell below the other: nothing runs off a narrow screen.

use html_escape::encode_text;

use super::said::{Block, Paper, Piece, Section, Sentence, is_joined};
use crate::domain::balanced;

const STYLE: &str = "\
@page{size:A4;margin:18mm}
body{font:1rem/1.5 sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:#111;background:#fff}
body.large{font-size:1.5rem}
*{overflow-wrap:anywhere}
h1{font-size:1.6em;line-height:1.25;margin:.5em 0}
h2{font-size:1.2em;line-height:1.3;margin:1.5em 0 .4em;break-after:avoid}
p{margin:.4em 0}
table{border-collapse:collapse;width:100%;margin:.6em 0}
th,td{text-align:left;vertical-align:top;padding:.25em .8em .25em 0;border-bottom:1px solid #767676}
tbody th{font-weight:normal}
td:last-child{font-weight:bold}
.lines th:first-child,.lines td:last-child{width:22%}
@media (max-width:36rem){
table,tbody,tr,th,td,.lines th:first-child,.lines td:last-child{display:block;width:auto}
thead{display:none}
tr{padding:.4em 0;border-bottom:1px solid #767676}
th,td{border:0;padding:.1em 0}
}
@media print{body{margin:0;max-width:none;padding:0}body{font-size:12pt}body.large{font-size:18pt}tr{break-inside:avoid}}";

/// The page.
#[must_use]
pub fn page(paper: &Paper) -> String {
    let title = encode_text(&paper.title);
    let class = if paper.large_print { " class=\"large\"" } else { "" };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}\n</style>\n</head>\n<body{class}>\n<main>\n<h1>{title}</h1>\n"
    );
    for Section { heading, blocks } in &paper.sections {
        if let Some(heading) = heading {
            page.push_str(&format!("<h2>{}</h2>\n", encode_text(heading)));
        }
        for block in blocks {
            match block {
                Block::Sentence(pieces) => page.push_str(&format!("<p>{}</p>\n", sentence(pieces))),
                Block::Figures(rows) => figures(&mut page, rows),
                Block::Table(columns, rows) => table(&mut page, *columns, rows),
            }
        }
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

// Rows that are blocks on a narrow screen are still rows to a reader of screens: that is what the roles are for.

fn figures(page: &mut String, rows: &[[String; 2]]) {
    page.push_str("<table role=\"table\">\n<tbody role=\"rowgroup\">\n");
    for [what, how_much] in rows {
        page.push_str(&format!(
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th><td role=\"cell\">{}</td></tr>\n",
            encode_text(what),
            encode_text(how_much)
        ));
    }
    page.push_str("</tbody>\n</table>\n");
}

fn table(page: &mut String, columns: [&str; 3], rows: &[[Piece; 3]]) {
    page.push_str("<table role=\"table\" class=\"lines\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">");
    for column in columns {
        page.push_str(&format!("<th scope=\"col\" role=\"columnheader\">{}</th>", encode_text(column)));
    }
    page.push_str("</tr>\n</thead>\n<tbody role=\"rowgroup\">\n");
    for [first, others @ ..] in rows {
        page.push_str(&format!(
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th>",
            piece(first)
        ));
        others.iter().for_each(|cell| page.push_str(&format!("<td role=\"cell\">{}</td>", piece(cell))));
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

fn sentence(pieces: &Sentence) -> String {
    let mut said = String::new();
    for one in pieces {
        if !said.is_empty() && !is_joined(one) {
            said.push(' ');
        }
        said.push_str(&piece(one));
    }
    said
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => encode_text(words).into_owned(),
        Piece::Given(text) => format!("<bdi>{}</bdi>", encode_text(&balanced(text))),
    }
}
