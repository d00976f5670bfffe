//! The plot: prompts and bodies relative to the hand-written Rust, as SVG.

use std::fmt::Write as _;

use crate::Result;
use crate::contestants::HANDWRITTEN;
use crate::race::{Times, load};
use crate::statistics::Quartiles;

const WIDTH: f64 = 760.0;
const LABELS: f64 = 230.0;
const ROW: f64 = 34.0;
const BAR: f64 = 10.0;
const HEAD: f64 = 56.0;
/// Ratios above this are drawn as an arrow and a number.
const LARGEST: f64 = 2.0;

pub(crate) const STYLE: &str = "\
text { font-family: sans-serif; font-size: 13px; fill: #24292f }
.title { font-weight: bold }
.grid { stroke: #8c959f; stroke-opacity: 0.4 }
.one { stroke: #24292f }
.prompt { fill: #0969da }
.body { fill: #bc4c00 }
.median { stroke: #24292f; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.one, .median { stroke: #e6edf3 }
.prompt { fill: #4493f8 }
.body { fill: #f0883e }
}";

pub(crate) fn draw() -> Result<String> {
    let panels = [
        ("A start on an idle machine", load("start")?),
        ("A start on a busy machine", load("busy")?),
    ];
    let mut content = String::new();
    let mut top = 0.0;
    for (title, lanes) in &panels {
        let panel = Panel::new(lanes, top)?;
        panel.draw(title, &mut content)?;
        top = panel.bottom() + ROW;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" height=\"{top}\">\n\
         <title>The time of a start, relative to the hand-written Rust</title>\n<style>\n{STYLE}\n</style>\n{content}</svg>\n"
    ))
}

/// The lanes of one race.
struct Panel {
    top: f64,
    rows: Vec<Row>,
}

/// One contestant, in multiples of the hand-written Rust.
struct Row {
    name: String,
    prompt: Quartiles,
    body: Quartiles,
}

impl Panel {
    fn new(lanes: &[Times], top: f64) -> Result<Self> {
        let base = lanes
            .iter()
            .find(|lane| lane.name == HANDWRITTEN)
            .ok_or("the base of the plot is missing")?;
        let (prompt, body) = (base.prompt.median(), base.body.median());
        let row = |lane: &Times| Row {
            name: lane.name.replace('`', ""),
            prompt: lane.prompt.quartiles().divided_by(prompt),
            body: lane.body.quartiles().divided_by(body),
        };
        Ok(Self { top, rows: lanes.iter().map(row).collect() })
    }

    fn draw(&self, title: &str, out: &mut String) -> Result<()> {
        let title_line = self.top + 20.0;
        writeln!(out, "<text class=\"title\" x=\"8\" y=\"{title_line}\">{title}</text>")?;
        self.draw_key(out)?;
        self.draw_grid(out)?;
        let mut top = self.top + HEAD;
        for row in &self.rows {
            row.draw(top, out)?;
            top += ROW;
        }
        Ok(())
    }

    /// Draws the key to the colours.
    fn draw_key(&self, out: &mut String) -> Result<()> {
        let (square, text) = (self.top + 10.0, self.top + 20.0);
        for (x, class, what) in
            [(x_of(0.9), "prompt", "prompt"), (x_of(1.2), "body", "body's first act")]
        {
            let label = x + 16.0;
            writeln!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{square}\" width=\"{BAR}\" height=\"{BAR}\"/>"
            )?;
            writeln!(out, "<text x=\"{label}\" y=\"{text}\">{what}</text>")?;
        }
        Ok(())
    }

    fn draw_grid(&self, out: &mut String) -> Result<()> {
        let (label, top, bottom) = (self.top + HEAD - 12.0, self.top + HEAD - 6.0, self.bottom());
        for (ratio, class) in
            [(0.0, "grid"), (0.5, "grid"), (1.0, "one"), (1.5, "grid"), (LARGEST, "grid")]
        {
            let x = x_of(ratio);
            writeln!(
                out,
                "<line class=\"{class}\" x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{bottom}\"/>"
            )?;
            writeln!(out, "<text x=\"{x}\" y=\"{label}\" text-anchor=\"middle\">{ratio} ×</text>")?;
        }
        Ok(())
    }

    fn bottom(&self) -> f64 {
        self.rows.iter().fold(self.top + HEAD, |bottom, _| bottom + ROW)
    }
}

impl Row {
    fn draw(&self, top: f64, out: &mut String) -> Result<()> {
        let (right, middle) = (LABELS - 12.0, top + ROW / 2.0);
        writeln!(
            out,
            "<text x=\"{right}\" y=\"{middle}\" text-anchor=\"end\">{}</text>",
            self.name
        )?;
        draw_bar(&self.prompt, "prompt", top + 1.0, out)?;
        draw_bar(&self.body, "body", top + 3.0 + BAR, out)
    }
}

/// Draws a bar from quartile to quartile with a line at the median.
fn draw_bar(ratios: &Quartiles, class: &str, top: f64, out: &mut String) -> Result<()> {
    let Quartiles { low, median, high } = *ratios;
    let (bottom, baseline) = (top + BAR, top + BAR - 1.0);
    if median > LARGEST {
        let x = x_of(LARGEST) - 6.0;
        return Ok(writeln!(
            out,
            "<text x=\"{x}\" y=\"{baseline}\" text-anchor=\"end\" class=\"{class}\">{median:.1} × →</text>"
        )?);
    }
    let (left, width, x) = (x_of(low), x_of(high.min(LARGEST)) - x_of(low), x_of(median));
    writeln!(
        out,
        "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{BAR}\"/>"
    )?;
    writeln!(
        out,
        "<line class=\"median\" x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>"
    )?;
    Ok(())
}

fn x_of(ratio: f64) -> f64 {
    LABELS + ratio / LARGEST * (WIDTH - LABELS - 30.0)
}
