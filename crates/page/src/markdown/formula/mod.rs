//! Formulas as MathML, which browsers set without any script.

mod dialect;
mod escapes;
mod macros;

use crate::escape::escape;
use pulldown_latex::config::DisplayMode;
use pulldown_latex::event::{Content, Dimension, DimensionUnit, EnvironmentFlow, Event, Visual};
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// Writes the formula. Returns `false`, without writing, if the formula is not understood.
pub(super) fn write(out: &mut String, tex: &str, display: bool) -> bool {
    let Some(source) = dialect::translate(tex) else {
        return false;
    };
    let set = set(&source.definitions, &source.tex, display).or_else(|| {
        // Lines and columns without an environment around them.
        let lines = source.tex.contains("\\\\") || source.tex.contains('&');
        let aligned = format!("\\begin{{aligned}}{}\\end{{aligned}}", source.tex);
        lines.then(|| set(&source.definitions, &aligned, display))?
    });
    let Some(set) = set else {
        return false;
    };
    out.push_str(match display {
        true => "<math display=\"block\"><semantics><mrow>",
        false => "<math><semantics><mrow>",
    });
    escapes::translate_back(out, &set);
    // The source stays with it, for copies and for screen readers.
    out.push_str("</mrow><annotation encoding=\"application/x-tex\">");
    escape(out, tex.trim());
    out.push_str("</annotation></semantics></math>");
    true
}

/// The content of `<math>`.
fn set(definitions: &str, tex: &str, display: bool) -> Option<String> {
    let storage = Storage::new();
    let source = format!("{definitions}{tex}");
    let mut events = Vec::new();
    for event in Parser::new(&source, &storage) {
        events.push(Ok::<_, std::convert::Infallible>(understood(event.ok()?)?));
    }
    let config = RenderConfig {
        display_mode: match display {
            true => DisplayMode::Block,
            false => DisplayMode::Inline,
        },
        ..RenderConfig::default()
    };
    let mut set = String::new();
    push_mathml(&mut set, events.into_iter(), config).ok()?;
    let inside = set.split_once('>')?.1.strip_suffix("</math>")?;
    // A line over several letters is as long as they are.
    let inside = inside.replace("<mi>‾</mi></mover>", "<mo stretchy=\"true\">‾</mo></mover>");
    (!inside.trim().is_empty()).then_some(inside)
}

/// The event, with sizes that fit a page. `None` for an event that would show its source, since
/// the writer of MathML does not escape it.
fn understood(event: Event<'_>) -> Option<Event<'_>> {
    let source = |text: &str| text.contains(['\\', '{', '}', '$', '<', '>', '&', '^']);
    Some(match event {
        Event::Content(Content::Function(name)) if source(name) => return None,
        Event::Content(Content::Text(text)) if text.contains(['\\', '$']) => return None,
        Event::Space { width, .. } => Event::Space {
            width: Some(width.map_or(Dimension::new(0.0, DimensionUnit::Em), fitting)),
            height: None,
            depth: None,
        },
        Event::Visual(Visual::Fraction(Some(line))) => {
            Event::Visual(Visual::Fraction(Some(fitting(line))))
        }
        Event::EnvironmentFlow(EnvironmentFlow::NewLine {
            horizontal_lines, ..
        }) => Event::EnvironmentFlow(EnvironmentFlow::NewLine {
            spacing: None,
            horizontal_lines,
        }),
        other => other,
    })
}

fn fitting(size: Dimension) -> Dimension {
    let most = match size.unit {
        DimensionUnit::Em | DimensionUnit::Ex => 4.0,
        DimensionUnit::Mu => 72.0,
        _ => 1.0,
    };
    Dimension::new(size.value.clamp(-most, most), size.unit)
}
