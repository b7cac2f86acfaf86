//! The figures, drawn: one panel below the other over the same millions.

use std::fmt::Write;

use crate::million::Line;

const WIDTH: f64 = 860.0;
const PANEL_HEIGHT: f64 = 150.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const GAP: f64 = 50.0;
/// Lines across a panel, and marks along the bottom.
const STEPS: u32 = 4;
/// Colours that are told apart without red and green.
const COLOURS: [&str; 2] = ["#0072b2", "#e69f00"];

/// A panel: figures over millions, from zero.
struct Panel {
    title: &'static str,
    digits: usize,
    series: Vec<(&'static str, Vec<f64>)>,
}

/// The whole picture.
pub fn draw(lines: &[Line]) -> String {
    let of = |get: fn(&Line) -> f64| lines.iter().map(get).collect::<Vec<f64>>();
    let panels = [
        Panel {
            title: "Million entries a second",
            digits: 1,
            series: vec![
                ("Hourbook, durable", of(|line| line.entries_per_s / 1e6)),
                ("plain file, same bytes", of(|line| line.plain_file_per_s / 1e6)),
            ],
        },
        Panel {
            title: "Hourbook ÷ plain file in the neighbouring turn",
            digits: 2,
            series: vec![("ratio", of(|line| line.ratio))],
        },
        Panel {
            title: "Memory (RSS), MiB",
            digits: 0,
            series: vec![("RSS", of(|line| line.resident_bytes as f64 / f64::from(1 << 20)))],
        },
    ];
    let millions = of(|line| f64::from(line.million));
    let height = TOP + panels.len() as f64 * (PANEL_HEIGHT + GAP);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>Hourbook while its books grow to {} million entries</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        lines.len()
    );
    for (place, panel) in panels.iter().enumerate() {
        panel.draw(&mut text, TOP + place as f64 * (PANEL_HEIGHT + GAP), &millions);
    }
    text.push_str("</svg>\n");
    text
}

impl Panel {
    fn draw(&self, text: &mut String, top: f64, millions: &[f64]) {
        let highest = self.series.iter().flat_map(|(_, figures)| figures).copied().fold(0.0, f64::max);
        let most = round_up(highest);
        let last = millions.last().copied().unwrap_or(1.0);
        let x = |million: f64| LEFT + (WIDTH - LEFT - RIGHT) * million / last;
        let y = |figure: f64| top + PANEL_HEIGHT * (1.0 - figure / most);
        writeln!(text, "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{}</text>", top - 12.0, self.title)
            .unwrap();
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let (across, along) = (y(most * share), x(last * share));
            writeln!(
                text,
                "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{across:.1}\" y2=\"{across:.1}\" stroke=\"#ddd\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{:.*}</text>\
                 <text x=\"{along:.1}\" y=\"{}\" text-anchor=\"middle\">{:.1} M</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                across + 4.0,
                self.digits,
                most * share,
                top + PANEL_HEIGHT + 18.0,
                last * share
            )
            .unwrap();
        }
        for ((place, (name, figures)), colour) in self.series.iter().enumerate().zip(COLOURS) {
            let points: Vec<String> = millions
                .iter()
                .zip(figures)
                .map(|(million, figure)| format!("{:.1},{:.1}", x(*million), y(*figure)))
                .collect();
            writeln!(
                text,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                points.join(" ")
            )
            .unwrap();
            if self.series.len() > 1 {
                let from_right = 180.0 * (self.series.len() - place) as f64;
                writeln!(
                    text,
                    "<text x=\"{:.1}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
                    WIDTH - RIGHT - from_right,
                    top - 12.0
                )
                .unwrap();
            }
        }
    }
}

/// The next of 1, 2, 4, 5, 8 or 10 times a power of ten, and at least a little.
fn round_up(figure: f64) -> f64 {
    let power = 10_f64.powf(figure.max(1e-9).log10().floor());
    let step = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0].into_iter().find(|step| figure <= step * power);
    step.unwrap_or(10.0) * power
}
